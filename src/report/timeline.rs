//! A whole conversation on one line, however long it is.

const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The column, below `width`, in which place `at` of `count` falls.
pub fn column(at: usize, count: usize, width: usize) -> usize {
    let width = width.min(count).max(1);
    (at * width / count.max(1)).min(width - 1)
}

/// Bars for values from 0 to 1; each column shows the highest value that falls into it.
pub fn bars(values: &[f32], width: usize) -> String {
    let mut columns = vec![0.0f32; width.min(values.len())];
    for (at, value) in values.iter().enumerate() {
        let column = &mut columns[column(at, values.len(), width)];
        *column = column.max(*value);
    }
    columns.iter().map(|v| BARS[1 + (v * 7.0).round().clamp(0.0, 7.0) as usize]).collect()
}

/// Marks at some places, dots elsewhere.
pub fn marks(places: &[usize], count: usize, width: usize, mark: char) -> String {
    let mut columns = vec!['·'; width.min(count).max(1)];
    for place in places {
        columns[column(*place, count, width)] = mark;
    }
    columns.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_chats_have_a_column_a_message_and_long_ones_fit() {
        assert_eq!(bars(&[0.0, 0.5, 1.0], 40), "▁▅█");
        let long: Vec<f32> = (0..50_000).map(|i| i as f32 / 50_000.0).collect();
        assert_eq!(bars(&long, 40).chars().count(), 40);
        assert_eq!(marks(&[0, 49_999], 50_000, 10, '●'), "●········●");
        assert_eq!(column(0, 0, 10), 0);
    }
}
