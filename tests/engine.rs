//! The encoder against PyTorch, against itself in other batches, and against files that lie.
//!
//! What is expected was computed by `scripts/reference/bert_reference.py`, which says how to run it again.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use candle_core::quantized::{GgmlDType, QTensor, gguf_file};
use candle_core::{Device, Tensor};
use gguf_file::Value;
use rushlight::backbone::{Backbone, Bert, Context, Lane, Segment};
use rushlight::kernels::Level;
use rushlight::models::sha256;
use rushlight::prompt::Prompt;
use serde::Deserialize;

/// How near a vector must come to the expected one.
#[derive(Clone, Copy, Debug)]
struct Tolerance {
    /// Lowest cosine.
    cosine: f64,
    /// Largest distance, as a share of the expected vector's length.
    distance: f64,
}

/// The same weights, summed in another order.
const ROUNDING: Tolerance = Tolerance { cosine: 0.999_999, distance: 1e-4 };
/// Q8_0 weights against the ones they were made of.
const Q8: Tolerance = Tolerance { cosine: 0.999, distance: 0.045 };
/// Q4_K and Q6_K weights against the ones they were made of: right blocks in the right order, no more.
const K_QUANTS: Tolerance = Tolerance { cosine: 0.95, distance: 0.35 };

impl Tolerance {
    /// Compare row by row, say how near the worst came, and fail when that is too far.
    fn check(self, what: &str, found: &[Vec<f32>], expected: &[Vec<f32>]) {
        assert_eq!(found.len(), expected.len(), "{what}: number of vectors");
        let (mut cosine, mut distance) = (1.0f64, 0.0f64);
        for (a, b) in found.iter().zip(expected) {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
            let apart: Vec<f32> = a.iter().zip(b).map(|(x, y)| x - y).collect();
            assert!(a.len() == b.len() && a.iter().all(|x| x.is_finite()), "{what}: not a vector");
            cosine = cosine.min(dot(a, b) / (dot(a, a) * dot(b, b)).sqrt());
            distance = distance.max((dot(&apart, &apart) / dot(b, b)).sqrt());
        }
        println!("{what}: lowest cosine {cosine:.9}, largest distance {distance:.2e}");
        assert!(cosine >= self.cosine && distance <= self.distance, "{what}: {cosine:.9}, {distance:.2e}; {self:?}");
    }
}

/// A conversation as token ids.
#[derive(Clone, Deserialize)]
struct Chat {
    speakers: Vec<u32>,
    ids: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
struct Expected {
    gguf_sha256: BTreeMap<String, String>,
    conversations: Vec<Chat>,
    /// By file: conversations, messages, numbers.
    vectors: BTreeMap<String, Vec<Vec<Vec<f32>>>>,
}

#[derive(Deserialize)]
struct Real {
    gguf_sha256: String,
    texts: Vec<String>,
    #[serde(flatten)]
    chat: Chat,
    vectors: Vec<Vec<f32>>,
    alone: Vec<Vec<f32>>,
}

impl Chat {
    fn lane<'a>(&'a self, context: &'a mut Context, messages: std::ops::Range<usize>) -> Lane<'a> {
        let segment = |i: usize| Segment { ids: &self.ids[i], speaker: self.speakers[i] };
        Lane { context, segments: messages.map(segment).collect() }
    }

    /// All at once, in one lane.
    fn whole(&self, bert: &Bert) -> Vec<Vec<f32>> {
        batch(bert, &[self]).remove(0)
    }

    /// In several calls, each with the next so many messages.
    fn stream(&self, bert: &Bert, chunks: &[usize]) -> Vec<Vec<f32>> {
        let (mut context, mut from, mut all) = (Context::default(), 0, Vec::new());
        for count in chunks {
            all.extend(rows(bert, bert.encode(&mut [self.lane(&mut context, from..from + count)])));
            from += count;
        }
        all
    }

