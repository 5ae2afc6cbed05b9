//! Decoders against transformers, against themselves however a stream is cut, and over the end of a window.

use super::made::*;
use super::*;

#[derive(Deserialize)]
pub(super) struct Decoders {
    pub(super) ids: Vec<u32>,
    judged: Vec<u32>,
    pub(super) models: BTreeMap<String, Stated>,
}

#[derive(Deserialize)]
pub(super) struct Stated {
    gguf_sha256: String,
    logits: Vec<f32>,
    /// By position.
    pub(super) hidden: Vec<Vec<f32>>,
}

pub(super) fn stated() -> Decoders {
    serde_json::from_slice(&std::fs::read(fixture("decoders.json")).unwrap()).unwrap()
}

/// Every token as a message of its own, so that every position gives a vector.
pub(super) fn one_by_one(ids: &[u32]) -> Chat {
    Chat { speakers: vec![0; ids.len()], ids: ids.iter().map(|id| vec![*id]).collect() }
}

#[test]
fn every_position_gives_what_transformers_gives_on_the_same_weights() {
    let stated = stated();
    assert_eq!(stated.models.len(), 5);
    for (name, model) in &stated.models {
        let bytes = std::fs::read(fixture(&format!("{name}.gguf"))).unwrap();
        assert_eq!(sha256(&bytes), model.gguf_sha256, "{name}.gguf is not the file of decoders.json");
        for level in Level::available() {
            let decoder = Decoder::from_gguf(&bytes, level, Precision::Whole).unwrap();
            let found = one_by_one(&stated.ids).whole(&decoder);
            ROUNDING.check(&format!("{name} {level:?}"), &found, &model.hidden);
            let logits = decoder.logits(&found[found.len() - 1], &stated.judged);
            ROUNDING.check(
                &format!("{name} {level:?}, logits"),
                &[logits],
                std::slice::from_ref(&model.logits),
            );
        }
    }
}

#[test]
fn a_message_has_the_vector_of_its_last_token() {
    let stated = stated();
    for (name, model) in &stated.models {
        let decoder = read(name, Level::detect());
        let lengths = [1, 5, 20, 3, 2, 33];
        let mut ends = 0;
        let ends = lengths.map(|n| {
            ends += n;
            ends
        });
        let messages = ends.iter().zip(lengths).map(|(end, n)| stated.ids[end - n..*end].to_vec()).collect();
        let chat = Chat { speakers: vec![0, 1, 0, 1, 1, 0], ids: messages };
        let last: Vec<Vec<f32>> = ends.iter().map(|end| model.hidden[end - 1].clone()).collect();
        ROUNDING.check(name, &chat.whole(&decoder), &last);
    }
}

fn read(name: &str, level: Level) -> Decoder {
    Decoder::from_gguf(&std::fs::read(fixture(&format!("{name}.gguf"))).unwrap(), level, Precision::Whole)
        .unwrap()
}

/// Conversations longer than two windows of the files made here, some messages as long as may be.
pub(super) fn chats() -> Vec<Chat> {
    let chat = |seed: u64, count: usize| {
        let lengths = numbers(seed, count).into_iter().map(|x| 1 + ((x + 0.5) * 11.0) as usize);
        let ids = lengths.enumerate().map(|(i, n)| {
            let n = if i % 9 == 4 { SMALL_DECODER.context / 2 } else { n };
            numbers(seed + i as u64, n)
                .iter()
                .map(|x| ((x + 0.5) * SMALL_DECODER.words as f32) as u32)
                .collect()
        });
        Chat { speakers: (0..count as u32).map(|i| i % 2).collect(), ids: ids.collect() }
    };
    vec![chat(1, 24), chat(2, 5), chat(3, 13)]
}

/// Files of every architecture, on every instruction set of this machine.
fn everywhere(check: impl Fn(&Decoder, &[Chat])) {
    let chats = chats();
    for architecture in ARCHITECTURES {
        let bytes = File::decoder(architecture, SMALL_DECODER, GgmlDType::Q8_0).bytes();
        for (level, precision) in ways() {
            check(&Decoder::from_gguf(&bytes, level, precision).unwrap(), &chats);
        }
    }
}

