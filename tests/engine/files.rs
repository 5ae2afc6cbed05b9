//! Files that lie: each is refused with a reason, none ends the program.

use super::made::*;
use super::*;

/// The whole chain of causes; panics when the file loads.
fn refusal(bytes: &[u8]) -> String {
    format!(
        "{:#}",
        Bert::from_gguf(bytes, Level::Portable, Precision::Int8).err().expect("a bad file was read")
    )
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
    let bert = Bert::from_gguf(&small().bytes(), Level::detect(), Precision::Int8).unwrap();
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
    for heads in [0, u32::MAX] {
        refuses(&small().set("bert.attention.head_count", Value::U32(heads)).bytes(), "head_count");
    }
    for heads in [3, 4] {
        refuses(&small().set("bert.attention.head_count", Value::U32(heads)).bytes(), "heads");
    }
    refuses(&small().set("bert.block_count", Value::U32(0)).bytes(), "block_count");
    refuses(&small().set("bert.block_count", Value::U32(2)).bytes(), "terms");
    refuses(&small().set("bert.context_length", Value::U32(u32::MAX)).bytes(), "context_length");
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
    for shape in [
        Shape { width: 0, heads: 1, ..SMALL },
        Shape { ff: 0, ..SMALL },
        Shape { words: 0, ..SMALL },
        Shape { context: 0, ..SMALL },
    ] {
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
fn a_scale_that_is_not_finite_is_refused() {
    let mut file = small();
    let block = [&[0x00, 0x7c][..], &[1; 32]].concat().repeat(SMALL.words);
    let storage = QStorage::from_data(block.into(), &Device::Cpu, GgmlDType::Q8_0).unwrap();
    file.tensors
        .insert("token_embd.weight".into(), QTensor::new(storage, (SMALL.words, SMALL.width)).unwrap());
    refuses(&file.bytes(), "token_embd.weight");
}

#[test]
fn a_term_or_epsilon_that_is_not_finite_is_refused() {
    for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let terms = Value::Array(vec![Value::F32(wrong); SMALL.heads * (1 + 2 * BACK)]);
        refuses(&small().set("rushlight.context.terms", terms).bytes(), "rushlight.context.terms");
        refuses(&small().set("bert.attention.layer_norm_epsilon", Value::F32(wrong)).bytes(), "epsilon");
    }
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
    // How many rows the two tables have is taken from the file itself; see `rows_beyond_what_can_be_counted_are_refused`.
    let rows = ["token_embd.weight", "token_types.weight"].map(|name| info(&bytes, name) + 12);
    for at in
        (0..bytes.len() - data).filter(|at| !rows.iter().any(|start| (start + 4..start + 8).contains(at)))
    {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            if let Ok(bert) = Bert::from_gguf(&bytes, Level::Portable, Precision::Int8) {
                let ids = [0].repeat(bert.max_tokens().min(3));
                let segments = vec![Segment { ids: &ids, speaker: 0 }];
                bert.encode(&mut [Lane { context: &mut Context::default(), segments }]);
            }
        }
    }
}
