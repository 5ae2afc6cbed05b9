//! Numbers that are kept for long: as they are, or rounded to sixteen bits, which halves what they take.

use std::ops::Range;

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::Precision;

/// A row of numbers that grows at its end and loses some from its beginning.
#[derive(Clone)]
pub enum Kept {
    /// As they are.
    Whole(Vec<f32>),
    /// Rounded to the nearest of sixteen bits: relative error up to 2⁻¹¹ from 6.1e-5 on, absolute error up to 3e-8 below. Beyond 65,504 they would be infinite, so
    /// that is the most.
    Half(Vec<f16>),
}

impl Kept {
    /// None yet; beside products in eight bits sixteen are enough.
    pub fn new(precision: Precision) -> Self {
        match precision {
            Precision::Whole => Self::Whole(Vec::new()),
            Precision::Int8 => Self::Half(Vec::new()),
        }
    }

    /// Add `count` zeros at the end.
    pub fn grow(&mut self, count: usize) {
        match self {
            Self::Whole(kept) => kept.resize(kept.len() + count, 0.0),
            Self::Half(kept) => kept.resize(kept.len() + count, f16::ZERO),
        }
    }

    /// Forget the first `count`.
    pub fn drop_first(&mut self, count: usize) {
        match self {
            Self::Whole(kept) => drop(kept.drain(..count)),
            Self::Half(kept) => drop(kept.drain(..count)),
        }
    }

    /// Forget all; the room stays.
    pub fn clear(&mut self) {
        match self {
            Self::Whole(kept) => kept.clear(),
            Self::Half(kept) => kept.clear(),
        }
    }

    /// Put `numbers` at `at` and behind it.
    pub fn put(&mut self, at: usize, numbers: &[f32]) {
        self.put_apart::<1>(at, numbers);
    }

    /// Put `numbers` at `at` and every `APART` places from there on.
    pub fn put_apart<const APART: usize>(&mut self, at: usize, numbers: &[f32]) {
        let most = f16::MAX.to_f32();
        let range = at..(at + numbers.len() * APART).saturating_sub(APART - 1);
        match self {
            Self::Whole(kept) => {
                kept[range].chunks_mut(APART).zip(numbers).for_each(|(to, x)| to[0] = *x);
            }
            Self::Half(kept) => {
                let rounded = numbers.iter().map(|x| f16::from_f32(x.clamp(-most, most)));
                kept[range].chunks_mut(APART).zip(rounded).for_each(|(to, x)| to[0] = x);
            }
        }
    }

    /// Runs of `length` numbers that begin `stride` apart within `range`, and how far apart they lie in what is given: the numbers themselves, or copies in `room`.
    pub fn runs<'a>(
        &'a self,
        range: Range<usize>,
        stride: usize,
        length: usize,
        room: &'a mut Vec<f32>,
    ) -> (&'a [f32], usize) {
        match self {
            Self::Whole(kept) => (&kept[range], stride),
            Self::Half(kept) => {
                let runs = kept[range].chunks(stride);
                room.resize(runs.len() * length, 0.0);
                let copies = room.chunks_exact_mut(length);
                runs.zip(copies).for_each(|(run, copy)| run[..length].convert_to_f32_slice(copy));
                (room, length)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_back_as_it_was_or_rounded() {
        let numbers = [0.1, -2.5, 70_000.0, 1e-3, f32::NEG_INFINITY, 0.0, 8.0, 1.0];
        for (precision, tolerance) in [(Precision::Whole, 0.0), (Precision::Int8, 1.0 / 2048.0)] {
            let mut kept = Kept::new(precision);
            kept.grow(32);
            kept.put(8, &numbers);
            kept.put_apart::<2>(20, &numbers[..4]);
            kept.drop_first(8);
            let mut room = Vec::new();
            let (runs, apart) = kept.runs(0..20, 12, 8, &mut room);
            for (at, x) in numbers.iter().enumerate() {
                let kept = if precision == Precision::Int8 { x.clamp(-65_504.0, 65_504.0) } else { *x };
                let same = runs[at] == kept || (runs[at] - kept).abs() <= tolerance * kept.abs();
                assert!(same, "{precision:?}: {} for {x}", runs[at]);
            }
            assert_eq!(runs[apart..apart + 4], [runs[0], 0.0, runs[1], 0.0]);
        }
    }
}
