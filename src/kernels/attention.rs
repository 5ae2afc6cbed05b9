//! Attention of a run of queries over a run of keys: a message's tokens over its own and those of the messages before it, or
//! each token of a text over all before it. Several query heads may share the keys of one.

use std::cell::RefCell;

use super::aligned::hold_aligned;
use super::kept::Kept;
use super::lanes::Lanes;
use super::tile::{self, ROWS, for_rows};
use super::{Level, Precision, kernel};

/// Tokens whose keys lie side by side, channel by channel.
const PANEL: usize = 16;
/// Queries whose scores are held at once.
const STRETCH: usize = 24;

/// Keys and values of one layer, for tokens that come one after another.
#[derive(Clone)]
pub struct Keys {
    /// Heads of keys and values.
    heads: usize,
    /// Numbers in a key of one head.
    size: usize,
    tokens: usize,
    /// Panels of tokens; heads; channels; [`PANEL`] tokens.
    keys: Kept,
    /// Panels of tokens; heads; [`PANEL`] tokens; channels.
    values: Kept,
}

impl Keys {
    /// None yet, of `heads` heads with `size` numbers each, a multiple of 16.
    pub fn new(precision: Precision, heads: usize, size: usize) -> Self {
        assert!(size > 0 && size.is_multiple_of(16), "a head's size must be a multiple of 16");
        Self { heads, size, tokens: 0, keys: Kept::new(precision), values: Kept::new(precision) }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.tokens
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tokens == 0
    }

    /// Forget the oldest `n`, but for those that share a panel of 16 with one that stays.
    pub fn drop_oldest(&mut self, n: usize) {
        let panels = n.min(self.tokens) / PANEL;
        self.keys.drop_first(panels * self.panel());
        self.values.drop_first(panels * self.panel());
        self.tokens -= panels * PANEL;
    }

    /// Numbers from one panel to the next.
    fn panel(&self) -> usize {
        self.heads * self.size * PANEL
    }

    /// Forget all; the room stays.
    pub fn clear(&mut self) {
        self.tokens = 0;
        self.keys.clear();
        self.values.clear();
    }

    /// Keys and values of tokens, of which each is a row of `stride` numbers: from `at` on its key, all heads side by side, then its value.
    pub fn extend(&mut self, rows: &[f32], stride: usize, at: usize) {
        let width = self.heads * self.size;
        assert!(at + 2 * width <= stride, "a key or value of another width");
        let mut rest = rows;
        while !rest.is_empty() {
            let place = self.tokens % PANEL;
            if place == 0 {
                self.keys.grow(self.panel());
                self.values.grow(self.panel());
            }
            let (some, later) = rest.split_at(rest.len().min((PANEL - place) * stride));
            self.put(
                self.tokens / PANEL * self.panel(),
                place,
                some.chunks_exact(stride).map(|row| &row[at..]),
            );
            self.tokens += some.len() / stride;
            rest = later;
        }
    }

    /// Some rows of key and value from `place` on in the panel that begins at `panel`. What one head needs of it stays near while all of them are put there.
    fn put<'a>(&mut self, panel: usize, place: usize, rows: impl Iterator<Item = &'a [f32]> + Clone) {
        let (width, size) = (self.heads * self.size, self.size);
        for head in 0..self.heads {
            let begin = panel + head * size * PANEL;
            for (row, place) in rows.clone().zip(place..) {
                self.keys.put_apart::<PANEL>(begin + place, &row[head * size..][..size]);
                self.values.put(begin + place * size, &row[width + head * size..][..size]);
            }
        }
    }
}

/// A run of keys that shares one term per head: those of one message, as seen from another.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// How many keys.
    pub tokens: usize,
    /// Which of the terms is added to their scores.
    pub term: usize,
}

