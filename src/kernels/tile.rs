//! The one inner loop of all products in `f32`: a few rows by a few registers, summed over `k` in order.

use super::lanes::Lanes;

/// Rows in one register tile.
pub const ROWS: usize = 6;
/// Registers across in one tile.
pub const ACROSS: usize = 4;

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
        // SAFETY: the second assertion above, for every `t` below `k`.
        let w: [L; C] = std::array::from_fn(|j| unsafe { L::read(b.as_ptr().add(at[j] + t * step)) });
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
