"""The network as PyTorch sees it: BERT with a look back over messages, and the causal head. The Rust code computes the same.

Shapes: N tokens of all chats of a batch in a row, cut into K blocks, each with the W tokens that its own may see; M pieces (messages, or parts of long ones) in a row;
B chats and P pieces of the longest of them; D = 384, S speakers. Everything runs on the device of the weights, and nothing here waits for a GPU.
"""
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

    def forward(self, x, looks, order, drop):
        """x [N, D], looks as `seen_from` gives them, `order` brings their blocks back in a row."""
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
        x = self.norm(self.words(batch["ids"]) + self.places(batch["place"]) + self.types.weight[0])
        x = F.dropout(x, drop)
        looks = [seen_from(*look, batch, x.dtype) for look in batch["looks"]]
        order = torch.cat([blocks for blocks, _, _ in looks]).argsort()
        for layer in self.layers:
            x = layer(x, looks, order, drop)
        return x

    def forward(self, batch, drop=0.0):
        """A batch of `pack.collate` -> [M, D]: the mean over each piece's tokens."""
        x, lengths = self.tokens(batch, drop), batch["lengths"]
        return torch.zeros(len(lengths), x.shape[1], device=x.device).index_add(0, batch["piece"], x.float()) / lengths[:, None]


def looks_of(lengths, chat):
    """Blocks of BLOCK tokens in groups of like width: for each group the numbers of its blocks [K], the first token that each may see and the one after the last [K], and
    how many these are at most. Of each piece its length and its chat [M]."""
    ends, here = torch.cumsum(lengths, 0), torch.arange(len(lengths))
    starts = (ends - lengths)[torch.maximum(torch.searchsorted(chat, chat), here - BACK)]  # of the first piece that is seen
    piece = torch.repeat_interleave(here, lengths)
    opening = torch.arange(0, len(piece), BLOCK)
    begin, end = starts[piece[opening]], ends[piece[(opening + BLOCK - 1).clamp(max=len(piece) - 1)]]
    doublings = ((end - begin) / (3 * BLOCK)).clamp(min=1).log2().ceil()
    groups = [(doublings == step).nonzero()[:, 0] for step in doublings.unique()]
    return [(blocks, begin[blocks], end[blocks], int((end - begin)[blocks].max())) for blocks in groups]


def seen_from(blocks, begin, end, width, batch, dtype):
    """Of a group of `looks_of`: its blocks, the tokens that each may see [K, W], and with which term a token sees one of these [K, BLOCK, W, 2 BACK + 2] as ones and
    zeros: 0 of the same piece, d or BACK + d of d pieces back by the same or another speaker, the last one never."""
    piece, chat, voice = batch["piece"], batch["chat"], batch["voice"]
    windows = begin[:, None] + torch.arange(width, device=piece.device)
    inside, windows = windows < end[:, None], windows.clamp(max=len(piece) - 1)
    tokens = blocks[:, None] * BLOCK + torch.arange(BLOCK, device=piece.device)
    tokens = torch.where(tokens < len(piece), tokens, 0)
    one, other = piece[tokens][:, :, None], piece[windows][:, None, :]
    back = one - other
    seen = (back >= 0) & (back <= BACK) & (chat[one] == chat[other]) & inside[:, None, :]
    term = torch.where(seen, back + BACK * ((voice[one] != voice[other]) & (back > 0)), 2 * BACK + 1)
    return blocks, windows, F.one_hot(term, 2 * BACK + 2).to(dtype)


def spread(rows, slots, chats, pieces):
    """Rows [M, …] of pieces at their slots of [B, P, …], zeros elsewhere."""
    return rows.new_zeros(chats * pieces, *rows.shape[1:]).index_copy(0, slots, rows).view(chats, pieces, *rows.shape[1:])


