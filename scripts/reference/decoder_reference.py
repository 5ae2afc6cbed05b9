"""Make what tests/engine/decoder.rs compares with: tiny GGUFs of random weights of every decoder, and hidden states computed by transformers. From the root of the repository:

    python3 scripts/reference/decoder_reference.py

writes tests/fixtures/engine/{tiny-ARCHITECTURE.gguf,decoders.json}. Needs torch, transformers and gguf. The models of transformers run in F32 on the weights as each file
holds them, read back by gguf-py and not by us: the hidden state of every position after the last norm, and logits of a few tokens at the last one. Rounded to 7 digits.
"""
import hashlib
import json
import pathlib
import random

import gguf
import numpy
import torch
import transformers

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests/fixtures/engine"
SEED = 21
TOKENS = 64
JUDGED = [3, 17, 80]
SIZES = {"vocab_size": 96, "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
         "max_position_embeddings": 256, "rms_norm_eps": 1e-6, "attn_implementation": "eager", "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
LLAMA3 = {"rope_type": "llama3", "rope_theta": 500.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
PLAIN = {"rope_type": "default", "rope_theta": 10000.0}


def models():
    """Name of the file, architecture, kind of the matrices, model."""
    wide = {**SIZES, "head_dim": 32}
    # Heads of 32 from a width of 128 where an architecture has no size of its own for them.
    square = {**SIZES, "hidden_size": 128, "vocab_size": 96}
    yield "tiny-llama", "llama", "Q8_0", transformers.LlamaForCausalLM(transformers.LlamaConfig(**wide, rope_parameters=PLAIN, tie_word_embeddings=False))
    yield "tiny-llama3", "llama", "F16", transformers.LlamaForCausalLM(transformers.LlamaConfig(**wide, rope_parameters=LLAMA3, tie_word_embeddings=True))
    yield "tiny-qwen2", "qwen2", "Q8_0", transformers.Qwen2ForCausalLM(transformers.Qwen2Config(**square, rope_parameters={**PLAIN, "rope_theta": 1e6}, tie_word_embeddings=True))
    yield "tiny-qwen3", "qwen3", "BF16", transformers.Qwen3ForCausalLM(transformers.Qwen3Config(**wide, rope_parameters={**PLAIN, "rope_theta": 1e6}, tie_word_embeddings=False))
    gemma = {**wide, "num_hidden_layers": 7, "sliding_window": 16, "query_pre_attn_scalar": 32,
             "layer_types": ["sliding_attention"] * 5 + ["full_attention", "sliding_attention"],
             "rope_parameters": {"sliding_attention": PLAIN, "full_attention": {"rope_type": "linear", "rope_theta": 1e6, "factor": 8.0}}}
    yield "tiny-gemma3", "gemma3", "Q4_0", transformers.Gemma3ForCausalLM(transformers.Gemma3TextConfig(**gemma, tie_word_embeddings=True))


def draw(model):
    """Weights large enough that attention matters; at the usual 0.02 every position would be about its own embedding."""
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, value in model.named_parameters():
            random_values = torch.randn(value.shape, generator=generator)
            if "norm" in name:
                value.copy_((0.0 if model.config.model_type.startswith("gemma") else 1.0) + 0.2 * random_values)
            elif "embed_tokens" in name or "lm_head" in name:
                value.copy_(random_values)
            else:
                value.copy_((1.5 / value.shape[-1] ** 0.5 if value.ndim == 2 else 0.3) * random_values)


NAMES = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
         "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm"}


def name_of(parameter, gemma):
    """llama.cpp's name of a parameter of transformers."""
    module, _, end = parameter.rpartition(".")
    if module in NAMES:
        return f"{NAMES[module]}.{end}"
    _, _, index, part = module.split(".", 3)
    after = {"post_attention_layernorm": "post_attention_norm" if gemma else "ffn_norm", "pre_feedforward_layernorm": "ffn_norm", "post_feedforward_layernorm": "post_ffw_norm"}
    return f"blk.{index}.{NAMES.get(part) or after[part]}.{end}"


def turned(values, heads, back):
    """llama.cpp's order of the rows of Llama's queries and keys, in which the two numbers of a pair are neighbours; or back."""
    size = values.shape[0] // heads
    shape = (heads, size // 2, 2) if back else (heads, 2, size // 2)
    return values.reshape(*shape, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)


def stored(model, architecture, parameter, values, back=False):
    """What a file holds in place of a parameter, or the parameter in place of what a file holds."""
    if architecture == "llama" and (".q_proj" in parameter or ".k_proj" in parameter):
        heads = model.config.num_attention_heads if ".q_proj" in parameter else model.config.num_key_value_heads
        return turned(values, heads, back)
    if architecture == "gemma3" and "norm" in parameter:
        return values - 1 if back else values + 1
    return values


def write(path, architecture, kind, model):
    config = model.config
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if architecture != "qwen2":
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
    rope = config.rope_parameters
    if architecture == "gemma3":
        writer.add_sliding_window(config.sliding_window)
        rope = rope["full_attention"]
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "llama3":
        fast = rope["rope_theta"] ** -(torch.arange(0, config.head_dim, 2).double() / config.head_dim)
        writer.add_tensor("rope_freqs.weight", (fast / model.model.rotary_emb.inv_freq.double()).float().numpy())
    write_tokens(writer, architecture, config.vocab_size, rope["rope_type"] == "llama3")
    dtype = gguf.GGMLQuantizationType[kind]
    for parameter, values in model.named_parameters():
        values = stored(model, architecture, parameter, values.detach()).contiguous().numpy()
        name = name_of(parameter, architecture == "gemma3")
        if values.ndim == 2:
            writer.add_tensor(name, gguf.quants.quantize(values, dtype), raw_dtype=dtype)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


LETTERS = [chr(c) for c in [*range(ord("a"), ord("z") + 1), *range(ord("A"), ord("Z") + 1), *range(ord("0"), ord("9") + 1)]] + list(":.,?!'-<>")


def write_tokens(writer, architecture, count, opens):
    """So that the files can be given text: some in SentencePiece's way, some in GPT-2's. The weights know nothing of it."""
    token, pieces = gguf.TokenType, architecture in ("llama", "gemma3") and not opens
    if pieces:
        marks = [("<unk>", token.UNKNOWN), ("<s>", token.CONTROL), ("</s>", token.CONTROL), ("<0x0A>", token.BYTE)]
        plain = ["\u2581", *LETTERS, "th", "he", "the", "\u2581the", "in", "an", "er"]
    else:
        merges = ["t h", "th e", "\u0120 the", "i n", "a n", "e r"]
        marks, plain = [("<|end|>", token.CONTROL), ("<|begin|>", token.CONTROL)], ["\u0120", "\u010a", *LETTERS, *(m.replace(" ", "") for m in merges)]
        writer.add_tokenizer_pre("llama-bpe" if opens else "qwen2")
        writer.add_token_merges(merges)
    tokens = marks + [(text, token.NORMAL) for text in plain]
    tokens += [(f"<unused{i}>", token.UNUSED) for i in range(count - len(tokens))]
    writer.add_tokenizer_model("llama" if pieces else "gpt2")
    writer.add_token_list([text for text, _ in tokens])
    writer.add_token_types([kind for _, kind in tokens])
    writer.add_bos_token_id(1)
    if pieces:
        writer.add_token_scores([-float(at) for at in range(len(tokens))])
        writer.add_add_space_prefix(architecture == "llama")


def read_back(path, architecture, model):
    """Give the model the weights that the file holds."""
    tensors = {t.name: gguf.quants.dequantize(t.data, t.tensor_type).reshape(tuple(reversed(t.shape.tolist()))).astype(numpy.float32) for t in gguf.GGUFReader(path).tensors}
    with torch.no_grad():
        for parameter, value in model.named_parameters():
            found = torch.from_numpy(tensors[name_of(parameter, architecture == "gemma3")].copy())
            value.copy_(stored(model, architecture, parameter, found, back=True))


def rounded(row):
    return [float(f"{x:.7g}") for x in row.tolist()]


def main():
    torch.set_num_threads(1)
    rng = random.Random(SEED)
    ids = [1] + [rng.randrange(3, 96) for _ in range(TOKENS - 1)]
    expected = {}
    for name, architecture, kind, model in models():
        model = model.eval().float()
        draw(model)
        path = OUT / f"{name}.gguf"
        write(path, architecture, kind, model)
        read_back(path, architecture, model)
        with torch.no_grad():
            hidden = model.model(torch.tensor([ids])).last_hidden_state[0]
            logits = model.lm_head(hidden[-1])[JUDGED]
        expected[name] = {"gguf_sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "logits": rounded(logits), "hidden": [rounded(row) for row in hidden]}
        print(f"{path.name}: {path.stat().st_size:,} bytes; norm of the last state {hidden[-1].norm():.3f}")
    lines = ",\n".join(
        f' {json.dumps(name)}: {{"gguf_sha256": "{e["gguf_sha256"]}", "logits": {json.dumps(e["logits"])}, "hidden": [\n  '
        + ",\n  ".join(json.dumps(row, separators=(",", ":")) for row in e["hidden"]) + "]}" for name, e in expected.items())
    head = {"made_by": "scripts/reference/decoder_reference.py", "seed": SEED, "torch": torch.__version__, "transformers": transformers.__version__, "ids": ids, "judged": JUDGED}
    path = OUT / "decoders.json"
    path.write_text("{" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in head.items()) + ',\n"models": {\n' + lines + "}}\n", encoding="utf-8")
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