/// How a run of queries looks, and which keys it sees.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Heads of a query, a multiple of those of the keys.
    pub heads: usize,
    /// Numbers from one query to the next.
    pub stride: usize,
    /// What products are multiplied by.
    pub scale: f32,
    /// The first key that any of them sees.
    pub first: usize,
    /// How many keys from there on.
    pub count: usize,
    /// The last query sees all of them, the one before it all but the last, and so on.
    pub causal: bool,
    /// Keys that one query sees at most, counted back from its last.
    pub window: usize,
    /// What is added to the scores, run after run, all keys covered; nothing when empty.
    pub spans: &'a [Span],
    /// Rows of terms, one for each head of the queries.
    pub terms: &'a [f32],
}

/// What is needed in between.
#[derive(Default)]
pub struct Room {
    /// Added to the scores of one head.
    added: Vec<f32>,
    /// Rows of scores.
    scores: Vec<f32>,
    /// Keys and values of one head, where they are kept in fewer bits.
    head: (Vec<f32>, Vec<f32>),
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

/// Attention of `queries`, rows of all heads, over `keys`; `out` takes as many rows. A row depends on its own query and on the keys that it
/// sees, to the bit.
///
/// # Panics
/// When the look reaches beyond the keys, or the heads of the queries are not a multiple of those of the keys.
pub fn attend(level: Level, keys: &Keys, queries: &[f32], look: &Look<'_>, out: &mut [f32]) {
    ROOM.with_borrow_mut(|room| attend_in(level, keys, queries, look, room, out));
}

kernel! {
    /// The same, in this room.
    pub fn attend_in(keys: &Keys, queries: &[f32], look: &Look<'_>, room: &mut Room, out: &mut [f32]) = attend_body;
}

#[inline(always)]
fn attend_body<L: Lanes>(keys: &Keys, queries: &[f32], look: &Look<'_>, room: &mut Room, out: &mut [f32]) {
    let Look { heads, stride, scale, .. } = *look;
    let width = heads * keys.size;
    let rows = out.len() / width;
    assert!(look.count > 0 && look.first + look.count <= keys.tokens && heads.is_multiple_of(keys.heads));
    assert!(!look.causal || rows <= look.count, "more queries than keys");
    hold_aligned();
    let (whole, sharers) = (Run::new(look), heads / keys.heads);
    let Room { added, scores, head: (key_room, value_room) } = room;
    for head in 0..keys.heads {
        let shared = Head::of(keys, head, &whole, key_room, value_room);
        for head in head * sharers..(head + 1) * sharers {
            whole.terms(look, head, heads, added);
            for first in (0..rows).step_by(STRETCH) {
                let some = STRETCH.min(rows - first);
                let run = whole.up_to(look, rows - first - some);
                scores.resize(some * run.padded, 0.0);
                let scores = &mut scores[..some * run.padded];
                shared.products::<L>(&queries[first * stride + head * keys.size..], stride, &run, scores);
                let mut sums = [L::splat(0.0); STRETCH];
                for (i, row) in scores.chunks_exact_mut(run.padded).enumerate() {
                    let seen = whole.seen(look, rows - first - i - 1);
                    sums[i] = soften::<L>(row, added, scale, seen);
                }
                let out = &mut out[first * width + head * keys.size..];
                shared.mix::<L>(&run, scores, width, out);
                for (i, sum) in sums[..some].iter().enumerate() {
                    let share = L::splat(1.0 / sum.sum());
                    let row = &mut out[i * width..][..keys.size];
                    row.chunks_exact_mut(L::N).for_each(|x| L::load(x).mul(share).store(x));
                }
            }
        }
    }
}

/// The keys of a look, and those before and after them that share their panels.
struct Run {
    /// First panel.
    panel: usize,
    /// Keys of the first panel that are before the look.
    lead: usize,
    /// Keys up to the end of the look.
    end: usize,
    /// Keys in all panels.
    padded: usize,
}

impl Run {
    #[inline(always)]
    fn new(look: &Look<'_>) -> Self {
        let (panel, lead) = (look.first / PANEL, look.first % PANEL);
        let end = lead + look.count;
        Self { panel, lead, end, padded: end.next_multiple_of(PANEL) }
    }

    /// What queries see after the last of which `later` more come.
    #[inline(always)]
    fn up_to(&self, look: &Look<'_>, later: usize) -> Self {
        let end = if look.causal { self.end - later } else { self.end };
        Self { end, padded: end.next_multiple_of(PANEL), ..*self }
    }

    /// What is added to the scores of one head.
    #[inline(always)]
    fn terms(&self, look: &Look<'_>, head: usize, heads: usize, added: &mut Vec<f32>) {
        added.clear();
        added.resize(self.padded, 0.0);
        let terms = &look.terms[head * look.terms.len() / heads..];
        let mut at = self.lead;
        for span in look.spans {
            added[at..at + span.tokens].fill(terms[span.term]);
            at += span.tokens;
        }
    }

    /// The keys that the query sees after which `later` more come.
    #[inline(always)]
    fn seen(&self, look: &Look<'_>, later: usize) -> std::ops::Range<usize> {
        let end = self.up_to(look, later).end;
        self.lead.max(end.saturating_sub(look.window))..end
    }
}

/// Exponentials of the scaled scores less their largest, zero for keys that are not seen; gives their sum, lane by lane. Registers are
/// counted from the first key that is seen, so that where the keys lie in their panels makes no difference.
#[inline(always)]
fn soften<L: Lanes>(scores: &mut [f32], added: &[f32], scale: f32, seen: std::ops::Range<usize>) -> L {
    clear::<L>(&mut scores[..seen.start]);
    clear::<L>(&mut scores[seen.end..]);
    let (scores, added) = (&mut scores[seen.clone()], &added[seen]);
    let scale = L::splat(scale);
    let whole = scores.len() - scores.len() % L::N;
    let tail = L::load_some(&scores[whole..], f32::NEG_INFINITY);
    let tail = tail.madd(scale, L::load_some(&added[whole..], 0.0));
    let mut top = tail;
    for (s, a) in scores.chunks_exact_mut(L::N).zip(added.chunks_exact(L::N)) {
        let scaled = L::load(s).madd(scale, L::load(a));
        scaled.store(s);
        top = top.max(scaled);
    }
    let top = L::splat(top.largest());
    let mut sum = L::splat(0.0);
    for s in scores.chunks_exact_mut(L::N) {
        let e = L::load(s).sub(top).exp();
        e.store(s);
        sum = sum.add(e);
    }
    // Beyond the last key each lane gives about 1e-38, which changes no sum of one or more.
    let tail = tail.sub(top).exp();
    tail.store_some(&mut scores[whole..]);
    sum.add(tail)
}

/// Zeros.
#[inline(always)]
fn clear<L: Lanes>(numbers: &mut [f32]) {
    let mut parts = numbers.chunks_exact_mut(L::N);
    parts.by_ref().for_each(|part| L::splat(0.0).store(part));
    L::splat(0.0).store_some(parts.into_remainder());
}

/// One head's keys and values, from the first panel of a run.
struct Head<'a> {
    keys: &'a [f32],
    values: &'a [f32],
    /// Numbers of a key.
    size: usize,
    /// Numbers from one panel to the next.
    panel: usize,
}

impl<'a> Head<'a> {
    /// Head `head` of all that is kept.
    #[inline(always)]
    fn of(
        all: &'a Keys,
        head: usize,
        run: &Run,
        key_room: &'a mut Vec<f32>,
        value_room: &'a mut Vec<f32>,
    ) -> Self {
        let (length, stride) = (all.size * PANEL, all.panel());
        let from = run.panel * stride + head * length;
        let range = from..from + (run.padded / PANEL - 1) * stride + length;
        let (keys, panel) = all.keys.runs(range.clone(), stride, length, key_room);
        let (values, _) = all.values.runs(range, stride, length, value_room);
        Self { keys, values, size: all.size, panel }
    }

