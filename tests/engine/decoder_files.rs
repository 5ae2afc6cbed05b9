//! Decoders' files that lie: each is refused with a reason, none ends the program.

use rushlight::backbone::Gguf;

use super::made::*;
use super::*;

fn small(architecture: &str) -> File {
    File::decoder(architecture, SMALL_DECODER, GgmlDType::Q8_0)
}

/// The whole chain of causes; panics when the file loads.
fn refusal(bytes: &[u8]) -> String {
    format!(
        "{:#}",
        Decoder::from_gguf(bytes, Level::Portable, Precision::Int8).err().expect("a bad file was read")
    )
}

fn refuses(bytes: &[u8], naming: &str) {
    let why = refusal(bytes);
    assert!(why.contains(naming), "{naming:?} is not named in: {why}");
}

#[test]
fn a_missing_tensor_or_setting_is_named() {
    // What has a usual value may be left out.
    let optional = ["head_count_kv", "key_length", "freq_base", "sliding_window"];
    for architecture in ARCHITECTURES {
        let whole = small(architecture);
        for name in whole.tensors.keys() {
            let mut file = small(architecture);
            file.tensors.remove(name);
            // Without the first of the biases a Llama has none, and the others are too many.
            refuses(&file.bytes(), name);
        }
        for key in whole.settings.keys().filter(|key| key.starts_with(architecture)) {
            refuses(&small(architecture).set(key, Value::String("many".into())).bytes(), key);
            if !optional.iter().any(|name| key.ends_with(name)) {
                let mut file = small(architecture);
                file.settings.remove(key);
                refuses(&file.bytes(), key);
            }
        }
    }
}

#[test]
fn a_wrong_shape_is_named() {
    for architecture in ARCHITECTURES {
        for (name, tensor) in &small(architecture).tensors {
            let mut file = small(architecture);
            file.put(name, if tensor.shape().rank() == 1 { &[5] } else { &[7, 3] }, GgmlDType::F32);
            refuses(&file.bytes(), name);
        }
    }
}

#[test]
fn heads_that_do_not_fit_are_refused() {
    let with = |key: &str, value: u32| small("qwen3").set(&format!("qwen3.{key}"), Value::U32(value)).bytes();
    refuses(&with("attention.head_count", 3), "attn_q");
    refuses(&with("attention.head_count", 0), "head_count");
    refuses(&with("attention.head_count_kv", 2), "attn_k");
    refuses(&with("attention.head_count_kv", 3), "share");
    refuses(&with("attention.head_count_kv", 0), "head_count_kv");
    refuses(&with("attention.key_length", 48), "multiples");
    refuses(&with("attention.key_length", 64), "attn_q");
    refuses(&with("attention.value_length", 64), "equal");
    refuses(&with("rope.dimension_count", 16), "turn");
    for size in [0, u32::MAX] {
        for key in ["embedding_length", "feed_forward_length", "block_count", "context_length"] {
            refuses(&with(key, size), key);
        }
    }
    refuses(&with("context_length", 1), "too short");
}

#[test]
fn positions_that_cannot_be_are_refused() {
    let with = |key: &str, value: Value| small("llama").set(&format!("llama.{key}"), value).bytes();
    for base in [0.0, 1.0, -5.0] {
        refuses(&with("rope.freq_base", Value::F32(base)), "base");
    }
    refuses(&with("rope.freq_base", Value::F32(f32::NAN)), "freq_base");
    refuses(&with("rope.scaling.type", Value::String("yarn".into())), "yarn");
    refuses(&with("rope.scaling.type", Value::String("linear".into())), "rope.scaling.factor");
    let linear = small("llama").set("llama.rope.scaling.type", Value::String("linear".into()));
    refuses(&linear.set("llama.rope.scaling.factor", Value::F32(0.0)).bytes(), "factor");
    let mut file = small("llama");
    file.put("rope_freqs.weight", &[16], GgmlDType::F32);
    refuses(&file.bytes(), "rope_freqs.weight");
    file.put("rope_freqs.weight", &[8], GgmlDType::F32);
    refuses(&file.bytes(), "rope_freqs.weight");
    for epsilon in [0.0, -1.0, f32::INFINITY] {
        refuses(&with("attention.layer_norm_rms_epsilon", Value::F32(epsilon)), "epsilon");
    }
}

#[test]
fn what_would_be_left_out_is_named() {
    for name in ["blk.0.attn_output.bias", "blk.2.attn_q.weight", "blk.0.ffn_gate_inp.weight", "output.bias"]
    {
        let mut file = small("qwen3");
        file.put(name, &[64], GgmlDType::F32);
        refuses(&file.bytes(), name);
    }
}

#[test]
fn another_architecture_is_named_beside_those_that_are_read() {
    let mut file = small("llama");
    file.settings.insert("general.architecture".into(), Value::String("mamba".into()));
    let bytes = file.bytes();
    let load = rushlight::backbone::load;
    let why = load(&mut Gguf::open(&bytes).unwrap(), Level::Portable, Precision::Int8).err().unwrap();
    let why = format!("{why:#}");
    for name in ARCHITECTURES.iter().chain(&["bert", "mamba"]) {
        assert!(why.contains(name), "{why}");
    }
    refuses(&file.bytes(), "mamba");
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    for (name, shape) in [
        ("token_embd.weight", &[40, 64][..]),
        ("blk.1.ffn_norm.weight", &[64]),
        ("blk.0.ffn_up.weight", &[32, 64]),
    ] {
        for kind in [GgmlDType::F32, GgmlDType::F16, GgmlDType::BF16] {
            let mut file = small("qwen2");
            let values = vec![f32::NAN; shape.iter().product()];
            let values = Tensor::from_vec(values, shape, &Device::Cpu).unwrap();
            file.tensors.insert(name.into(), QTensor::quantize(&values, kind).unwrap());
            refuses(&file.bytes(), name);
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let bytes = std::fs::read(fixture("tiny-gemma3.gguf")).unwrap();
    for end in (0..6_000).step_by(7).chain((6_000..bytes.len() - 32).step_by(1_001)).chain([bytes.len() - 32])
    {
        refusal(&bytes[..end]);
    }
}

/// Whatever one wrong byte makes of the header, it is refused or it can be run.
#[test]
fn one_wrong_byte_in_the_header_never_panics() {
    let file = small("gemma3");
    let bytes = file.bytes();
    let data: usize = file.tensors.values().map(|t| t.storage_size_in_bytes().next_multiple_of(32)).sum();
    for at in 0..bytes.len() - data {
        let mut bytes = bytes.clone();
        bytes[at] ^= [0x01, 0x80, 0xff][at % 3];
        if let Ok(decoder) = Decoder::from_gguf(&bytes, Level::Portable, Precision::Int8) {
            let ids = [0].repeat(decoder.max_tokens().min(3));
            let segments = vec![Segment { ids: &ids, speaker: 0 }];
            decoder.encode(&mut [Lane { context: &mut Context::default(), segments }]);
        }
    }
}
