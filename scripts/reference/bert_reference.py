"""Make what tests/engine.rs compares with: tiny GGUFs of random weights, and vectors computed by PyTorch. From the root of the repository:

    python3 scripts/reference/bert_reference.py
        writes tests/fixtures/engine/{tiny-*.gguf,expected.json}; the same bytes each time, as far as PyTorch keeps to its sums
    python3 scripts/reference/bert_reference.py --model models/rushlight-small [--f32 FILE.gguf]
        writes tests/fixtures/engine/rushlight-small.json, and the weights as F32 for RUSHLIGHT_F32_GGUF

Needs scripts/train/requirements.txt. PyTorch runs scripts/train/model.py in F32 on the weights as each file holds them, read
back by gguf-py, not by us. Rounded to 7 digits.
"""
import argparse
import hashlib
import json
import pathlib
import random
import sys

import gguf
import torch
from safetensors.numpy import load_file

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/train"))
import export  # noqa: E402
from model import BACK, FEATURES, Encoder  # noqa: E402
import weights  # noqa: E402
import words  # noqa: E402
from pack import collate  # noqa: E402

OUT = ROOT / "tests/fixtures/engine"
SEED = 20
TINY = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128, "vocab_size": 300,
        "max_position_embeddings": 128, "type_vocab_size": 2, "layer_norm_eps": 1e-12}
# Name of the file, kind of its weights, and whether it has the look-back terms.
FILES = [("tiny-f32", "F32", True), ("tiny-f16", "F16", True), ("tiny-q8_0", "Q8_0", True), ("tiny-q4_0", "Q4_0", True), ("tiny-plain", "F32", False)]
# Speakers and lengths: more messages than are looked back on; three people; the longest message and the shortest.
SHAPES = {
    "two_speakers_twelve_messages": [(0, 7), (1, 3), (0, 12), (0, 5), (1, 9), (1, 4), (0, 20), (1, 6), (0, 3), (1, 17), (0, 8), (1, 5)],
    "three_speakers": [(0, 4), (1, 11), (2, 6), (0, 9), (2, 3)],
    "longest_then_shortest": [(0, 128), (1, 1), (0, 33)],
}
# Harmless and invented; the speaker, then the words.
CHAT = [
    (0, "hi! did the cake survive the train ride?"), (1, "mostly, one corner is flat now"), (1, "but it still tastes of lemon"),
    (0, "good. the party starts at half past four, in the garden behind the library"), (2, "I can bring chairs and the blue tablecloth"),
    (1, "ok"), (0, "who is fetching grandma from the station?"), (2, "me, her train comes in at 15:40 on platform 2"),
    (0, "perfect, thank you both so much :)"), (1, "is it okay if my cousin comes too? she plays the ukulele"),
    (2, "the more the merrier"), (0, "then we need eleven plates, and someone should feed the tortoise before we go"),
]


def tiny_encoder():
    """Weights large enough that attention and the look back matter; at BERT's own 0.02 every vector would be about the same."""
    generator = torch.Generator().manual_seed(SEED)
    encoder = Encoder(TINY).eval()
    with torch.no_grad():
        for name, value in encoder.named_parameters():
            draw = torch.randn(value.shape, generator=generator)
            if name.endswith(".terms"):
                value.copy_(draw)
            elif "norm.weight" in name:
                value.copy_(1 + 0.2 * draw)
            else:
                value.copy_((0.2 if value.ndim == 2 else 0.1) * draw)
    return encoder


def encoder_of(path):
    """The encoder that a GGUF holds, its weights unpacked by gguf-py; terms stay zero when the file has none."""
    reader = gguf.GGUFReader(path)
    read = {t.name: torch.from_numpy(gguf.quants.dequantize(t.data, t.tensor_type).reshape(tuple(reversed(t.shape.tolist()))).copy()).float()
            for t in reader.tensors}
    ours = {"words": "token_embd", "places": "position_embd", "types": "token_types", "norm": "token_embd_norm"}
    encoder = Encoder(TINY).eval()
    state = encoder.state_dict()
    terms = reader.fields.get("rushlight.context.terms")
    if terms is not None:
        terms = torch.tensor([float(terms.parts[i][0]) for i in terms.data]).view(len(encoder.layers), -1, 2 * BACK + 1)
    for key in state:
        module, _, end = key.rpartition(".")
        if module in ours:
            state[key] = read[f"{ours[module]}.{end}"]
            continue
        _, index, part = key.split(".", 2)
        part = part.removesuffix(f".{end}")
        names = {"qkv": ["attn_q", "attn_k", "attn_v"], "out": ["attn_output"], "out_norm": ["attn_output_norm"], "up": ["ffn_up"],
                 "down": ["ffn_down"], "down_norm": ["layer_output_norm"]}
        if end == "terms":
            state[key] = torch.zeros_like(state[key]) if terms is None else terms[int(index)]
        else:
            state[key] = torch.cat([read[f"blk.{index}.{name}.{end}"] for name in names[part]])
    encoder.load_state_dict(state)
    return encoder


