"""GGUFs of real shapes with random weights, to time decoders and to compare engines without anyone's model.

    python3 scripts/reference/random_gguf.py --out FOLDER [--llama BIN] [--formats q8_0,q4_k_m] [--layers N] [--vocabulary N] [SHAPE…]

Shapes are those of published models (all when none is named). Each is written as F16; with `--llama`, the folder of llama-quantize, also
in the formats asked for: f16, bf16, q8_0, q4_0, q4_k_m, q5_k_m, q6_k. There is no tokenizer inside: programs are given token ids.
`--layers` and `--vocabulary` make a smaller file of the same widths.

Random weights flatter eight-bit arithmetic, because trained networks have input channels that are far larger than the rest. With
`--outliers SHARE` that share of channels leaves each norm 20 to 60 times as large, and the weights that read them are smaller by the
root of that, so that these channels matter more than others and not alone.
"""
import argparse
import dataclasses
import pathlib
import subprocess

import gguf
import numpy as np

SEED = 7
EPSILON = 1e-6
FORMATS = ["f16", "bf16", "q8_0", "q4_0", "q4_k_m", "q5_k_m", "q6_k"]


@dataclasses.dataclass
class Shape:
    architecture: str
    layers: int
    width: int
    inner: int
    heads: int
    kv_heads: int
    head: int
    vocabulary: int
    context: int
    rope_base: float
    bias: bool = False
    head_norms: bool = False
    after_norms: bool = False
    window: int | None = None
    llama3_rope: bool = False


SHAPES = {
    "qwen3-0.6b": Shape("qwen3", 28, 1024, 3072, 16, 8, 128, 151936, 40960, 1e6, head_norms=True),
    "qwen2.5-0.5b": Shape("qwen2", 24, 896, 4864, 14, 2, 64, 151936, 32768, 1e6, bias=True),
    "llama3.2-1b": Shape("llama", 16, 2048, 8192, 32, 8, 64, 128256, 131072, 5e5, llama3_rope=True),
    "gemma3-1b": Shape("gemma3", 26, 1152, 6912, 4, 1, 256, 262144, 32768, 1e6, head_norms=True, after_norms=True, window=512),
    "small": Shape("llama", 6, 384, 1024, 6, 6, 64, 8192, 8192, 1e4),
}


def llama3_divisors(head, base, factor=32.0, low=1.0, high=4.0, trained=8192):
    """By what Llama 3 divides the angle of each pair: long waves by `factor`, short ones not at all, those between by something between."""
    waves = 2 * np.pi * base ** (np.arange(0, head, 2) / head)
    between = np.clip((trained / waves - low) / (high - low), 0.0, 1.0)
    return 1 / ((1 - between) / factor + between)


def settings(writer, name, shape):
    writer.add_name(f"{name}, random weights")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head)
    writer.add_value_length(shape.head)
    writer.add_rope_dimension_count(shape.head)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_tokenizer_model("none")
    if shape.window:
        writer.add_sliding_window(shape.window)


def tensors(writer, shape, outliers):
    random = np.random.default_rng(SEED)
    add = writer.add_tensor
    plain = np.ones(shape.width, np.float32)

    def matrix(name, rows, columns, scale, loud=None):
        weights = random.standard_normal((rows, columns), dtype=np.float32) * scale
        add(name, (weights if loud is None else weights / np.sqrt(loud)).astype(np.float16))

    def gain(name, size, loud=1.0):
        add(name, ((1 + 0.1 * random.standard_normal(size)) * loud).astype(np.float32))

    def loud_channels():
        chosen = random.random(shape.width) < outliers
        return np.where(chosen, random.uniform(20, 60, shape.width), plain).astype(np.float32)

    matrix("token_embd.weight", shape.vocabulary, shape.width, 0.02)
    gain("output_norm.weight", shape.width)
    if shape.llama3_rope:
        add("rope_freqs.weight", llama3_divisors(shape.head, shape.rope_base).astype(np.float32))
    for layer in range(shape.layers):
        at = f"blk.{layer}"
        sizes = {"q": shape.heads * shape.head, "k": shape.kv_heads * shape.head, "v": shape.kv_heads * shape.head}
        loud = loud_channels()
        gain(f"{at}.attn_norm.weight", shape.width, loud)
        for part, rows in sizes.items():
            matrix(f"{at}.attn_{part}.weight", rows, shape.width, 0.7 / np.sqrt(shape.width), loud)
            if shape.bias:
                add(f"{at}.attn_{part}.bias", (0.1 * random.standard_normal(rows)).astype(np.float32))
        matrix(f"{at}.attn_output.weight", shape.width, sizes["q"], 0.7 / np.sqrt(sizes["q"]))
        loud = loud_channels()
        gain(f"{at}.ffn_norm.weight", shape.width, loud)
        for part in ["gate", "up"]:
            matrix(f"{at}.ffn_{part}.weight", shape.inner, shape.width, 0.7 / np.sqrt(shape.width), loud)
        matrix(f"{at}.ffn_down.weight", shape.width, shape.inner, 0.7 / np.sqrt(shape.inner))
        if shape.head_norms:
            gain(f"{at}.attn_q_norm.weight", shape.head)
            gain(f"{at}.attn_k_norm.weight", shape.head)
        if shape.after_norms:
            gain(f"{at}.post_attention_norm.weight", shape.width)
            gain(f"{at}.post_ffw_norm.weight", shape.width)


def write(path, name, shape, outliers):
    # A name of its own until it is whole.
    part = path.with_suffix(".part")
    writer = gguf.GGUFWriter(part, shape.architecture)
    settings(writer, name, shape)
    tensors(writer, shape, outliers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.rename(path)


def quantize(binary, source, target, kind):
    part = target.with_suffix(".part")
    subprocess.run([binary, source, part, kind.upper(), "1"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    part.rename(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=", ".join(SHAPES))
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--llama", type=pathlib.Path, help="folder of llama-quantize")
    parser.add_argument("--formats", default="f16,bf16,q8_0,q4_0,q4_k_m")
    parser.add_argument("--outliers", type=float, default=0.0, metavar="SHARE", help="of the input channels, as 0.01")
    parser.add_argument("--layers", type=int)
    parser.add_argument("--vocabulary", type=int)
    args = parser.parse_args()
    formats = args.formats.split(",")
    if unknown := set(formats) - set(FORMATS) | set(args.shapes) - set(SHAPES):
        parser.error(f"not known: {', '.join(sorted(unknown))}")
    if args.llama is None and formats != ["f16"]:
        parser.error("formats other than f16 are made by llama-quantize: give --llama, or --formats f16")
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.shapes or SHAPES:
        changes = {key: value for key, value in [("layers", args.layers), ("vocabulary", args.vocabulary)] if value}
        base = args.out / f"{name}{'-outliers' if args.outliers else ''}"
        whole = pathlib.Path(f"{base}-f16.gguf")
        if not whole.exists():
            write(whole, name, dataclasses.replace(SHAPES[name], **changes), args.outliers)
        for kind in formats:
            target = pathlib.Path(f"{base}-{kind}.gguf")
            if not target.exists():
                quantize(args.llama / "llama-quantize", whole, target, kind)
            print(f"{target} {target.stat().st_size / 1e6:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
