"""The network as PyTorch sees it: BERT with a look back over messages, and the causal head. The Rust code computes the same.

Shapes: B chats, T tokens and P pieces (messages, or parts of long ones) of the longest of them, H heads, D = 384, S speakers.
Everything runs on the device of the weights; what is past a chat's end is masked out of attention and of every mean.
"""
import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

SIGNALS = ["probing", "trust", "isolation", "sexualisation", "lure", "handoff", "meeting", "money", "coercion", "protective"]
PATTERNS = ["grooming", "trust_building", "handoff", "recruitment", "extortion", "fraud"]
FEATURES = 12
BACK = 8  # how many messages back a message sees
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

    def forward(self, x, see, spread, drop):
        """x [B, T, D], see [B, P, P, 2 BACK + 2] (which term, as ones and zeros), spread [B, T, P] (which piece a token is of)."""
        B, T, width = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        # Products with ones and zeros: exact, and unlike indexing their gradient is quick on a GPU.
        terms = (see @ F.pad(self.terms, (0, 1), value=NEVER).T).permute(0, 3, 1, 2)  # B, H, P, P
        spread = spread[:, None]
        bias = spread @ terms @ spread.transpose(2, 3)  # B, H, T, T
        bias = bias.masked_fill(spread.sum(-1)[:, :, None, :] == 0, NEVER)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype))
        x = self.out_norm(x + F.dropout(self.out(mixed.transpose(1, 2).reshape(B, T, width)), drop))
        return self.down_norm(x + F.dropout(self.down(F.gelu(self.up(x))), drop))


class Encoder(nn.Module):
    """BERT over conversations laid out flat; positions restart with each piece."""

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
        old = {k.removeprefix("bert."): v.float() for k, v in load_file(folder / "model.safetensors").items()}
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

    def forward(self, batch, drop=0.0):
        """ids, piece, place [B, T] (piece is -1 past the end), see [B, P, P], lengths [B, P] -> [B, P, D]: the mean over each piece's tokens."""
        spread = F.one_hot(batch["piece"] + 1, batch["see"].shape[1] + 1)[:, :, 1:].float()
        x = self.norm(self.words(batch["ids"]) + self.places(batch["place"]) + self.types.weight[0])
        x = F.dropout(x, drop)
        see = F.one_hot(batch["see"], 2 * BACK + 2).float()
        for layer in self.layers:
            x = layer(x, see, spread, drop)
        return (spread.transpose(1, 2) @ x.float()) / batch["lengths"].clamp(min=1)[:, :, None]


def sees(speakers):
    """Which term piece i (row) adds to its scores of piece j: 0 itself, d or BACK + d for d back by the same or another speaker.

    speakers [P] or [B, P] -> [P, P] or [B, P, P]."""
    P = speakers.shape[-1]
    at = torch.arange(P, device=speakers.device)
    distance = at[:, None] - at[None, :]
    aside = (speakers[..., :, None] != speakers[..., None, :]).long() * BACK * (distance > 0)
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
        """vectors [B, P, D], features [B, P, 12], speakers [B, P] (small numbers) -> [B, P, 18]."""
        x = F.gelu(self.vector(F.dropout(self.norm(vectors), drop)) + self.feature(features))
        B, P, _ = x.shape
        who = F.one_hot(speakers)[..., None].to(x.dtype)  # B, P, S, 1
        chat = x.new_zeros(B, self.chat.hidden_size)
        own = x.new_zeros(B, who.shape[2], self.speaker.hidden_size)
        rows = []
        for x_i, who_i in zip(x.unbind(1), who.unbind(1)):
            before = (own * who_i).sum(1)
            chat = self.chat(torch.cat([x_i, before], 1), chat)
            after = self.speaker(torch.cat([x_i, chat], 1), before)
            own = torch.where(who_i > 0, after[:, None], own)
            rows.append(torch.cat([x_i, chat, after], 1))
        return self.out(F.dropout(torch.stack(rows, 1), drop))


class Model(nn.Module):
    def __init__(self, encoder, head):
        super().__init__()
        self.encoder, self.head = encoder, head

    def forward(self, batch, drop=0.0, head_drop=0.0):
        """A batch of `pack.collate` -> logits [B, P, 18]; rows past a chat's end mean nothing."""
        return self.head(self.encoder(batch, drop).float(), batch["features"], batch["speakers"], head_drop)


def mean_of(checkpoints):
    """The weights of a checkpoint, or the mean of several that began from the same weights (Wortsman et al. 2022)."""
    states = [torch.load(path, map_location="cpu")["model"] for path in checkpoints]
    return {name: sum(state[name].float() for state in states) / len(states) for name in states[0]}
