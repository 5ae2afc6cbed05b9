//! The one inner loop of all products in `f32`: a few rows by a few registers, summed over `k` in order.

use super::lanes::Lanes;

/// Rows in one register tile.
pub const ROWS: usize = 6;
/// Registers across in one tile.
pub const ACROSS: usize = 4;

/// `R` rows of `length` that begin `stride` apart.
#[inline(always)]
pub fn rows<const R: usize>(from: &[f32], stride: usize, length: usize) -> [&[f32]; R] {
    let mut rows: [&[f32]; R] = [&[]; R];
    for i in 0..R {
        rows[i] = &from[i * stride..][..length];
    }
    rows
}

/// The places of `C` registers.
#[inline(always)]
pub fn places<const C: usize>(at: impl Fn(usize) -> usize) -> [usize; C] {
    let mut places = [0; C];
    for j in 0..C {
        places[j] = at(j);
    }
    places
}

/// A tile as it stands in memory, register by register from `at(row, register)` on.
#[inline(always)]
pub fn load<L: Lanes, const R: usize, const C: usize>(
    from: &[f32],
    at: impl Fn(usize, usize) -> usize,
) -> [[L; C]; R] {
    let mut tile = [[L::splat(0.0); C]; R];
    for i in 0..R {
        for j in 0..C {
            tile[i][j] = L::load(&from[at(i, j)..]);
        }
    }
    tile
}

/// The same back.
#[inline(always)]
pub fn store<L: Lanes, const R: usize, const C: usize>(
    tile: &[[L; C]; R],
    to: &mut [f32],
    at: impl Fn(usize, usize) -> usize,
) {
    for i in 0..R {
        for j in 0..C {
            tile[i][j].store(&mut to[at(i, j)..]);
        }
    }
}

/// The first `keep` numbers of so many rows, which begin `from_stride` and `to_stride` apart.
#[inline(always)]
pub fn copy(rows: usize, from: &[f32], from_stride: usize, to: &mut [f32], to_stride: usize, keep: usize) {
    for i in 0..rows {
        to[i * to_stride..][..keep].copy_from_slice(&from[i * from_stride..][..keep]);
    }
}

/// `acc[i][j] += Σ a[i][t] · b[j][t · step ..]` for `t` below `k`; each sum grows in the order of `t`, whatever `R` and `C` are.
///
/// # Panics
/// When a row of `a` is shorter than `k`, or `b` does not reach as far as a register at `at[j] + (k - 1) · step`.
#[inline(always)]
pub fn add<L: Lanes, const R: usize, const C: usize>(
    a: [&[f32]; R],
    b: &[f32],
    at: [usize; C],
    step: usize,
    k: usize,
    acc: &mut [[L; C]; R],
) {
    assert!(k > 0 && a.iter().all(|row| row.len() >= k));
    assert!(at.iter().all(|at| at + (k - 1) * step + L::N <= b.len()));
    for t in 0..k {
        let mut w = [L::splat(0.0); C];
        for j in 0..C {
            // SAFETY: the second assertion above, for every `t` below `k`.
            w[j] = unsafe { L::read(b.as_ptr().add(at[j] + t * step)) };
        }
        for i in 0..R {
            // SAFETY: the first assertion above.
            let x = L::splat(unsafe { *a[i].get_unchecked(t) });
            for j in 0..C {
                acc[i][j] = x.madd(w[j], acc[i][j]);
            }
        }
    }
}

/// Call a function with a constant number of rows, 1 to [`ROWS`].
macro_rules! for_rows {
    ($rows:expr, $f:ident::<$($generic:ty),*; R $(, $c:literal)?>($($arg:expr),* $(,)?)) => {
        match $rows {
            6 => $f::<$($generic,)* 6 $(, $c)?>($($arg),*),
            5 => $f::<$($generic,)* 5 $(, $c)?>($($arg),*),
            4 => $f::<$($generic,)* 4 $(, $c)?>($($arg),*),
            3 => $f::<$($generic,)* 3 $(, $c)?>($($arg),*),
            2 => $f::<$($generic,)* 2 $(, $c)?>($($arg),*),
            _ => $f::<$($generic,)* 1 $(, $c)?>($($arg),*),
        }
    };
}
pub(super) use for_rows;
