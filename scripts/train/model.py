"""The network as PyTorch sees it: BERT with a look back over messages, and the causal head. The Rust code computes the same.

Shapes: T tokens, P pieces (messages, or parts of long ones), H heads, D = 384, S speakers.
"""
import itertools
import json
import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

SIGNALS = ["probing", "trust", "isolation", "sexualisation", "lure", "handoff", "meeting", "money", "coercion", "protective"]
PATTERNS = ["grooming", "trust_building", "handoff", "recruitment", "extortion", "fraud"]
FEATURES = 12
BACK = 8  # how many messages back a message sees
BLOCK = 256  # tokens that attend together, to save the work on what is out of sight
NEVER = -1e4  # added to the score of what must not be seen


class Layer(nn.Module):
    def __init__(self, width, ff, heads, eps):
        super().__init__()
        self.heads = heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, ff), nn.Linear(ff, width)
        self.out_norm, self.down_norm = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        # Near zero for the last message, lower the further back: training starts close to message-alone and learns to look.
        far = torch.arange(1, BACK + 1) * -0.25 - 1.5
        self.terms = nn.Parameter(torch.cat([torch.zeros(1), far, far]).repeat(heads, 1))

    def forward(self, x, see, blocks, drop):
        T, width = x.shape
        q, k, v = self.qkv(x).view(T, 3, self.heads, -1).permute(1, 2, 0, 3)
        terms = F.pad(self.terms, (0, 1), value=NEVER)[:, see]  # H, P, P
        q = q * q.shape[-1] ** -0.5
        mixed = []
        for rows, keys, pieces, seen in blocks:
            bias = terms.index_select(1, pieces).index_select(2, seen)
            weights = torch.softmax(torch.baddbmm(bias, q[:, rows], k[:, keys].transpose(1, 2)), -1)
            mixed.append(weights @ v[:, keys])
        mixed = torch.cat(mixed, 1).transpose(0, 1).reshape(T, width)
        x = self.out_norm(x + F.dropout(self.out(mixed), drop))
        return self.down_norm(x + F.dropout(self.down(F.gelu(self.up(x))), drop))


class Encoder(nn.Module):
    """BERT over a conversation laid out flat; positions restart with each piece."""

    def __init__(self, config):
        super().__init__()
        width, eps = config["hidden_size"], config["layer_norm_eps"]
        self.words = nn.Embedding(config["vocab_size"], width)
        self.places = nn.Embedding(config["max_position_embeddings"], width)
        self.types = nn.Embedding(config["type_vocab_size"], width)
        self.norm = nn.LayerNorm(width, eps)
        self.layers = nn.ModuleList(
            Layer(width, config["intermediate_size"], config["num_attention_heads"], eps) for _ in range(config["num_hidden_layers"]))

    @classmethod
    def pretrained(cls, folder):
        """From a folder with `config.json` and `model.safetensors` in Hugging Face's naming of BERT."""
        folder = pathlib.Path(folder)
        encoder = cls(json.loads((folder / "config.json").read_text()))
        old = {k.removeprefix("bert."): v for k, v in load_file(folder / "model.safetensors").items()}
        new = {"words.weight": old["embeddings.word_embeddings.weight"], "places.weight": old["embeddings.position_embeddings.weight"],
               "types.weight": old["embeddings.token_type_embeddings.weight"]}
        for end in ("weight", "bias"):
            new[f"norm.{end}"] = old[f"embeddings.LayerNorm.{end}"]
            for i in range(len(encoder.layers)):
                p = f"encoder.layer.{i}."
                new[f"layers.{i}.qkv.{end}"] = torch.cat([old[f"{p}attention.self.{n}.{end}"] for n in ("query", "key", "value")])
                for ours, theirs in (("out", "attention.output.dense"), ("out_norm", "attention.output.LayerNorm"),
                                     ("up", "intermediate.dense"), ("down", "output.dense"), ("down_norm", "output.LayerNorm")):
                    new[f"layers.{i}.{ours}.{end}"] = old[f"{p}{theirs}.{end}"]
        missing, unexpected = encoder.load_state_dict(new, strict=False)
        assert not unexpected and all(k.endswith(".terms") for k in missing), (missing, unexpected)
        return encoder

    def forward(self, ids, lengths, speakers, drop=0.0):
        """ids [T], lengths [P], speakers [P] -> [P, D]: the mean over each piece's tokens."""
        P = len(lengths)
        piece = torch.repeat_interleave(torch.arange(P), lengths)
        starts = torch.cumsum(lengths, 0) - lengths
        position = torch.arange(len(ids)) - starts[piece]
        spread = F.one_hot(piece, P).float()
        x = self.norm(self.words(ids) + self.places(position) + self.types.weight[0])
        x = F.dropout(x, drop)
        see = sees(speakers)
        blocks = blocks_of(lengths.tolist(), piece)
        for layer in self.layers:
            x = layer(x, see, blocks, drop)
        return (spread.T @ x.float()) / lengths[:, None]


def blocks_of(lengths, piece):
    """Runs of pieces that attend together: (their tokens, the tokens they may see, the piece of each of the former, of the latter)."""
    ends = list(itertools.accumulate(lengths))
    blocks, first = [], 0
    for i, end in enumerate(ends):
        start = ends[first] - lengths[first]
        if end - start >= BLOCK or i + 1 == len(ends):
            oldest = max(0, first - BACK)
            rows, keys = slice(start, end), slice(ends[oldest] - lengths[oldest], end)
            blocks.append((rows, keys, piece[rows], piece[keys]))
            first = i + 1
    return blocks


def sees(speakers):
    """Which term piece i (row) adds to its scores of piece j: 0 itself, d or BACK + d for d back by the same or another speaker."""
    P = len(speakers)
    distance = torch.arange(P)[:, None] - torch.arange(P)[None, :]
    aside = (speakers[:, None] != speakers[None, :]).long() * BACK * (distance > 0)
    return torch.where((distance >= 0) & (distance <= BACK), distance + aside, 2 * BACK + 1)


class Head(nn.Module):
    """Vectors in order -> per piece: ten signals, the risk so far, six patterns so far, concern about its speaker (all logits)."""

    def __init__(self, width=384, inner=128, own=64):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.vector, self.feature = nn.Linear(width, inner), nn.Linear(FEATURES, inner, bias=False)
        self.chat, self.speaker = nn.GRUCell(inner + own, inner), nn.GRUCell(2 * inner, own)
        self.out = nn.Linear(2 * inner + own, len(SIGNALS) + 1 + len(PATTERNS) + 1)

    def forward(self, vectors, features, speakers, drop=0.0):
        x = F.gelu(self.vector(F.dropout(self.norm(vectors), drop)) + self.feature(features))
        chat = torch.zeros(1, self.chat.hidden_size)
        own = {}
        rows = []
        for i, who in enumerate(speakers.tolist()):
            before = own.get(who)
            if before is None:
                before = torch.zeros(1, self.speaker.hidden_size)
            chat = self.chat(torch.cat([x[i:i + 1], before], 1), chat)
            own[who] = self.speaker(torch.cat([x[i:i + 1], chat], 1), before)
            rows.append(torch.cat([x[i:i + 1], chat, own[who]], 1))
        return self.out(F.dropout(torch.cat(rows), drop))


class Model(nn.Module):
    def __init__(self, encoder, head):
        super().__init__()
        self.encoder, self.head = encoder, head

    def forward(self, chat, drop=0.0, head_drop=0.0):
        vectors = self.encoder(chat["ids"], chat["lengths"], chat["speakers"], drop)
        return self.head(vectors, chat["features"], chat["speakers"], head_drop)
