//! Many conversations in one call of the backbone, which is what a graphics card needs to be worth its while. Each comes out as if it were alone.

use anyhow::Result;
use rayon::prelude::*;

use super::{Reading, Stream, judged};
use crate::assessment::Assessment;
use crate::backbone::{Context, Lane, Segment};
use crate::models::Model;
use crate::prompt::Piece;

/// Tokens of all conversations in one call, unless one alone has more: what a decoder keeps of each of them is some 200 kB in the smallest models.
const TOKENS: usize = 32_768;

/// A conversation whose text was read, and its pieces, which the backbone has not seen yet.
type Cut<'m> = (Stream<'m>, Vec<Piece>);

/// All `readings` judged, in their order. Texts are cut into tokens and vectors are judged side by side; in between, a call of the backbone reads many.
pub fn assess(model: &Model, readings: &[Reading<'_>]) -> Vec<Result<Assessment>> {
    let cut = |reading: &Reading<'_>| {
        let mut stream = Stream::of(model, reading.transcript);
        let pieces = stream.reader.all(reading.transcript)?;
        Ok((stream, pieces))
    };
    let cut: Vec<Result<Cut<'_>>> = readings.par_iter().map(cut).collect();
    let read: Vec<&[Piece]> = cut.iter().map(|c| c.as_ref().map_or(&[][..], |(_, pieces)| pieces)).collect();
    let vectors: Vec<Vec<f32>> = calls(&read).into_iter().flat_map(|call| encode(model, call)).collect();
    let one = |((reading, cut), vectors): ((&Reading<'_>, Result<Cut<'_>>), Vec<f32>)| {
        let ((mut stream, pieces), mut scored) = (cut?, Vec::new());
        let messages = &reading.transcript.messages;
        let speakers: Vec<usize> =
            pieces.iter().map(|p| messages[p.message].speaker.unwrap_or_default()).collect();
        stream.judge(&pieces, &speakers, &vectors, &mut scored);
        Ok(judged(&stream, &scored, reading.transcript, reading.format, &reading.notes))
    };
    readings.par_iter().zip(cut).zip(vectors).map(one).collect()
}

/// Conversations cut into runs of some [`TOKENS`].
fn calls<'a, 'p>(conversations: &'a [&'p [Piece]]) -> Vec<&'a [&'p [Piece]]> {
    let (mut calls, mut rest) = (Vec::new(), conversations);
    while let Some(first) = rest.first() {
        let length = |pieces: &[Piece]| pieces.iter().map(|p| p.ids.len()).sum::<usize>();
        let mut tokens = length(first);
        let more = rest[1..].iter().take_while(|pieces| {
            tokens += length(pieces);
            tokens <= TOKENS
        });
        let (call, others) = rest.split_at(1 + more.count());
        calls.push(call);
        rest = others;
    }
    calls
}

/// The vectors of each conversation.
fn encode(model: &Model, conversations: &[&[Piece]]) -> Vec<Vec<f32>> {
    let mut contexts = vec![Context::default(); conversations.len()];
    let lanes = contexts.iter_mut().zip(conversations);
    let mut lanes: Vec<Lane<'_>> =
        lanes.map(|(context, pieces)| Lane { context, segments: segments(pieces) }).collect();
    let vectors = model.backbone.encode(&mut lanes);
    let mut rest = vectors.as_slice();
    let share = |pieces: &&[Piece]| {
        let (own, others) = rest.split_at(pieces.len() * model.backbone.width());
        rest = others;
        own.to_vec()
    };
    conversations.iter().map(share).collect()
}

/// What the backbone reads of pieces.
pub(super) fn segments(pieces: &[Piece]) -> Vec<Segment<'_>> {
    pieces.iter().map(|p| Segment { ids: &p.ids, speaker: p.speaker }).collect()
}