def vectors(encoder, ids, speakers):
    """A vector per message, in the context of those before it."""
    with torch.no_grad():
        lengths = torch.tensor([len(i) for i in ids])
        chat = {"ids": torch.tensor(sum(ids, [])), "lengths": lengths, "speakers": torch.tensor(speakers), "features": torch.zeros(len(ids), FEATURES)}
        return encoder(collate([chat], "cpu"))


def alone(encoder, ids):
    """A vector per message, each as the only one of its conversation."""
    return torch.cat([vectors(encoder, [i], [0]) for i in ids])


def word_logits(folder, ids):
    """What the words add to the risk after each message."""
    tensors = load_file(str(folder / "head.safetensors"))
    chat = {"ids": torch.tensor(sum(ids, [])), "lengths": torch.tensor([len(i) for i in ids])}
    fitted = tensors["words.weight"], tensors["words.rarity"], tensors["words.shift"][0]
    return [float(f"{x:.7g}") for x in words.logits(fitted, chat)]


def rounded(rows):
    return [[float(f"{x:.7g}") for x in row] for row in rows.tolist()]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_json(path, value):
    """One vector or list of ids a line, so that a difference can be read."""
    def lines(v, indent):
        pad = " " * indent
        if isinstance(v, dict):
            return "{\n" + ",\n".join(f"{pad} {json.dumps(k)}: {lines(x, indent + 1)}" for k, x in v.items()) + f"\n{pad}}}"
        if isinstance(v, list) and v and isinstance(v[0], (list, dict)):
            return "[\n" + ",\n".join(f"{pad} {lines(x, indent + 1)}" for x in v) + f"\n{pad}]"
        return json.dumps(v, separators=(",", ":"), ensure_ascii=False)

    path.write_text(lines(value, 0) + "\n", encoding="utf-8")
    print(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}: {path.stat().st_size:,} bytes")


def cosine(a, b):
    return torch.nn.functional.cosine_similarity(a.double(), b.double()).min().item()


def tiny():
    rng = random.Random(SEED)
    chats = [{"name": name, "speakers": [who for who, _ in shape], "ids": [[rng.randrange(5, TINY["vocab_size"]) for _ in range(n)] for _, n in shape]}
             for name, shape in SHAPES.items()]
    original = tiny_encoder()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"w{i}" for i in range(5, TINY["vocab_size"])]
    found = {}
    for name, kind, terms in FILES:
        path = OUT / f"{name}.gguf"
        export.write_gguf(original, vocabulary, path, kind, terms=terms, name=name)
        encoder = encoder_of(path)
        # Without terms the file is plain BERT: no message sees another.
        found[name] = [vectors(encoder, c["ids"], c["speakers"]) if terms else alone(encoder, c["ids"]) for c in chats]
        print(f"{name}.gguf: {path.stat().st_size:,} bytes, lowest cosine to tiny-f32 {cosine(torch.cat(found[name]), torch.cat(found['tiny-f32'])):.6f}")
    write_json(OUT / "expected.json", {
        "made_by": "scripts/reference/bert_reference.py", "seed": SEED, "torch": torch.__version__, "gguf_sha256": {n: sha256(OUT / f"{n}.gguf") for n in found},
        "conversations": chats, "vectors": {name: [rounded(v) for v in per_chat] for name, per_chat in found.items()}})


def real(folder, f32):
    from tokenizers import Tokenizer

    state = {k.removeprefix("encoder."): v for k, v in weights.read(folder).items() if k.startswith("encoder.")}
    encoder = Encoder({
        "hidden_size": state["words.weight"].shape[1], "num_hidden_layers": sum(k.endswith(".terms") for k in state),
        "num_attention_heads": state["layers.0.terms"].shape[0], "intermediate_size": state["layers.0.up.weight"].shape[0],
        "vocab_size": state["words.weight"].shape[0], "max_position_embeddings": state["places.weight"].shape[0],
        "type_vocab_size": state["types.weight"].shape[0], "layer_norm_eps": 1e-12}).eval()
    encoder.load_state_dict(state)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    ids = [tokenizer.encode(text).ids for _, text in CHAT]
    speakers = [who for who, _ in CHAT]
    together, each = vectors(encoder, ids, speakers), alone(encoder, ids)
    print(f"lowest cosine between a message in context and the same alone: {cosine(together, each):.4f}")
    write_json(OUT / "rushlight-small.json", {
        "made_by": "scripts/reference/bert_reference.py", "torch": torch.__version__, "gguf_sha256": sha256(folder / "model.gguf"),
        "head_sha256": sha256(folder / "head.safetensors"), "words": word_logits(folder, ids),
        "texts": [text for _, text in CHAT], "speakers": speakers, "ids": ids, "vectors": rounded(together), "alone": rounded(each)})
    if f32:
        vocabulary = tokenizer.get_vocab(with_added_tokens=True)
        export.write_gguf(encoder, sorted(vocabulary, key=vocabulary.get), f32, "F32")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, help="folder with model.gguf and tokenizer.json")
    parser.add_argument("--f32", type=pathlib.Path, help="also write its weights here, as F32")
    args = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    if args.model:
        real(args.model, args.f32)
    else:
        tiny()


if __name__ == "__main__":
    main()
