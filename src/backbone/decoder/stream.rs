//! One conversation as one stream of tokens: what is kept of it, and in which order what is new is read.

use std::ops::Range;

use super::config::Config;
use crate::backbone::Lane;
use crate::kernels::Keys;

/// What a decoder keeps of a conversation so far: the tokens of its present window, and their keys and values in every layer.
#[derive(Clone, Default)]
pub struct Stream {
    /// At most a window of ids.
    ids: Vec<u32>,
    /// By layer.
    pub(super) keys: Vec<Keys>,
    /// The same for a decoder on a device: a row of key and value for each of `ids`.
    pub on_device: Vec<candle_core::Tensor>,
}

/// A token that is still to be read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Token {
    pub id: u32,
    /// A window begins here: what was kept goes.
    pub afresh: bool,
    /// Its hidden state is a segment's vector.
    pub wanted: bool,
}

/// Everything that `lanes` ask for, their vectors in order. `pass` reads what each work has taken up, `most` tokens together.
pub fn read_through(
    lanes: &mut [Lane<'_>],
    config: &Config,
    opening: Option<u32>,
    most: usize,
    mut pass: impl FnMut(&mut [Work<'_>]),
) -> Vec<f32> {
    let mut works: Vec<Work<'_>> = lanes.iter_mut().map(|lane| Work::new(lane, config, opening)).collect();
    loop {
        let mut room = most;
        works.iter_mut().for_each(|work| room -= work.take(room));
        if room == most {
            return works.into_iter().flat_map(|work| work.vectors).collect();
        }
        pass(&mut works);
    }
}

/// The share of one lane in a call.
pub struct Work<'a> {
    pub stream: &'a mut Stream,
    tokens: Vec<Token>,
    done: usize,
    /// Which of the tokens are being read.
    now: Range<usize>,
    /// Rows of what is wanted.
    pub vectors: Vec<f32>,
}

impl<'a> Work<'a> {
    /// Everything that a lane's segments ask for.
    fn new(lane: &'a mut Lane<'_>, config: &Config, opening: Option<u32>) -> Self {
        let stream = &mut lane.context.stream;
        if stream.keys.is_empty() {
            stream.keys = vec![Keys::new(config.kept, config.kv_heads, config.head_size); config.blocks];
        }
        let segments = lane.segments.iter().map(|s| s.ids);
        let tokens = plan(&stream.ids, segments, config.window, opening);
        Self { stream, tokens, done: 0, now: 0..0, vectors: Vec::new() }
    }

    /// Take up at most `room` tokens, none of them in another window than the first.
    fn take(&mut self, room: usize) -> usize {
        let left = &self.tokens[self.done..];
        let count = 1 + left.iter().skip(1).take_while(|t| !t.afresh).count();
        self.now = self.done..self.done + count.min(room).min(left.len());
        if self.now().first().is_some_and(|token| token.afresh) {
            self.stream.ids.clear();
            self.stream.keys.iter_mut().for_each(Keys::clear);
            self.stream.on_device.clear();
        }
        self.now.len()
    }

    /// The tokens that are being read.
    pub fn now(&self) -> &[Token] {
        &self.tokens[self.now.clone()]
    }

    /// Where in the window the first of them stands.
    pub fn position(&self) -> usize {
        self.stream.ids.len()
    }

    /// What was taken up is read.
    pub fn finish(&mut self) {
        self.stream.ids.extend(self.tokens[self.now.clone()].iter().map(|t| t.id));
        self.done = self.now.end;
        self.now = self.done..self.done;
    }
}

/// The tokens of `segments` after those in `kept`. Where a segment would pass the end of the window, another window begins with the last half of the tokens
/// so far; should the stream begin with the model's `opening` token, so does every window. Only numbers of tokens decide where that is.
fn plan<'a>(
    kept: &[u32],
    segments: impl Iterator<Item = &'a [u32]>,
    window: usize,
    opening: Option<u32>,
) -> Vec<Token> {
    let (mut held, mut tokens) = (kept.to_vec(), Vec::new());
    for ids in segments {
        if held.len() + ids.len() > window {
            held = carried(&held, window / 2, opening);
            let again = held.iter().enumerate();
            tokens.extend(again.map(|(at, id)| Token { id: *id, afresh: at == 0, wanted: false }));
        }
        let last = ids.len() - 1;
        tokens.extend(ids.iter().enumerate().map(|(at, id)| Token {
            id: *id,
            afresh: false,
            wanted: at == last,
        }));
        held.extend(ids);
    }
    tokens
}

/// At most `count` tokens that the next window begins with.
fn carried(held: &[u32], count: usize, opening: Option<u32>) -> Vec<u32> {
    let tail = &held[held.len().saturating_sub(count)..];
    match (held.first(), tail) {
        (Some(first), [_, rest @ ..]) if opening == Some(*first) && held.len() > count => {
            [&[*first], rest].concat()
        }
        _ => tail.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(tokens: &[Token]) -> Vec<u32> {
        tokens.iter().map(|t| t.id).collect()
    }

    #[test]
    fn a_window_that_would_overflow_begins_again_with_its_last_half() {
        let segments: [&[u32]; 3] = [&[1, 2, 3], &[4, 5, 6], &[7, 8, 9]];
        let tokens = plan(&[], segments.into_iter(), 8, None);
        assert_eq!(ids(&tokens), [1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(
            tokens.iter().map(|t| t.afresh).collect::<Vec<_>>(),
            (0..13).map(|i| i == 6).collect::<Vec<_>>()
        );
        let wanted: Vec<u32> = tokens.iter().filter(|t| t.wanted).map(|t| t.id).collect();
        assert_eq!(wanted, [3, 6, 9], "a token that is read again gives no vector again");
    }

    #[test]
    fn an_opening_stays_at_the_head_of_every_window() {
        let segments: [&[u32]; 3] = [&[1, 2, 3], &[4, 5, 6], &[7, 8, 9]];
        let tokens = plan(&[], segments.into_iter(), 8, Some(1));
        assert_eq!(ids(&tokens[6..]), [1, 4, 5, 6, 7, 8, 9]);
        assert_eq!(carried(&[1, 2], 4, Some(1)), [1, 2]);
    }

    #[test]
    fn cuts_between_calls_change_no_plan() {
        let segments: Vec<Vec<u32>> = (0..40).map(|i| (0..1 + i % 4).map(|j| 10 * i + j).collect()).collect();
        let all = plan(&[], segments.iter().map(Vec::as_slice), 8, Some(0));
        for cut in [1, 3, 7] {
            let (mut parts, mut held) = (Vec::new(), Vec::new());
            for chunk in segments.chunks(cut) {
                for token in plan(&held, chunk.iter().map(Vec::as_slice), 8, Some(0)) {
                    if token.afresh {
                        held.clear();
                    }
                    held.push(token.id);
                    parts.push(token);
                }
            }
            assert_eq!(parts, all, "{cut} at a time");
        }
    }
}
