//! Small GGUFs, made in memory.

use super::*;

/// Sizes of a file made here.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) ff: usize,
    pub(super) words: usize,
    pub(super) context: usize,
}

pub(super) const K_SHAPE: Shape = Shape { width: 256, heads: 4, ff: 256, words: 64, context: 16 };
pub(super) const SMALL: Shape = Shape { width: 32, heads: 2, ff: 32, words: 8, context: 8 };
/// Messages back in files made here.
pub(super) const BACK: usize = 2;

/// Sizes of a decoder made here.
#[derive(Clone, Copy)]
pub(super) struct DecoderShape {
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) kv_heads: usize,
    pub(super) inner: usize,
    pub(super) words: usize,
    pub(super) context: usize,
}

pub(super) const SMALL_DECODER: DecoderShape =
    DecoderShape { width: 64, heads: 2, kv_heads: 1, inner: 32, words: 40, context: 48 };
pub(super) const ARCHITECTURES: [&str; 4] = ["llama", "qwen2", "qwen3", "gemma3"];

/// A GGUF, before it is written.
pub(super) struct File {
    pub(super) settings: BTreeMap<String, Value>,
    pub(super) tensors: BTreeMap<String, QTensor>,
}

impl File {
    /// The same weights whatever `kind` they are stored in.
    pub(super) fn random(shape: Shape, kind: GgmlDType) -> Self {
        let Shape { width, heads, ff, words, context } = shape;
        let sizes =
            [("embedding_length", width), ("feed_forward_length", ff), ("attention.head_count", heads)];
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

    /// A decoder of two layers, or of seven where six in a row differ; heads of 32 numbers.
    pub(super) fn decoder(architecture: &str, shape: DecoderShape, kind: GgmlDType) -> Self {
        let DecoderShape { width, heads, kv_heads, inner, words, context } = shape;
        let blocks = if architecture == "gemma3" { 7 } else { 2 };
        let sizes = [
            ("embedding_length", width),
            ("feed_forward_length", inner),
            ("attention.head_count", heads),
            ("attention.head_count_kv", kv_heads),
            ("attention.key_length", 32),
            ("block_count", blocks),
            ("context_length", context),
        ];
        let window = (architecture == "gemma3").then_some(("attention.sliding_window", 7));
        let key = |name: &str| format!("{architecture}.{name}");
        let mut settings: BTreeMap<String, Value> = sizes
            .into_iter()
            .chain(window)
            .map(|(name, size)| (key(name), Value::U32(size as u32)))
            .collect();
        settings.insert("general.architecture".into(), Value::String(architecture.into()));
        settings.insert(key("attention.layer_norm_rms_epsilon"), Value::F32(1e-6));
        settings.insert(key("rope.freq_base"), Value::F32(1000.0));
        let mut file = Self { settings, tensors: BTreeMap::new() };
        let (queries, keys) = (32 * heads, 32 * kv_heads);
        for block in 0..blocks {
            for (name, n, k) in [
                ("attn_q", queries, width),
                ("attn_k", keys, width),
                ("attn_v", keys, width),
                ("attn_output", width, queries),
                ("ffn_gate", inner, width),
                ("ffn_up", inner, width),
                ("ffn_down", width, inner),
            ] {
                // K-quants hold rows of whole 256s.
                let kind = if k % kind.block_size() == 0 { kind } else { GgmlDType::Q8_0 };
                file.put(&format!("blk.{block}.{name}.weight"), &[n, k], kind);
                if architecture == "qwen2" && ["attn_q", "attn_k", "attn_v"].contains(&name) {
                    file.put(&format!("blk.{block}.{name}.bias"), &[n], GgmlDType::F32);
                }
            }
            let norms: &[&str] = match architecture {
                "gemma3" => &["attn_norm", "ffn_norm", "post_attention_norm", "post_ffw_norm"],
                _ => &["attn_norm", "ffn_norm"],
            };
            norms
                .iter()
                .for_each(|norm| file.put(&format!("blk.{block}.{norm}.weight"), &[width], GgmlDType::F32));
            if ["qwen3", "gemma3"].contains(&architecture) {
                file.put(&format!("blk.{block}.attn_q_norm.weight"), &[32], GgmlDType::F32);
                file.put(&format!("blk.{block}.attn_k_norm.weight"), &[32], GgmlDType::F32);
            }
        }
        file.put("output_norm.weight", &[width], GgmlDType::F32);
        file.put("token_embd.weight", &[words, width], kind);
        file
    }

    /// Numbers that depend on the name alone.
    pub(super) fn put(&mut self, name: &str, shape: &[usize], kind: GgmlDType) {
        let seed = name.bytes().fold(1, |sum, b| sum * 31 % 1_000_003 + u64::from(b));
        let values = Tensor::from_vec(numbers(seed, shape.iter().product()), shape, &Device::Cpu).unwrap();
        self.tensors.insert(name.to_owned(), QTensor::quantize(&values, kind).unwrap());
    }

    pub(super) fn set(mut self, key: &str, value: Value) -> Self {
        self.settings.insert(key.to_owned(), value);
        self
    }

    /// With every tensor as plain numbers.
    pub(super) fn unpacked(&self) -> Self {
        let plain =
            |t: &QTensor| QTensor::quantize(&t.dequantize(&Device::Cpu).unwrap(), GgmlDType::F32).unwrap();
        let tensors = self.tensors.iter().map(|(name, t)| (name.clone(), plain(t))).collect();
        Self { settings: self.settings.clone(), tensors }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let settings: Vec<_> = self.settings.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let tensors: Vec<_> = self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
        let mut out = Cursor::new(Vec::new());
        gguf_file::write(&mut out, &settings, &tensors).unwrap();
        out.into_inner()
    }
}

/// Between −0.5 and 0.5 (xorshift).
pub(super) fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1 << 24) as f32 - 0.5
    };
    (0..count).map(|_| next()).collect()
}