class Head(nn.Module):
    """Vectors in order -> per piece: ten signals, the risk so far, six patterns so far, concern about its speaker (all logits)."""

    def __init__(self, width=384, inner=128, own=64):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.vector, self.feature = nn.Linear(width, inner), nn.Linear(FEATURES, inner, bias=False)
        self.chat, self.speaker = nn.GRUCell(inner + own, inner), nn.GRUCell(2 * inner, own)
        self.out = nn.Linear(2 * inner + own, len(SIGNALS) + 1 + len(PATTERNS) + 1)
        self.graphs = None  # `graphs.Graphs` of the two cells, where training runs on a GPU

    def forward(self, vectors, features, speakers, voices, drop=0.0):
        """vectors [B, P, D], features [B, P, 12], speakers [B, P] (numbers below `voices`) -> [B, P, 18]."""
        x = F.gelu(self.vector(F.dropout(self.norm(vectors), drop)) + self.feature(features))
        said = self.over_time(x, F.one_hot(speakers, voices).to(x.dtype))
        return self.out(F.dropout(torch.cat([x, said], 2), drop))

    def over_time(self, x, who):
        """x [B, P, I] and who speaks [B, P, S] as ones and zeros -> [B, P, I + O]: the state of the chat and of the speaker after each piece."""
        if self.graphs and self.training and self.graphs.hold(x, who):
            return self.graphs(x, who)
        chat, own = x.new_zeros(len(x), self.chat.hidden_size), x.new_zeros(len(x), who.shape[2], self.speaker.hidden_size)
        return stretch(self.chat, self.speaker, x, who, chat, own)[0]


def stretch(of_chat, of_speaker, x, who, chat, own):
    """Some pieces in a row, by two GRU cells, from the state of the chat [B, I] and of each speaker [B, S, O] before them; gives these states after them as well."""
    rows, (for_chat, for_speaker, from_own, by_chat) = [], gates(of_chat, of_speaker, x)
    for a, b, who_i, speaks in zip(for_chat.unbind(1), for_speaker.unbind(1), who.unbind(1), (who[..., None] > 0).unbind(1)):
        before = (who_i[:, None] @ own)[:, 0]
        chat, _ = cell(torch.addmm(a, before, from_own.T), F.linear(chat, of_chat.weight_hh, of_chat.bias_hh), chat)
        after, _ = cell(torch.addmm(b, chat, by_chat.T), F.linear(before, of_speaker.weight_hh, of_speaker.bias_hh), before)
        own = torch.where(speaks, after[:, None], own)
        rows.append(torch.cat([chat, after], 1))
    return torch.stack(rows, 1), chat, own


def gates(of_chat, of_speaker, x):
    """What the pieces x [B, P, I] give to the gates of both cells at once, and the weights for what else goes in: the state of the speaker before, that of the chat after."""
    inner = x.shape[2]
    from_x, from_own = of_chat.weight_ih.split([inner, of_speaker.hidden_size], 1)
    by_x, by_chat = of_speaker.weight_ih.split([inner, of_chat.hidden_size], 1)
    return F.linear(x, from_x, of_chat.bias_ih), F.linear(x, by_x, of_speaker.bias_ih), from_own, by_chat


def cell(gates, hidden, state):
    """A GRU's step: from `gates` [B, 3 H] of its input and `hidden` [B, 3 H] of its state, reset, update and new in this order, as in `nn.GRUCell`, to the state after it and
    what going back needs [B, 5 H]: reset, update, new, the state before, and the hidden part of new."""
    if gates.is_cuda:
        return torch.ops.aten._thnn_fused_gru_cell(gates, hidden, state)
    width = state.shape[1]
    (reset, update), ahead = (gates + hidden)[:, :2 * width].sigmoid().chunk(2, 1), hidden[:, 2 * width:]
    new = torch.tanh(gates[:, 2 * width:] + reset * ahead)
    return new + update * (state - new), torch.cat([reset, update, new, state, ahead], 1)


class Model(nn.Module):
    def __init__(self, encoder, head):
        super().__init__()
        self.encoder, self.head = encoder, head

    def forward(self, batch):
        """A batch of `pack.collate` -> logits [B, P, 18]; rows past a chat's end mean nothing."""
        return self.head(spread(self.encoder(batch), batch["slots"], *batch["within"].shape), batch["features"], batch["speakers"], batch["voices"])
