//! Many conversations in one call of the backbone, which is what a graphics card needs to be worth its while. Each comes out as if it were alone.

use anyhow::Result;
use rayon::prelude::*;

use super::{Reading, Stream, judged};
use crate::assessment::Assessment;
use crate::backbone::{Context, Lane, Segment};
use crate::models::Model;
use crate::prompt::{Piece, Reader};

/// All `readings` judged, in their order. Texts are cut into tokens and vectors are judged side by side; in between, one call reads them all.
pub fn assess(model: &Model, readings: &[Reading<'_>]) -> Vec<Result<Assessment>> {
    let pieces = readings.par_iter().map(|reading| Reader::read(&model.prompt, reading.transcript));
    let pieces: Vec<Result<Vec<Piece>>> = pieces.collect();
    let mut contexts = vec![Context::default(); pieces.len()];
    let read = contexts.iter_mut().zip(&pieces).filter_map(|(context, p)| Some((context, p.as_ref().ok()?)));
    let mut lanes: Vec<Lane<'_>> =
        read.map(|(context, pieces)| Lane { context, segments: segments(pieces) }).collect();
    let vectors = model.backbone.encode(&mut lanes);
    drop(lanes);
    let mut rest = vectors.as_slice();
    let mut share = |pieces: &Vec<Piece>| {
        let (own, others) = rest.split_at(pieces.len() * model.backbone.width());
        rest = others;
        own
    };
    let shares: Vec<&[f32]> = pieces.iter().map(|p| p.as_ref().map_or(&[][..], &mut share)).collect();
    let one = |((reading, pieces), vectors): ((&Reading<'_>, Result<Vec<Piece>>), &[f32])| {
        let (pieces, mut stream, mut scored) = (pieces?, Stream::new(model), Vec::new());
        let messages = &reading.transcript.messages;
        let speakers: Vec<usize> =
            pieces.iter().map(|p| messages[p.message].speaker.unwrap_or_default()).collect();
        stream.judge(&pieces, &speakers, vectors, &mut scored);
        Ok(judged(&stream, &scored, reading.transcript, reading.format, &reading.notes))
    };
    readings.par_iter().zip(pieces).zip(shares).map(one).collect()
}

/// What the backbone reads of pieces.
pub(super) fn segments(pieces: &[Piece]) -> Vec<Segment<'_>> {
    pieces.iter().map(|p| Segment { ids: &p.ids, speaker: p.speaker }).collect()
}