    /// Each message as the only one of its conversation.
    fn alone(&self, bert: &Bert) -> Vec<Vec<f32>> {
        (0..self.ids.len())
            .flat_map(|i| rows(bert, bert.encode(&mut [self.lane(&mut Context::default(), i..i + 1)])))
            .collect()
    }
}

fn rows(bert: &Bert, vectors: Vec<f32>) -> Vec<Vec<f32>> {
    vectors.chunks_exact(bert.width()).map(<[f32]>::to_vec).collect()
}

/// Each conversation in its own lane of one call.
fn batch(bert: &Bert, chats: &[&Chat]) -> Vec<Vec<Vec<f32>>> {
    let mut contexts = vec![Context::default(); chats.len()];
    let mut lanes: Vec<Lane<'_>> =
        chats.iter().zip(&mut contexts).map(|(chat, context)| chat.lane(context, 0..chat.ids.len())).collect();
    let mut vectors = rows(bert, bert.encode(&mut lanes)).into_iter();
    chats.iter().map(|chat| vectors.by_ref().take(chat.ids.len()).collect()).collect()
}

/// Every number's bits, so that −0 is not 0.
fn bits(vectors: &[Vec<f32>]) -> Vec<u32> {
    vectors.iter().flatten().map(|x| x.to_bits()).collect()
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/engine").join(name)
}

fn expected() -> Expected {
    serde_json::from_slice(&std::fs::read(fixture("expected.json")).unwrap()).unwrap()
}

fn tiny(name: &str, level: Level) -> Bert {
    Bert::from_gguf(&std::fs::read(fixture(&format!("{name}.gguf"))).unwrap(), level).unwrap()
}

/// The tiny quantized file on every instruction set of this machine.
fn everywhere(check: impl Fn(&Bert, &[Chat])) {
    let chats = expected().conversations;
    Level::available().into_iter().for_each(|level| check(&tiny("tiny-q8_0", level), &chats));
}

/// Tests print nothing when they pass; what was not tested must be seen all the same.
fn skipped(why: &str) {
    std::io::stderr().write_all(format!("\nSKIPPED: {why}\n").as_bytes()).unwrap();
}

// ---- against PyTorch

#[test]
fn every_file_gives_what_pytorch_gives_on_the_same_weights() {
    let expected = expected();
    assert_eq!(expected.vectors.len(), 5);
    for (name, vectors) in &expected.vectors {
        let bytes = std::fs::read(fixture(&format!("{name}.gguf"))).unwrap();
        assert_eq!(sha256(&bytes), expected.gguf_sha256[name], "{name}.gguf is not the file of expected.json");
        for level in Level::available() {
            let bert = Bert::from_gguf(&bytes, level).unwrap();
            for (chat, vectors) in expected.conversations.iter().zip(vectors) {
                ROUNDING.check(&format!("{name} {level:?}"), &chat.whole(&bert), vectors);
            }
        }
    }
}

#[test]
fn half_and_eight_bit_weights_stay_near_the_original_ones() {
    let expected = expected();
    for name in ["tiny-f16", "tiny-q8_0"] {
        let bert = tiny(name, Level::detect());
        for (chat, vectors) in expected.conversations.iter().zip(&expected.vectors["tiny-f32"]) {
            Q8.check(&format!("{name} to the original"), &chat.whole(&bert), vectors);
        }
    }
}

#[test]
fn k_quants_are_read_as_the_weights_they_stand_for() {
    let chat = Chat { speakers: vec![0, 1, 0], ids: vec![vec![1, 5, 9], vec![2], vec![60, 3, 4, 4, 7]] };
    for kind in [GgmlDType::Q4K, GgmlDType::Q6K] {
        let packed = File::random(K_SHAPE, kind);
        let (plain, original) = (packed.unpacked(), File::random(K_SHAPE, GgmlDType::F32));
        for level in Level::available() {
            let [packed, plain, original] =
                [&packed, &plain, &original].map(|f| chat.whole(&Bert::from_gguf(&f.bytes(), level).unwrap()));
            ROUNDING.check(&format!("{kind:?} {level:?}"), &packed, &plain);
            K_QUANTS.check(&format!("{kind:?} {level:?} to the original"), &packed, &original);
        }
    }
}

/// The trained model and what PyTorch says of it; nothing when either is not there.
fn real() -> Option<(PathBuf, Real)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/rushlight-small");
    let Ok(json) = std::fs::read(fixture("rushlight-small.json")) else {
        skipped("tests/fixtures/engine/rushlight-small.json is missing; the trained model was not compared with PyTorch");
        return None;
    };
    if !folder.join("model.gguf").is_file() {
        skipped("models/rushlight-small/model.gguf is missing; the trained model was not compared with PyTorch");
        return None;
    }
    Some((folder, serde_json::from_slice(&json).unwrap()))
}