    /// Products of the queries with all keys of the run: a few panels by all rows, then the next.
    #[inline(always)]
    fn products<L: Lanes>(&self, queries: &[f32], stride: usize, run: &Run, scores: &mut [f32]) {
        let rows = scores.len() / run.padded;
        let mut at = 0;
        while at < run.padded {
            let left = (run.padded - at) / L::N;
            // One register is left over only where there is no more than one.
            let across = if left == 5 { 3 } else { left.min(4) };
            for first in (0..rows).step_by(ROWS) {
                let (queries, scores) = (&queries[first * stride..], &mut scores[first * run.padded..]);
                let tile = Tile { rows: queries, stride, at, out: scores, width: run.padded };
                let some = ROWS.min(rows - first);
                match across {
                    4 => for_rows!(some, products::<L; R, 4>(self, tile)),
                    3 => for_rows!(some, products::<L; R, 3>(self, tile)),
                    2 => for_rows!(some, products::<L; R, 2>(self, tile)),
                    _ => for_rows!(some, products::<L; R, 1>(self, tile)),
                }
            }
            at += across * L::N;
        }
    }

    /// Values weighted by the scores, added up key by key: a few panels by all rows, then the next.
    #[inline(always)]
    fn mix<L: Lanes>(&self, run: &Run, scores: &[f32], width: usize, out: &mut [f32]) {
        let rows = scores.len() / run.padded;
        (0..rows).for_each(|i| out[i * width..][..self.size].fill(0.0));
        for from in (0..run.padded).step_by(4 * PANEL) {
            let panels = from / PANEL..run.padded.min(from + 4 * PANEL) / PANEL;
            for first in (0..rows).step_by(ROWS) {
                let mut at = 0;
                while at < self.size {
                    let left = self.size - at;
                    let (rows, out) = (ROWS.min(rows - first), &mut out[first * width..]);
                    let tile =
                        Tile { rows: &scores[first * run.padded..], stride: run.padded, at, out, width };
                    if left >= 4 * L::N {
                        for_rows!(rows, values::<L; R, 4>(self, panels.clone(), tile));
                        at += 4 * L::N;
                    } else if left >= 2 * L::N {
                        for_rows!(rows, values::<L; R, 2>(self, panels.clone(), tile));
                        at += 2 * L::N;
                    } else {
                        for_rows!(rows, values::<L; R, 1>(self, panels.clone(), tile));
                        at += L::N;
                    }
                }
            }
        }
    }
}

/// A few rows of what is multiplied and of what comes out, and the column that it begins at.
struct Tile<'a> {
    rows: &'a [f32],
    stride: usize,
    at: usize,
    out: &'a mut [f32],
    width: usize,
}

