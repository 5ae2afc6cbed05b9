//! How conversations become blocks for BERT: neighbouring messages of a lane look together at everything that any of them sees. What one of them may not see gets a
//! term that softmax makes nothing of.

use candle_core::{Device, Result, Tensor};

use super::rectangles::{self, Rectangle, alike};
use crate::backbone::Seen;

/// Tokens of a block after which no further message joins it.
const QUERIES: usize = 128;

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
    /// By message: how many tokens it has, and runs of tokens and term over `keys`.
    messages: Vec<(usize, Vec<(usize, u32)>)>,
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
            let sees = |at: usize| {
                let runs =
                    (oldest..to).map(|other| (part.messages[other].tokens, term(part, back, at, other)));
                (part.messages[at].tokens, runs.collect())
            };
            blocks.push(Self {
                queries: part.rows(from..to).map(|row| row - start as u32).collect(),
                keys: part.rows(oldest..to).collect(),
                messages: (from..to).map(sees).collect(),
                first: first + from - part.old,
            });
            from = to;
        }
        blocks
    }
}

/// Which term is added where message `at` looks at `other`: by distance, then by distance to another speaker; the one after the last hides it.
fn term(part: &Part, back: usize, at: usize, other: usize) -> u32 {
    let Some(distance) = at.checked_sub(other).filter(|d| *d <= back) else { return 2 * back as u32 + 1 };
    let same = part.messages[at].speaker == part.messages[other].speaker;
    (distance + if distance > 0 && !same { back } else { 0 }) as u32
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
        let groups = groups.map(|group| layout.group(group, 2 * back as u32 + 1, device));
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
    fn group(&mut self, blocks: &[Block], hidden: u32, device: &Device) -> Result<Group> {
        let rectangle = Rectangle::new(blocks, device)?;
        let Rectangle { count, queries, keys, .. } = rectangle;
        let messages = blocks.iter().map(|b| b.messages.len()).max().unwrap_or(0);
        let mut terms = vec![hidden; count * queries * keys];
        let mut means = vec![0f32; count * messages * queries];
        for (at, block) in blocks.iter().enumerate() {
            for (query, row) in block.queries.iter().enumerate() {
                self.tokens[*row as usize] = (self.queries_so_far + at * queries + query) as u32;
            }
            let mut query = 0;
            for (message, (tokens, runs)) in block.messages.iter().enumerate() {
                let sees: Vec<u32> =
                    runs.iter().flat_map(|(n, term)| std::iter::repeat_n(*term, *n)).collect();
                for token in query..query + tokens {
                    terms[(at * queries + token) * keys..][..sees.len()].copy_from_slice(&sees);
                }
                means[(at * messages + message) * queries..][query..query + tokens]
                    .fill(1.0 / *tokens as f32);
                self.messages[block.first + message] = (self.means_so_far + at * messages + message) as u32;
                query += tokens;
            }
        }
        self.queries_so_far += count * queries;
        self.means_so_far += count * messages;
        Ok(Group {
            rectangle,
            terms: Tensor::new(terms, device)?,
            means: Tensor::from_vec(means, (count, messages, queries), device)?,
        })
    }
}