#[test]
fn the_trained_model_stays_near_its_checkpoint() {
    let Some((folder, real)) = real() else { return };
    let bytes = std::fs::read(folder.join("model.gguf")).unwrap();
    assert_eq!(sha256(&bytes), real.gguf_sha256, "rushlight-small.json belongs to another model.gguf: make it anew");
    let prompt = Prompt::from_bytes(&std::fs::read(folder.join("tokenizer.json")).unwrap()).unwrap();
    let ids: Vec<Vec<u32>> = real.texts.iter().map(|text| prompt.ids(text).unwrap()).collect();
    assert_eq!(ids, real.chat.ids);
    for level in Level::available() {
        let bert = Bert::from_gguf(&bytes, level).unwrap();
        Q8.check(&format!("rushlight-small {level:?}"), &real.chat.whole(&bert), &real.vectors);
        Q8.check(&format!("rushlight-small {level:?}, each alone"), &real.chat.alone(&bert), &real.alone);
    }
}

#[test]
fn the_trained_model_before_quantization_is_its_checkpoint() {
    let Some(path) = std::env::var_os("RUSHLIGHT_F32_GGUF") else {
        skipped("RUSHLIGHT_F32_GGUF names no F32 GGUF (bert_reference.py --f32 makes one); it was not compared");
        return;
    };
    let real: Real = serde_json::from_slice(&std::fs::read(fixture("rushlight-small.json")).unwrap()).unwrap();
    let bytes = std::fs::read(path).unwrap();
    for level in Level::available() {
        let bert = Bert::from_gguf(&bytes, level).unwrap();
        ROUNDING.check(&format!("F32 {level:?}"), &real.chat.whole(&bert), &real.vectors);
    }
}

// ---- against itself

#[test]
fn a_conversation_has_the_same_bits_alone_and_among_others_in_any_order() {
    everywhere(|bert, chats| {
        let alone: Vec<Vec<u32>> = chats.iter().map(|chat| bits(&chat.whole(bert))).collect();
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 2, 1]] {
            let together = batch(bert, &order.map(|i| &chats[i]));
            order.iter().zip(&together).for_each(|(i, vectors)| assert_eq!(bits(vectors), alone[*i], "{order:?}"));
        }
    });
}

#[test]
fn a_message_alone_has_the_same_bits_beside_other_lanes() {
    everywhere(|bert, chats| {
        let single = |i: usize| Chat { speakers: vec![0], ids: vec![chats[0].ids[i].clone()] };
        let singles: Vec<Chat> = (0..chats[0].ids.len()).map(single).collect();
        let together = batch(bert, &singles.iter().chain(chats).collect::<Vec<_>>());
        assert_eq!(bits(&together[..singles.len()].concat()), bits(&chats[0].alone(bert)));
    });
}

#[test]
fn a_stream_has_the_bits_of_the_whole_however_it_is_cut() {
    everywhere(|bert, chats| {
        let whole = bits(&chats[0].whole(bert));
        for chunks in [&[1; 12][..], &[5, 7], &[11, 1], &[3, 0, 1, 8], &[2; 6], &[9, 1, 1, 1]] {
            assert_eq!(bits(&chats[0].stream(bert, chunks)), whole, "{chunks:?}");
        }
    });
}

#[test]
fn threads_change_nothing() {
    everywhere(|bert, chats| {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| bits(&batch(bert, &chats.iter().collect::<Vec<_>>()).concat()))
        };
        assert_eq!(with(1), with(5));
    });
}

#[test]
fn later_messages_change_nothing_and_earlier_ones_do() {
    everywhere(|bert, chats| {
        let whole = chats[0].whole(bert);
        for count in 1..whole.len() {
            assert_eq!(bits(&chats[0].stream(bert, &[count])), bits(&whole[..count]), "{count} messages");
        }
        let alone = chats[0].alone(bert);
        assert_eq!(whole[0], alone[0]);
        assert!(whole.iter().zip(&alone).skip(1).all(|(a, b)| a != b), "a message did not look back");
    });
}

