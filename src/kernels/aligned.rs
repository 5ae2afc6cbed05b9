//! Numbers that begin where a register's worth of memory begins, so that no register is read across two lines of the cache.

/// Bytes of a cache line and of the widest register.
pub const LINE: usize = 64;

/// Numbers, the first of them at the beginning of a line. What is inside is not moved: there is room for all of it from the beginning.
pub struct Aligned<T> {
    numbers: Vec<T>,
    from: usize,
}

impl<T: Copy + Default> Aligned<T> {
    /// Room for `count` numbers; more may be lost to alignment, never to the sums.
    pub fn with_room(count: usize) -> Self {
        let mut numbers: Vec<T> = Vec::with_capacity(count + LINE / size_of::<T>());
        let from = numbers.as_ptr().align_offset(LINE).min(LINE / size_of::<T>());
        numbers.resize(from, T::default());
        Self { numbers, from }
    }

    /// Add some at the end.
    pub fn extend(&mut self, more: impl IntoIterator<Item = T>) {
        self.numbers.extend(more);
    }

    /// All of them.
    pub fn all(&self) -> &[T] {
        &self.numbers[self.from..]
    }
}

/// A line on the stack.
#[repr(align(64))]
struct Line([u8; LINE]);

/// Make the function that this is part of align its frame, so that registers which it puts aside are not read across two lines either.
#[inline(always)]
pub fn hold_aligned() {
    let line = Line([0; LINE]);
    std::hint::black_box(&line.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_begins_a_line() {
        for count in [0, 1, 100, 10_000] {
            let mut held = Aligned::with_room(count);
            held.extend((0..count).map(|i| i as f32));
            assert_eq!(held.all().as_ptr().align_offset(LINE), 0);
            assert!(held.all().iter().enumerate().all(|(i, x)| *x == i as f32) && held.all().len() == count);
        }
    }
}
