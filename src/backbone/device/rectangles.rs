//! Ragged attention as rectangles: blocks of queries, each with the keys that any of them sees, padded to the largest of their group. What is added to the scores
//! says what a query may not see.

use candle_core::{D, Device, Tensor};

use super::linear::Sum;

/// Added where nothing may be seen: softmax makes a plain zero of it, and no row of padding becomes undefined.
pub const HIDDEN: f32 = -1e9;
/// Numbers that the scores of a group of several blocks hold at most: 256 MiB.
const SCORES: usize = 1 << 26;

/// Rows of what looks, among the new tokens, and of what is seen, among all keys.
pub trait Block {
    /// Rows of queries.
    fn queries(&self) -> &[u32];
    /// Rows of keys.
    fn keys(&self) -> &[u32];
}

/// Runs of blocks that are padded together: none has less than two thirds of the keys of the largest. Sorts them.
pub fn alike<B: Block>(blocks: &mut [B], heads: usize) -> Vec<&[B]> {
    blocks.sort_by_key(|block| block.keys().len());
    let (mut rest, mut groups) = (&*blocks, Vec::new());
    while let Some(first) = rest.first() {
        let fits = |count: &usize| {
            let keys = rest[count - 1].keys().len();
            let queries = rest[..*count].iter().map(|b| b.queries().len()).max().unwrap_or(0);
            2 * keys <= 3 * first.keys().len().max(32) && count * queries * keys * heads <= SCORES
        };
        let count = (2..=rest.len()).take_while(fits).last().unwrap_or(1);
        let (group, others) = rest.split_at(count);
        groups.push(group);
        rest = others;
    }
    groups
}

/// A group of blocks.
pub struct Rectangle {
    /// Blocks.
    pub count: usize,
    /// Queries of each.
    pub queries: usize,
    /// Keys of each.
    pub keys: usize,
    /// Row of every query among the new tokens, `[count · queries]`; padding reads row 0.
    pub query_rows: Tensor,
    /// Row of every key among all keys, `[count · keys]`; padding reads row 0.
    key_rows: Tensor,
}

/// How many heads of what size look.
#[derive(Clone, Copy)]
pub struct Heads {
    /// Heads of a query.
    pub queries: usize,
    /// Heads of a key, which several heads of a query share.
    pub keys: usize,
    /// Numbers in a head.
    pub size: usize,
    /// Times the product of query and key.
    pub scale: f32,
}

impl Rectangle {
    /// Pad blocks to the largest.
    pub fn new<B: Block>(blocks: &[B], device: &Device) -> candle_core::Result<Self> {
        let count = blocks.len();
        let (query_rows, queries) = padded(blocks.iter().map(Block::queries));
        let (key_rows, keys) = padded(blocks.iter().map(Block::keys));
        let (query_rows, key_rows) = (Tensor::new(query_rows, device)?, Tensor::new(key_rows, device)?);
        Ok(Self { count, queries, keys, query_rows, key_rows })
    }

    /// Attention of `query`, a row for each new token, over `keys`, a row of key and value for each token that may be seen: a row for each query of the rectangle.
    /// `added` goes onto the scores `[heads of keys, count, heads of queries that share them, queries, keys]` and may have ones in their place.
    pub fn attend(&self, heads: Heads, query: &Tensor, keys: &Tensor, added: &Tensor) -> Sum {
        let Self { count, queries, keys: seen, .. } = *self;
        let Heads { queries: all, keys: groups, size, scale } = heads;
        let share = all / groups;
        let query = query.index_select(&self.query_rows, 0)?.affine(f64::from(scale), 0.0)?;
        let query = query.reshape((count, queries, groups, share, size))?.permute((2, 0, 3, 1, 4))?;
        let query = query.reshape((groups, count, share * queries, size))?;
        let keys = keys.index_select(&self.key_rows, 0)?.reshape((count, seen, 2, groups, size))?;
        let keys = keys.permute((2, 3, 0, 1, 4))?.contiguous()?;
        let (keys, values) = (keys.get(0)?, keys.get(1)?);
        let scores = query.matmul(&keys.t()?)?.reshape((groups, count, share, queries, seen))?;
        let shares =
            softmax(&scores.broadcast_add(added)?)?.reshape((groups, count, share * queries, seen))?;
        let mixed = shares.matmul(&values)?.reshape((groups, count, share, queries, size))?;
        mixed.permute((1, 3, 0, 2, 4))?.reshape((count * queries, all * size))
    }
}

/// Lists one after the other, each filled up with zeros to the length of the longest, which comes along.
fn padded<'a>(lists: impl Iterator<Item = &'a [u32]> + Clone) -> (Vec<u32>, usize) {
    let length = lists.clone().map(<[u32]>::len).max().unwrap_or(0);
    let fill = |list: &'a [u32]| list.iter().copied().chain(std::iter::repeat(0)).take(length);
    (lists.flat_map(fill).collect(), length)
}

fn softmax(x: &Tensor) -> Sum {
    let x = x.broadcast_sub(&x.max_keepdim(D::Minus1)?)?.exp()?;
    x.broadcast_div(&x.sum_keepdim(D::Minus1)?)
}