#[test]
fn nothing_beyond_the_look_back_is_remembered() {
    everywhere(|bert, chats| {
        // Eight back is as far as the first layer sees; through two layers a message hears of sixteen.
        let mut long = chats[0].clone();
        for _ in 0..2 {
            long.ids.extend(chats[0].ids.clone());
            long.speakers.extend(&chats[0].speakers);
        }
        let mut other = long.clone();
        other.ids[0] = vec![7, 7, 7];
        let (a, b) = (long.whole(bert), other.whole(bert));
        assert_ne!(a[16], b[16]);
        assert_eq!(bits(&a[17..]), bits(&b[17..]));
    });
}

#[test]
fn a_speaker_is_a_name_that_means_only_same_or_other() {
    everywhere(|bert, chats| {
        let mut renamed = chats[0].clone();
        renamed.speakers.iter_mut().for_each(|s| *s = [7, 3][*s as usize]);
        assert_eq!(bits(&renamed.whole(bert)), bits(&chats[0].whole(bert)));
        renamed.speakers[1] = 7;
        assert_ne!(bits(&renamed.whole(bert)), bits(&chats[0].whole(bert)));
    });
}

// ---- files that lie

/// Sizes of a file made here.
#[derive(Clone, Copy)]
struct Shape {
    width: usize,
    heads: usize,
    ff: usize,
    words: usize,
    context: usize,
}

const K_SHAPE: Shape = Shape { width: 256, heads: 4, ff: 256, words: 64, context: 16 };
const SMALL: Shape = Shape { width: 32, heads: 2, ff: 32, words: 8, context: 8 };
/// Messages back in files made here.
const BACK: usize = 2;

/// A GGUF of one layer, before it is written.
struct File {
    settings: BTreeMap<String, Value>,
    tensors: BTreeMap<String, QTensor>,
}

impl File {
    /// The same weights whatever `kind` they are stored in.
    fn random(shape: Shape, kind: GgmlDType) -> Self {
        let Shape { width, heads, ff, words, context } = shape;
        let sizes = [("embedding_length", width), ("feed_forward_length", ff), ("attention.head_count", heads)];
        let sizes = sizes.into_iter().chain([("block_count", 1), ("context_length", context)]);
        let mut settings: BTreeMap<String, Value> =
            sizes.map(|(name, size)| (format!("bert.{name}"), Value::U32(size as u32))).collect();
        settings.insert("general.architecture".into(), Value::String("bert".into()));
        settings.insert("bert.attention.layer_norm_epsilon".into(), Value::F32(1e-12));
        let terms = numbers(1, heads * (1 + 2 * BACK)).into_iter().map(Value::F32).collect();
        settings.insert("rushlight.context.terms".into(), Value::Array(terms));
        let mut file = Self { settings, tensors: BTreeMap::new() };
        let square = ["attn_q", "attn_k", "attn_v", "attn_output"].map(|n| (n, width, width));
        for (name, n, k) in square.into_iter().chain([("ffn_up", ff, width), ("ffn_down", width, ff)]) {
            file.put(&format!("blk.0.{name}.weight"), &[n, k], kind);
            file.put(&format!("blk.0.{name}.bias"), &[n], GgmlDType::F32);
        }
        for norm in ["token_embd_norm", "blk.0.attn_output_norm", "blk.0.layer_output_norm"] {
            file.put(&format!("{norm}.weight"), &[width], GgmlDType::F32);
            file.put(&format!("{norm}.bias"), &[width], GgmlDType::F32);
        }
        file.put("token_embd.weight", &[words, width], kind);
        file.put("position_embd.weight", &[context, width], GgmlDType::F32);
        file.put("token_types.weight", &[2, width], GgmlDType::F32);
        file
    }

    /// Numbers that depend on the name alone.
    fn put(&mut self, name: &str, shape: &[usize], kind: GgmlDType) {
        let seed = name.bytes().fold(1, |sum, b| sum * 31 % 1_000_003 + u64::from(b));
        let values = Tensor::from_vec(numbers(seed, shape.iter().product()), shape, &Device::Cpu).unwrap();
        self.tensors.insert(name.to_owned(), QTensor::quantize(&values, kind).unwrap());
    }