/// Products of `R` queries with `C` registers of keys.
#[inline(always)]
fn products<L: Lanes, const R: usize, const C: usize>(head: &Head<'_>, tile: Tile<'_>) {
    let rows: [&[f32]; R] = tile::rows(tile.rows, tile.stride, head.size);
    let places: [usize; C] = tile::places(|j| {
        let at = tile.at + j * L::N;
        at / PANEL * head.panel + at % PANEL
    });
    let mut acc = [[L::splat(0.0); C]; R];
    tile::add(rows, head.keys, places, PANEL, head.size, &mut acc);
    tile::store(&acc, tile.out, |i, j| i * tile.width + tile.at + j * L::N);
}

/// Values of some panels weighted by `R` rows, `C` registers of their channels, added to what is there.
#[inline(always)]
fn values<L: Lanes, const R: usize, const C: usize>(
    head: &Head<'_>,
    panels: std::ops::Range<usize>,
    tile: Tile<'_>,
) {
    let place = |i: usize, j: usize| i * tile.width + tile.at + j * L::N;
    let mut acc: [[L; C]; R] = tile::load(tile.out, place);
    for panel in panels {
        let rows: [&[f32]; R] = tile::rows(&tile.rows[panel * PANEL..], tile.stride, PANEL);
        let places = tile::places(|j| panel * head.panel + tile.at + j * L::N);
        tile::add(rows, head.values, places, head.size, PANEL, &mut acc);
    }
    tile::store(&acc, tile.out, place);
}
