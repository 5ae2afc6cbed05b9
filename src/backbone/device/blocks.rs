//! How conversations become blocks for BERT: neighbouring messages of a lane look together at everything that any of them sees. What one of them may not see gets a
//! term that softmax makes nothing of.

use std::iter::{repeat, repeat_n};

use candle_core::{DType, Device, Result, Tensor};

use super::rectangles::{self, Rectangle, alike};
use crate::backbone::Seen;

/// Tokens of a block after which no further message joins it.
const QUERIES: usize = 128;
/// The number of a message that comes after all others.
const NEVER: f32 = 1e9;

/// One lane's share of a pass.
pub struct Part {
    /// Messages whose keys are kept, then the new ones.
    pub messages: Vec<Seen>,
    /// How many of them are kept.
    pub old: usize,
    /// Row of the first kept token among all keys.
    pub kept_from: usize,
    /// Row of the first new token among all keys.
    pub new_from: usize,
}

impl Part {
    /// Tokens whose keys are kept.
    pub fn kept(&self) -> usize {
        self.messages[..self.old].iter().map(|m| m.tokens).sum()
    }

    /// Rows of the keys of messages `range`, kept or new.
    pub fn rows(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = u32> {
        let tokens = |upto: usize| self.messages[..upto].iter().map(|m| m.tokens).sum::<usize>();
        let (kept, kept_from, new_from) = (self.kept(), self.kept_from, self.new_from);
        let row = move |at: usize| if at < kept { kept_from + at } else { new_from + at - kept };
        (tokens(range.start)..tokens(range.end)).map(move |at| row(at) as u32)
    }
}

/// Messages that look together.
struct Block {
    /// Rows of their tokens among the new ones.
    queries: Vec<u32>,
    /// Rows of what any of them sees among all keys.
    keys: Vec<u32>,
    /// What wrote each query, and what wrote each key.
    of: (Vec<Seen>, Vec<Seen>),
    /// Number of the first query's message, and of the first key's, in the lane.
    starts: (usize, usize),
    /// Number of its first message in the pass.
    first: usize,
}

impl Block {
    /// Cut a lane's new messages into blocks. `first` is the number of its first message in the pass, `start` the row of the first new token of the pass.
    fn cut(part: &Part, back: usize, first: usize, start: usize) -> Vec<Self> {
        let (mut blocks, mut from) = (Vec::new(), part.old);
        while from < part.messages.len() {
            let (mut to, mut tokens) = (from, 0);
            while to < part.messages.len() && (to == from || tokens + part.messages[to].tokens <= QUERIES) {
                tokens += part.messages[to].tokens;
                to += 1;
            }
            let oldest = from.saturating_sub(back);
            blocks.push(Self {
                queries: part.rows(from..to).map(|row| row - start as u32).collect(),
                keys: part.rows(oldest..to).collect(),
                of: (part.messages[from..to].to_vec(), part.messages[oldest..to].to_vec()),
                starts: (from, oldest),
                first: first + from - part.old,
            });
            from = to;
        }
        blocks
    }
}

/// Which term is added where a query looks at a key, `[count · queries · keys]`: by distance in messages, then by distance to another speaker; the one after the last hides.
fn terms(blocks: &[Block], rectangle: &Rectangle, back: usize, device: &Device) -> Result<Tensor> {
    let Rectangle { count, queries, keys, .. } = *rectangle;
    // Padding is a message so late that no message sees it; what padding itself sees, nobody reads.
    let spread = |(messages, start, most): (&[Seen], usize, usize)| {
        let tokens = (start..).zip(messages).flat_map(|(at, m)| repeat_n((at as f32, m.speaker), m.tokens));
        tokens.chain(repeat((NEVER, 0))).take(most).collect::<Vec<_>>()
    };
    let query = |b: &Block| spread((&b.of.0, b.starts.0, queries));
    let key = |b: &Block| spread((&b.of.1, b.starts.1, keys));
    let (at, who): (Vec<f32>, Vec<u32>) = blocks.iter().flat_map(query).unzip();
    let (seen_at, seen_who): (Vec<f32>, Vec<u32>) = blocks.iter().flat_map(key).unzip();
    let (rows, columns) = ((count, queries, 1), (count, 1, keys));
    let (at, who) = (Tensor::from_vec(at, rows, device)?, Tensor::from_vec(who, rows, device)?);
    let seen_at = Tensor::from_vec(seen_at, columns, device)?;
    let seen_who = Tensor::from_vec(seen_who, columns, device)?;
    let distance = at.broadcast_sub(&seen_at)?;
    let other = who.broadcast_ne(&seen_who)?.to_dtype(DType::F32)?;
    let term = (&distance + (other * back as f64)?)?;
    let seen = (distance.ge(0f32)? * distance.le(back as f32)?)?;
    let hidden = Tensor::full((2 * back + 1) as f32, term.shape(), device)?;
    seen.where_cond(&term, &hidden)?.to_dtype(DType::U32)?.flatten_all()
}

impl rectangles::Block for Block {
    fn queries(&self) -> &[u32] {
        &self.queries
    }

