"""The network as PyTorch sees it: BERT with a look back over messages, and the causal head. The Rust code computes the same.

Shapes: N tokens of all chats of a batch in a row, cut into K blocks, each with the W tokens that its own may see; B chats and P pieces (messages, or parts of
long ones) of the longest of them; D = 384, S speakers. Everything runs on the device of the weights.
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn
from torch.nn.utils.rnn import pad_sequence

SIGNALS = ["probing", "trust", "isolation", "sexualisation", "lure", "handoff", "meeting", "money", "coercion", "protective"]
PATTERNS = ["grooming", "trust_building", "handoff", "recruitment", "extortion", "fraud"]
FEATURES = 12
BACK = 8  # how many messages back a message sees
NEVER = -1e4  # added to the score of what must not be seen
BLOCK = 64  # tokens that look back together


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

    def forward(self, x, looks, drop):
        """x [N, D], looks as `looks_of` gives them."""
        (N, width), K = x.shape, -(-len(x) // BLOCK)
        by_head = lambda rows: rows.view(*rows.shape[:2], self.heads, -1).transpose(1, 2)
        q, kv = self.qkv(x).split([width, 2 * width], 1)
        q = F.pad(q / math.sqrt(width // self.heads), (0, 0, 0, K * BLOCK - N)).view(K, BLOCK, width)
        terms = F.pad(self.terms, (0, 1), value=NEVER).T
        mixed = []
        for blocks, windows, see in looks:
            k, v = (by_head(rows.contiguous()) for rows in F.embedding(windows, kv).split(width, 2))
            # A product with ones and zeros: exact, and unlike indexing its gradient is quick on a GPU.
            scores = by_head(q[blocks]) @ k.transpose(2, 3) + (see @ terms).permute(0, 3, 1, 2)
            mixed.append((scores.softmax(3) @ v).transpose(1, 2).reshape(-1, BLOCK, width))
        order = torch.cat([blocks for blocks, _, _ in looks]).argsort()
        mixed = torch.cat(mixed)[order].view(K * BLOCK, width)[:N]
        x = self.out_norm(x + F.dropout(self.out(mixed), drop))
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

    def tokens(self, batch, drop=0.0):
        """A batch of `pack.collate` -> [N, D]: what each token has become."""
        piece, lengths = batch["piece"], batch["lengths"]
        x = self.norm(self.words(batch["ids"]) + self.places(batch["place"]) + self.types.weight[0])
        x = F.dropout(x, drop)
        looks = looks_of(piece, lengths, batch["chat"], batch["voice"], x.dtype)
        for layer in self.layers:
            x = layer(x, looks, drop)
        return x

    def forward(self, batch, drop=0.0):
        """A batch of `pack.collate` -> [B, P, D]: the mean over each piece's tokens."""
        x, piece, lengths = self.tokens(batch, drop), batch["piece"], batch["lengths"]
        sums = torch.zeros(len(lengths), x.shape[1], device=x.device).index_add(0, piece, x.float())
        return pad_sequence((sums / lengths[:, None]).split(batch["pieces"]), batch_first=True)


def looks_of(piece, lengths, chat, voice, dtype):
    """Blocks of BLOCK tokens in groups of like width: for each group the numbers of its blocks [K], the tokens that each may see [K, W], and with which term a token sees
    one of these [K, BLOCK, W, 2 BACK + 2] as ones and zeros: 0 of the same piece, d or BACK + d of d pieces back by the same or another speaker, the last one never.

    piece [N]: the piece of each token; of each piece its length, its chat and its speaker, a number that no other chat has."""
    N, device = len(piece), piece.device
    ends, here = torch.cumsum(lengths, 0), torch.arange(len(lengths), device=device)
    starts = (ends - lengths)[torch.maximum(torch.searchsorted(chat, chat), here - BACK)]  # of the first piece that is seen
    opening = torch.arange(0, N, BLOCK, device=device)
    begin, end = starts[piece[opening]], ends[piece[(opening + BLOCK - 1).clamp(max=N - 1)]]
    tokens = F.pad(torch.arange(N, device=device), (0, -N % BLOCK)).view(-1, BLOCK)
    doublings = ((end - begin) / (3 * BLOCK)).clamp(min=1).log2().ceil()
    groups = []
    for step in doublings.unique():
        blocks = (doublings == step).nonzero()[:, 0]
        from_, to = begin[blocks, None], end[blocks, None]
        windows = from_ + torch.arange(int((to - from_).max()), device=device)
        inside, windows = windows < to, windows.clamp(max=N - 1)
        one, other = piece[tokens[blocks]][:, :, None], piece[windows][:, None, :]
        back = one - other
        seen = (back >= 0) & (back <= BACK) & (chat[one] == chat[other]) & inside[:, None, :]
        term = torch.where(seen, back + BACK * ((voice[one] != voice[other]) & (back > 0)), 2 * BACK + 1)
        groups.append((blocks, windows, F.one_hot(term, 2 * BACK + 2).to(dtype)))
    return groups


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
