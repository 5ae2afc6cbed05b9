//! How streams of tokens become blocks for decoders: a run of new tokens of a lane looks at all before it, or at those of a sliding window.

use candle_core::{Device, Result, Tensor};

use super::linear::Sum;
use super::rectangles::{self, HIDDEN, Heads, Rectangle, alike};
use crate::backbone::decoder::{Config, Work};

/// Tokens of a block.
const QUERIES: usize = 256;
/// Where padding stands: after everything.
const NOWHERE: f32 = 1e9;

/// New tokens that look together.
struct Block {
    queries: Vec<u32>,
    keys: Vec<u32>,
    /// Where in its window the first query stands, and the first key.
    starts: (usize, usize),
}

impl rectangles::Block for Block {
    fn queries(&self) -> &[u32] {
        &self.queries
    }

    fn keys(&self) -> &[u32] {
        &self.keys
    }
}

/// A pass, laid out for the layers that see as far.
pub struct Layout {
    groups: Vec<(Rectangle, Tensor)>,
    /// Where each new token stands among the queries of all groups.
    token_rows: Tensor,
    /// Where each new token stands in its window.
    pub positions: Tensor,
    /// Rows of all keys, lane by lane.
    pub keep: Tensor,
}

impl Layout {
    /// Lay out what `works` have taken up. Keys of all lanes that were kept come before the new ones.
    pub fn new(
        works: &[&mut Work<'_>],
        window: Option<usize>,
        heads: usize,
        device: &Device,
    ) -> Result<Self> {
        let kept: usize = works.iter().map(|work| work.position()).sum();
        let (mut old, mut new) = (0, kept);
        let (mut blocks, mut keep) = (Vec::new(), Vec::new());
        for work in works {
            let (before, count) = (work.position(), work.now().len());
            let rows: Vec<u32> = (old..old + before).chain(new..new + count).map(|row| row as u32).collect();
            for from in (0..count).step_by(QUERIES) {
                let to = count.min(from + QUERIES);
                let first = window.map_or(0, |window| (before + from + 1).saturating_sub(window));
                blocks.push(Block {
                    queries: (new - kept + from..new - kept + to).map(|row| row as u32).collect(),
                    keys: rows[first..before + to].to_vec(),
                    starts: (before + from, first),
                });
            }
            keep.extend(rows);
            (old, new) = (old + before, new + count);
        }
        let mut token_rows = vec![0; new - kept];
        let (mut groups, mut so_far) = (Vec::new(), 0);
        for group in alike(&mut blocks, heads) {
            let rectangle = Rectangle::new(group, device)?;
            for (at, block) in group.iter().enumerate() {
                let rows = so_far + at * rectangle.queries..;
                rows.zip(&block.queries).for_each(|(row, token)| token_rows[*token as usize] = row as u32);
            }
            so_far += rectangle.count * rectangle.queries;
            let hidden = hidden(group, &rectangle, window, device)?;
            groups.push((rectangle, hidden));
        }
        let positions = works.iter().flat_map(|work| work.position()..work.position() + work.now().len());
        let positions: Vec<u32> = positions.map(|at| at as u32).collect();
        Ok(Self {
            groups,
            token_rows: Tensor::new(token_rows, device)?,
            positions: Tensor::new(positions, device)?,
            keep: Tensor::new(keep, device)?,
        })
    }

    /// Attention of all new tokens, `[tokens, heads · size]`.
    pub fn attend(&self, config: &Config, query: &Tensor, keys: &Tensor) -> Sum {
        let Config { heads, kv_heads, head_size, query_scale, .. } = *config;
        let heads = Heads { queries: heads, keys: kv_heads, size: head_size, scale: query_scale };
        let seen = self.groups.iter().map(|(rectangle, hidden)| rectangle.attend(heads, query, keys, hidden));
        Tensor::cat(&seen.collect::<Result<Vec<_>>>()?, 0)?.index_select(&self.token_rows, 0)
    }
}

/// What hides from each query the keys after it, and those that its window has left: `[1, count, 1, queries, keys]`.
fn hidden(blocks: &[Block], rectangle: &Rectangle, window: Option<usize>, device: &Device) -> Sum {
    let Rectangle { count, queries, keys, .. } = *rectangle;
    let run = |start: usize, held: usize, most: usize| {
        (0..most).map(move |at| if at < held { (start + at) as f32 } else { NOWHERE })
    };
    let at: Vec<f32> = blocks.iter().flat_map(|b| run(b.starts.0, queries, queries)).collect();
    let seen: Vec<f32> = blocks.iter().flat_map(|b| run(b.starts.1, b.keys.len(), keys)).collect();
    let at = Tensor::from_vec(at, (1, count, 1, queries, 1), device)?;
    let seen = Tensor::from_vec(seen, (1, count, 1, 1, keys), device)?;
    let distance = at.broadcast_sub(&seen)?;
    let later = distance.lt(0f32)?.to_dtype(candle_core::DType::F32)?;
    let left =
        window.map(|window| distance.ge(window as f32)?.to_dtype(candle_core::DType::F32)).transpose()?;
    left.map_or(Ok(later.clone()), |left| later + left)? * f64::from(HIDDEN)
}

/// Leave in each lane's stream the keys and values of its window. `rows` holds those of all lanes, layer by layer.
pub fn keep(works: &mut [&mut Work<'_>], rows: &[Tensor]) -> Result<()> {
    let mut from = 0;
    for work in works {
        let tokens = work.position() + work.now().len();
        let own = rows.iter().map(|rows| rows.narrow(0, from, tokens));
        work.stream.on_device = own.collect::<Result<_>>()?;
        from += tokens;
    }
    Ok(())
}