    fn set(mut self, key: &str, value: Value) -> Self {
        self.settings.insert(key.to_owned(), value);
        self
    }

    /// With every tensor as plain numbers.
    fn unpacked(&self) -> Self {
        let plain = |t: &QTensor| QTensor::quantize(&t.dequantize(&Device::Cpu).unwrap(), GgmlDType::F32).unwrap();
        let tensors = self.tensors.iter().map(|(name, t)| (name.clone(), plain(t))).collect();
        Self { settings: self.settings.clone(), tensors }
    }

    fn bytes(&self) -> Vec<u8> {
        let settings: Vec<_> = self.settings.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let tensors: Vec<_> = self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let mut out = Cursor::new(Vec::new());
        gguf_file::write(&mut out, &settings, &tensors).unwrap();
        out.into_inner()
    }
}

/// Between −0.5 and 0.5 (xorshift).
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..count).map(|_| next()).collect()
}

/// The whole chain of causes; panics when the file loads.
fn refusal(bytes: &[u8]) -> String {
    format!("{:#}", Bert::from_gguf(bytes, Level::Portable).err().expect("a bad file was read"))
}

fn refuses(bytes: &[u8], naming: &str) {
    let why = refusal(bytes);
    assert!(why.contains(naming), "{naming:?} is not named in: {why}");
}

/// Where the shape, kind and offset of a tensor are written.
fn info(bytes: &[u8], name: &str) -> usize {
    let key = [&(name.len() as u64).to_le_bytes(), name.as_bytes()].concat();
    bytes.windows(key.len()).position(|part| part == key).unwrap() + key.len()
}

/// Overwrite what stands at so many bytes into a matrix's entry: 4 columns, 12 rows, 20 kind, 24 offset.
fn patched(name: &str, at: usize, value: &[u8]) -> Vec<u8> {
    let mut bytes = File::random(SMALL, GgmlDType::Q8_0).bytes();
    let start = info(&bytes, name) + at;
    bytes[start..start + value.len()].copy_from_slice(value);
    bytes
}

fn small() -> File {
    File::random(SMALL, GgmlDType::Q8_0)
}

#[test]
fn a_file_made_here_is_read() {
    let bert = Bert::from_gguf(&small().bytes(), Level::detect()).unwrap();
    assert_eq!((bert.width(), bert.vocabulary(), bert.max_tokens()), (32, 8, 8));
}

#[test]
fn a_missing_tensor_or_setting_is_named() {
    let whole = small();
    for name in whole.tensors.keys() {
        let mut file = small();
        file.tensors.remove(name);
        refuses(&file.bytes(), name);
    }
    for key in whole.settings.keys().filter(|key| key.starts_with("bert.")) {
        let mut file = small();
        file.settings.remove(key);
        refuses(&file.bytes(), key);
        refuses(&small().set(key, Value::String("many".into())).bytes(), key);
    }
}

#[test]
fn a_wrong_shape_is_named() {
    for (name, tensor) in &small().tensors {
        let mut file = small();
        file.put(name, if tensor.shape().rank() == 1 { &[5] } else { &[7, 3] }, GgmlDType::F32);
        refuses(&file.bytes(), name);
    }
}

#[test]
fn settings_that_do_not_fit_are_refused() {
    refuses(&small().set("general.architecture", Value::String("llama".into())).bytes(), "llama");
    refuses(&small().set("general.architecture", Value::U32(3)).bytes(), "architecture");
    for heads in [0, 3, 4, u32::MAX] {
        refuses(&small().set("bert.attention.head_count", Value::U32(heads)).bytes(), "heads");
    }
    refuses(&small().set("bert.block_count", Value::U32(0)).bytes(), "terms");
    refuses(&small().set("bert.block_count", Value::U32(2)).bytes(), "terms");
    refuses(&small().set("bert.context_length", Value::U32(u32::MAX)).bytes(), "position_embd.weight");
    refuses(&small().set("rushlight.context.terms", Value::Array(vec![])).bytes(), "terms");
    refuses(&small().set("rushlight.context.terms", Value::F32(1.0)).bytes(), "terms");
}

