//! Attention of a run of tokens over all keys of their stream up to their own, in plain Rust.

use rayon::prelude::*;

/// Keys and values of one layer of one stream, oldest first.
#[derive(Clone)]
pub struct Keys {
    kv_heads: usize,
    head_size: usize,
    /// Rows of `kv_heads` × `head_size`, a row a token.
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl Keys {
    /// None yet.
    pub fn new(kv_heads: usize, head_size: usize) -> Self {
        Self { kv_heads, head_size, keys: Vec::new(), values: Vec::new() }
    }

    fn width(&self) -> usize {
        self.kv_heads * self.head_size
    }

    /// Add rows of keys and as many of values.
    pub fn push(&mut self, keys: &[f32], values: &[f32]) {
        self.keys.extend_from_slice(keys);
        self.values.extend_from_slice(values);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.keys.len() / self.width()
    }

    /// Forget the oldest `n`.
    pub fn drop_oldest(&mut self, n: usize) {
        let n = n * self.width();
        self.keys.drain(..n);
        self.values.drain(..n);
    }

    /// Forget all.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
    }
}

/// What the queries of one call have in common.
#[derive(Clone, Copy)]
pub struct Look {
    /// Heads of a query; a multiple of the heads of a key.
    pub heads: usize,
    /// Numbers from one query row to the next.
    pub stride: usize,
    /// Times the products.
    pub scale: f32,
    /// How many keys are seen, the token's own among them; all when `None`.
    pub window: Option<usize>,
}

/// Attention of rows of queries, the last of which stands at the last key, into `out` (rows × heads × head size). Every sum begins at the first key that
/// is seen, so that nothing depends on how many more are kept.
pub fn attend(keys: &Keys, queries: &[f32], look: Look, out: &mut [f32]) {
    let Look { heads, stride, scale, window } = look;
    let (size, group) = (keys.head_size, heads / keys.kv_heads);
    let before = keys.len() - queries.len() / stride;
    out.par_chunks_mut(size).enumerate().for_each_init(Vec::new, |scores, (at, out)| {
        let (row, head) = (at / heads, at % heads);
        let end = before + row + 1;
        let seen = end.saturating_sub(window.unwrap_or(end))..end;
        let query = &queries[row * stride + head * size..][..size];
        let part = |all: &'_ [f32], token: usize| token * keys.width() + head / group * size..all.len();
        scores.clear();
        scores.extend(seen.clone().map(|t| scale * dot(query, &keys.keys[part(&keys.keys, t)][..size])));
        let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        scores.iter_mut().for_each(|s| *s = (*s - top).exp());
        let sum: f32 = scores.iter().sum();
        out.fill(0.0);
        for (weight, token) in scores.iter().zip(seen) {
            let value = &keys.values[part(&keys.values, token)][..size];
            out.iter_mut().zip(value).for_each(|(o, v)| *o += weight / sum * v);
        }
    });
}

/// In sixteen sums, added in order.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; 16];
    for (a, b) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        (0..16).for_each(|i| sums[i] += a[i] * b[i]);
    }
    sums.iter().sum()
}