#[test]
fn a_stream_has_the_bits_of_the_whole_however_it_is_cut() {
    everywhere(|decoder, chats| {
        let whole = bits(&chats[0].whole(decoder));
        for chunks in [&[1; 24][..], &[12, 12], &[23, 1], &[3, 0, 1, 20], &[2; 12], &[9, 1, 1, 13]] {
            assert_eq!(bits(&chats[0].stream(decoder, chunks)), whole, "{chunks:?}");
        }
    });
}

#[test]
fn a_conversation_has_the_same_bits_alone_and_among_others_in_any_order() {
    everywhere(|decoder, chats| {
        let alone: Vec<Vec<u32>> = chats.iter().map(|chat| bits(&chat.whole(decoder))).collect();
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 2, 1]] {
            let together = batch(decoder, &order.map(|i| &chats[i]));
            order.iter().zip(&together).for_each(|(i, v)| assert_eq!(bits(v), alone[*i], "{order:?}"));
        }
    });
}

#[test]
fn threads_change_nothing() {
    everywhere(|decoder, chats| {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| bits(&batch(decoder, &chats.iter().collect::<Vec<_>>()).concat()))
        };
        assert_eq!(with(1), with(3));
    });
}

#[test]
fn later_messages_change_nothing_and_earlier_ones_do() {
    everywhere(|decoder, chats| {
        let whole = chats[1].whole(decoder);
        for count in 1..whole.len() {
            assert_eq!(bits(&chats[1].stream(decoder, &[count])), bits(&whole[..count]), "{count} messages");
        }
        let alone = chats[1].alone(decoder);
        assert_eq!(whole[0], alone[0]);
        assert!(whole.iter().zip(&alone).skip(1).all(|(a, b)| a != b), "a message did not look back");
    });
}

/// The stream in a window of its own, beginning with the last half of the window before: as if nothing had ever been before it.
#[test]
fn beyond_its_window_a_stream_goes_on_from_the_last_half() {
    everywhere(|decoder, _| {
        let half = decoder.max_tokens();
        let ids: Vec<u32> = (0..3 * half as u32).map(|i| i * i % SMALL_DECODER.words as u32).collect();
        let long = one_by_one(&ids).whole(decoder);
        let fresh = one_by_one(&ids[half..]).whole(decoder);
        assert_eq!(bits(&long[2 * half..]), bits(&fresh[half..]));
        assert_ne!(bits(&long[half..2 * half]), bits(&fresh[..half]));
    });
}

#[test]
fn the_opening_token_stays_at_the_head_of_every_window() {
    let file = File::decoder("llama", SMALL_DECODER, GgmlDType::F32);
    let with = file.set("tokenizer.ggml.bos_token_id", Value::U32(5));
    let decoder = Decoder::from_gguf(&with.bytes(), Level::detect(), Precision::Int8).unwrap();
    let half = decoder.max_tokens();
    let ids: Vec<u32> = (0..3 * half as u32).map(|i| if i == 0 { 5 } else { i % 5 }).collect();
    let long = one_by_one(&ids).whole(&decoder);
    let fresh = one_by_one(&[&[5], &ids[half + 1..]].concat()).whole(&decoder);
    assert_eq!(bits(&long[2 * half..]), bits(&fresh[half..]));
}

#[test]
fn every_kind_of_weight_is_read_as_the_weights_it_stands_for() {
    let wide = DecoderShape { width: 256, inner: 256, ..SMALL_DECODER };
    let ids: Vec<u32> = (0..20).collect();
    for kind in [
        GgmlDType::F16,
        GgmlDType::BF16,
        GgmlDType::Q8_0,
        GgmlDType::Q4_0,
        GgmlDType::Q4K,
        GgmlDType::Q5K,
        GgmlDType::Q6K,
    ] {
        let packed = File::decoder("qwen2", wide, kind);
        let [packed, plain] = [packed.bytes(), packed.unpacked().bytes()].map(|bytes| {
            one_by_one(&ids).whole(&Decoder::from_gguf(&bytes, Level::detect(), Precision::Whole).unwrap())
        });
        ROUNDING.check(&format!("{kind:?}"), &packed, &plain);
    }
}