#[test]
fn an_entry_that_lies_is_refused() {
    let name = "blk.0.ffn_up.weight";
    refuses(&patched(name, 20, &99u32.to_le_bytes()), "99");
    for kind in [9u32, 15] {
        refuses(&patched(name, 20, &kind.to_le_bytes()), name);
    }
    for offset in [u64::MAX, u64::MAX - 4_000, 1 << 40] {
        refuses(&patched(name, 24, &offset.to_le_bytes()), name);
    }
    refuses(&patched(name, 12, &(1u64 << 60).to_le_bytes()), name);
    refuses(&patched("token_embd.weight", 12, &(1u64 << 40).to_le_bytes()), "token_embd.weight");
}

#[test]
fn rows_beyond_what_can_be_counted_are_refused() {
    for name in ["token_embd.weight", "token_types.weight"] {
        for rows in [1u64 << 59, 1 << 60, u64::MAX] {
            refuses(&patched(name, 12, &rows.to_le_bytes()), name);
        }
    }
}

#[test]
fn sizes_of_nothing_are_refused() {
    for shape in [Shape { width: 0, heads: 1, ..SMALL }, Shape { ff: 0, ..SMALL }, Shape { words: 0, ..SMALL }, Shape { context: 0, ..SMALL }] {
        refusal(&File::random(shape, GgmlDType::F32).bytes());
    }
}

#[test]
fn an_alignment_of_nothing_is_refused() {
    refusal(&small().set("general.alignment", Value::U32(0)).bytes());
}

#[test]
fn more_layers_than_memory_are_refused() {
    let mut file = small().set("bert.block_count", Value::U32(u32::MAX));
    file.settings.remove("rushlight.context.terms");
    refusal(&file.bytes());
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    let name = "blk.0.ffn_up.bias";
    let mut file = small();
    let values = Tensor::from_vec(vec![f32::NAN; 32], 32, &Device::Cpu).unwrap();
    file.tensors.insert(name.into(), QTensor::quantize(&values, GgmlDType::F32).unwrap());
    refuses(&file.bytes(), name);
}

#[test]
fn a_scale_term_or_epsilon_that_is_not_finite_is_refused() {
    let mut file = small();
    let block = [&[0x00, 0x7c][..], &[1; 32]].concat().repeat(SMALL.words);
    let storage = candle_core::quantized::QStorage::from_data(block.into(), &Device::Cpu, GgmlDType::Q8_0).unwrap();
    file.tensors.insert("token_embd.weight".into(), QTensor::new(storage, (SMALL.words, SMALL.width)).unwrap());
    refuses(&file.bytes(), "token_embd.weight");
    let terms = Value::Array(vec![Value::F32(f32::NAN); SMALL.heads * (1 + 2 * BACK)]);
    refuses(&small().set("rushlight.context.terms", terms).bytes(), "rushlight.context.terms");
    refuses(&small().set("bert.attention.layer_norm_epsilon", Value::F32(f32::NAN)).bytes(), "epsilon");
    refuses(&small().set("bert.attention.layer_norm_epsilon", Value::F32(-1.0)).bytes(), "epsilon");
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let bytes = std::fs::read(fixture("tiny-q4_0.gguf")).unwrap();
    // The last tensor may be followed by up to 31 bytes that nobody reads.
    for end in (0..2_000).chain((2_000..bytes.len() - 32).step_by(101)).chain([bytes.len() - 32]) {
        refusal(&bytes[..end]);
    }
}

#[test]
fn what_is_no_gguf_is_refused() {
    for bytes in [&b""[..], b"GGUF", b"PK\x03\x04 not this", &[0xff; 4096], &[0; 4096]] {
        refuses(bytes, "GGUF");
    }
}

/// Whatever one wrong byte makes of the header, it is refused or it can be run.
#[test]
fn one_wrong_byte_in_the_header_never_panics() {
    let bytes = small().bytes();
    let data: usize = small().tensors.values().map(|t| t.storage_size_in_bytes().next_multiple_of(32)).sum();
    for at in 0..bytes.len() - data {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            if let Ok(bert) = Bert::from_gguf(&bytes, Level::Portable) {
                let ids = [0].repeat(bert.max_tokens().min(3));
                let segments = vec![Segment { ids: &ids, speaker: 0 }];
                bert.encode(&mut [Lane { context: &mut Context::default(), segments }]);
            }
        }
    }
}
