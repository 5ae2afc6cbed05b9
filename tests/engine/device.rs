//! The backbones of a device, run by candle on the processor: the steps are those of a card. They are held to PyTorch's numbers, to the fast path and to themselves,
//! up to rounding. On a card itself: RUSHLIGHT_DEVICE=cuda in a build with `--features cuda`.

use super::decoder::{chats, one_by_one, stated};
use super::made::*;
use super::*;
use rushlight::backbone::{Device, Gguf, load_on};

/// Eight-bit products round activations at other places than ours.
const EIGHT_BITS: Tolerance = Tolerance { cosine: 0.999, distance: 0.045 };

fn on_device(bytes: &[u8], precision: Precision) -> Box<dyn Backbone> {
    let mut gguf = Gguf::open(bytes).unwrap();
    let device = Device::choose(None).unwrap();
    let device = if device == Device::Cpu { Device::Candle } else { device };
    load_on(device, &mut gguf, Level::detect(), precision).unwrap()
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(&format!("{name}.gguf"))).unwrap()
}

#[test]
fn every_bert_gives_what_pytorch_gives_on_the_same_weights() {
    let expected = expected();
    for (name, vectors) in &expected.vectors {
        let whole = on_device(&bytes(name), Precision::Whole);
        let eight = on_device(&bytes(name), Precision::Int8);
        for (chat, vectors) in expected.conversations.iter().zip(vectors) {
            ROUNDING.check(name, &chat.whole(&*whole), vectors);
            EIGHT_BITS.check(&format!("{name} in eight bits"), &chat.whole(&*eight), vectors);
        }
    }
}

#[test]
fn a_bert_gives_the_same_numbers_however_conversations_are_cut_and_batched() {
    let chats = expected().conversations;
    let backbone = on_device(&bytes("tiny-f32"), Precision::Whole);
    let fast = tiny("tiny-f32", Level::detect(), Precision::Whole);
    let all: Vec<&Chat> = chats.iter().chain(&chats).rev().collect();
    for (chat, together) in all.iter().zip(batch(&*backbone, &all)) {
        let expected = chat.whole(&fast);
        ROUNDING.check("in a batch", &together, &expected);
        let n = chat.ids.len();
        for chunks in [vec![1; n], vec![n - 1, 1], vec![1, 0, n - 1]] {
            ROUNDING.check(&format!("cut at {chunks:?}"), &chat.stream(&*backbone, &chunks), &expected);
        }
        ROUNDING.check("alone", &chat.alone(&*backbone), &chat.alone(&fast));
    }
}

/// Enough messages for several blocks and passes, of very unlike lengths.
#[test]
fn long_conversations_go_through_many_blocks_and_passes() {
    let backbone = on_device(&bytes("tiny-f32"), Precision::Whole);
    let fast = tiny("tiny-f32", Level::detect(), Precision::Whole);
    let (most, words) = (fast.max_tokens(), fast.vocabulary() as u32);
    let chat = |seed: u32, count: u32| {
        let length = |i: u32| if i % 13 == seed { most } else { 1 + ((i * 7 + seed) % 5) as usize };
        let ids =
            (0..count).map(|i| (0..length(i) as u32).map(|j| (i * 31 + j * 17 + seed) % words).collect());
        Chat { speakers: (0..count).map(|i| i * (i + seed) % 3).collect(), ids: ids.collect() }
    };
    let chats = [chat(1, 3_000), chat(2, 5), chat(3, 1_500), chat(4, 1)];
    let chats: Vec<&Chat> = chats.iter().collect();
    for (found, expected) in batch(&*backbone, &chats).iter().zip(batch(&fast, &chats)) {
        ROUNDING.check("a long batch", found, &expected);
    }
}

#[test]
fn every_position_of_a_decoder_gives_what_transformers_gives_on_the_same_weights() {
    let stated = stated();
    for (name, model) in &stated.models {
        let chat = one_by_one(&stated.ids);
        ROUNDING.check(name, &chat.whole(&*on_device(&bytes(name), Precision::Whole)), &model.hidden);
    }
}

#[test]
fn a_decoder_gives_the_same_numbers_however_streams_are_cut_and_batched_and_over_the_ends_of_windows() {
    let chats = chats();
    for architecture in ARCHITECTURES {
        let bytes = File::decoder(architecture, SMALL_DECODER, GgmlDType::Q8_0).bytes();
        let backbone = on_device(&bytes, Precision::Whole);
        let fast = Decoder::from_gguf(&bytes, Level::detect(), Precision::Whole).unwrap();
        let all: Vec<&Chat> = chats.iter().chain(&chats).rev().collect();
        for (chat, together) in all.iter().zip(batch(&*backbone, &all)) {
            ROUNDING.check(&format!("{architecture} in a batch"), &together, &chat.whole(&fast));
        }
        let expected = chats[0].whole(&fast);
        for chunks in [&[1; 24][..], &[12, 12], &[3, 0, 1, 20], &[9, 1, 1, 13]] {
            let what = format!("{architecture} cut at {chunks:?}");
            ROUNDING.check(&what, &chats[0].stream(&*backbone, chunks), &expected);
        }
        let eight = on_device(&bytes, Precision::Int8);
        EIGHT_BITS.check(
            &format!("{architecture} in eight bits"),
            &chats[1].whole(&*eight),
            &chats[1].whole(&fast),
        );
    }
}

#[test]
fn nothing_comes_of_nothing() {
    let backbone = on_device(&bytes("tiny-f32"), Precision::Whole);
    assert!(backbone.encode(&mut []).is_empty());
    let lane = Lane { context: &mut Context::default(), segments: Vec::new() };
    assert!(backbone.encode(&mut [lane]).is_empty());
}