    fn keys(&self) -> &[u32] {
        &self.keys
    }
}

/// Blocks of like size.
pub struct Group {
    /// Padded to the largest.
    pub rectangle: Rectangle,
    /// Number of the term for every query and key, `[count · queries · keys]`.
    pub terms: Tensor,
    /// What makes means of messages out of queries, `[count, messages, queries]`.
    pub means: Tensor,
}

/// A pass, laid out.
pub struct Layout {
    /// Rectangles.
    pub groups: Vec<Group>,
    /// Where each new token stands among the queries of all groups.
    pub token_rows: Tensor,
    /// Where each message stands among the means of all groups.
    pub message_rows: Tensor,
}

impl Layout {
    /// Lay out the new tokens of `parts`, which are `tokens` and the last of all keys.
    pub fn new(parts: &[Part], back: usize, tokens: usize, heads: usize, device: &Device) -> Result<Self> {
        let start = parts.iter().map(|part| part.new_from).min().unwrap_or(0);
        let (mut blocks, mut messages) = (Vec::new(), 0);
        for part in parts {
            blocks.extend(Block::cut(part, back, messages, start));
            messages += part.messages.len() - part.old;
        }
        let mut layout = Rows { tokens: vec![0; tokens], messages: vec![0; messages], ..Rows::default() };
        let groups = alike(&mut blocks, heads).into_iter();
        let groups = groups.map(|group| layout.group(group, back, device));
        let groups = groups.collect::<Result<_>>()?;
        let token_rows = Tensor::new(layout.tokens, device)?;
        Ok(Self { groups, token_rows, message_rows: Tensor::new(layout.messages, device)? })
    }
}

/// Where things went while groups are made.
#[derive(Default)]
struct Rows {
    tokens: Vec<u32>,
    messages: Vec<u32>,
    queries_so_far: usize,
    means_so_far: usize,
}

impl Rows {
    fn group(&mut self, blocks: &[Block], back: usize, device: &Device) -> Result<Group> {
        let rectangle = Rectangle::new(blocks, device)?;
        let Rectangle { count, queries, .. } = rectangle;
        let messages = blocks.iter().map(|b| b.of.0.len()).max().unwrap_or(0);
        let mut means = vec![0f32; count * messages * queries];
        for (at, block) in blocks.iter().enumerate() {
            for (query, row) in block.queries.iter().enumerate() {
                self.tokens[*row as usize] = (self.queries_so_far + at * queries + query) as u32;
            }
            let mut query = 0;
            for (message, Seen { tokens, .. }) in block.of.0.iter().enumerate() {
                means[(at * messages + message) * queries..][query..query + tokens]
                    .fill(1.0 / *tokens as f32);
                self.messages[block.first + message] = (self.means_so_far + at * messages + message) as u32;
                query += tokens;
            }
        }
        self.queries_so_far += count * queries;
        self.means_so_far += count * messages;
        let terms = terms(blocks, &rectangle, back, device)?;
        Ok(Group { rectangle, terms, means: Tensor::from_vec(means, (count, messages, queries), device)? })
    }
}
