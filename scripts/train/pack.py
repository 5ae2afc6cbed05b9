"""Labelled chats as numbers: read by the program's own tokenizer, kept in one .npz, laid side by side in batches.

`rushlight tokens` turns text into token ids, so training reads exactly what the program reads, and the .npz holds no text: it can be
carried to a machine with a GPU.
"""
import json
import subprocess

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

from model import PATTERNS, SIGNALS, looks_of

FLAT = {"ids": np.uint16, "lengths": np.uint16, "message": np.uint16, "speakers": np.uint16, "features": np.float16, "signals": np.uint8, "concern": np.uint8}


def pack(binary, tokenizer, labels, out):
    """Read a file of labelled JSONL and write it as numbers."""
    run = subprocess.run([binary, "tokens", str(labels), "--tokenizer", str(tokenizer)], capture_output=True, check=True, text=True)
    flat, rest = {key: [] for key in FLAT}, []
    with open(labels, encoding="utf-8") as lines:
        for line, read in zip(lines, run.stdout.splitlines(), strict=True):
            chat, read = json.loads(line), json.loads(read)
            assert chat["id"] == read["id"], (chat["id"], read["id"])
            if read["pieces"]:
                numbers, meta = of(chat, read["pieces"])
                for key, values in numbers.items():
                    flat[key].append(values)
                rest.append(meta)
    counts = np.array([len(lengths) for lengths in flat["lengths"]])
    rest = np.frombuffer(json.dumps(rest).encode(), np.uint8)
    np.savez_compressed(out, counts=counts, rest=rest, **{key: np.concatenate(parts) for key, parts in flat.items()})


def of(chat, pieces):
    """One chat's arrays by token (ids) and by piece, and the rest of what is known of it."""
    message = np.array([p["message"] for p in pieces])
    numbers = list(dict.fromkeys(p["speaker"] for p in pieces))
    names = list(dict.fromkeys(chat["messages"][p["message"]]["speaker"] for p in pieces))
    said = [chat["messages"][m] for m in message]
    weak, blamed = bool(chat.get("weak")), chat.get("person_of_concern") or []
    arrays = {
        "ids": [i for p in pieces for i in p["ids"]], "lengths": [len(p["ids"]) for p in pieces], "message": message,
        "speakers": [numbers.index(p["speaker"]) for p in pieces], "features": [p["features"] for p in pieces],
        "signals": [[s in (m.get("signals") or []) for s in SIGNALS] for m in said], "concern": [m["speaker"] in blamed for m in said]}
    meta = {key: chat.get(key) for key in ("id", "group", "source", "risk", "family", "onset", "target")}
    meta |= {"turn": chat.get("turn", 0), "weak": weak, "names": names, "concern_names": blamed, "patterns": [int(p in (chat.get("patterns") or [])) for p in PATTERNS]}
    return {key: np.array(values, FLAT[key]) for key, values in arrays.items()}, meta


def load(path, vectors=None):
    """Chats of a file that `pack` wrote: a dict each, tensors by token or piece and plain values; with what an encoder that does not learn makes of their pieces,
    where `vectors` is a file that `examples/chat_vectors.rs` wrote."""
    file = np.load(path)
    flat = {key: torch.from_numpy(file[key].astype(np.float32 if key in ("features", "signals", "concern") else np.int64)) for key in FLAT}
    # The same cuts serve all arrays by piece; the ids are cut by the lengths of a chat's pieces.
    chats, token, piece = [], 0, 0
    made = vectors and torch.from_numpy(np.fromfile(vectors, np.float16).reshape(int(file["counts"].sum()), -1))
    for meta, count in zip(json.loads(file["rest"].tobytes()), file["counts"]):
        chat = {key: flat[key][piece:piece + count] for key in FLAT if key != "ids"}
        tokens = int(chat["lengths"].sum())
        chat |= {} if made is None else {"vectors": made[piece:piece + count]}
        chats.append(chat | meta | {"ids": flat["ids"][token:token + tokens]})
        token, piece = token + tokens, piece + count
    return chats


def collate(chats, device):
    """What the model reads: the tokens of all chats in a row, what is known of their pieces in a row, and what the head reads side by side, filled up to the longest:
    `slots` [M] are the pieces' places in it, `within` [B, P] is true for pieces that are there. `voices`: speakers of a chat at most; `looks`: see `model.looks_of`."""
    lengths, pieces = torch.cat([c["lengths"] for c in chats]), torch.tensor([len(c["lengths"]) for c in chats])
    piece = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
    chat = torch.repeat_interleave(torch.arange(len(chats)), pieces)
    speakers = torch.cat([c["speakers"] for c in chats])
    voices, longest = 1 + int(speakers.max()), int(pieces.max())
    batch = {"ids": torch.cat([c["ids"] for c in chats]), "place": torch.arange(len(piece)) - (torch.cumsum(lengths, 0) - lengths)[piece], "piece": piece,
             "lengths": lengths, "chat": chat, "voice": chat * voices + speakers,
             "slots": torch.arange(len(chat)) + (torch.arange(len(chats)) * longest - (torch.cumsum(pieces, 0) - pieces))[chat],
             "within": torch.arange(longest) < pieces[:, None]}
    batch |= {key: pad_sequence([c[key] for c in chats], batch_first=True) for key in ("speakers", "features")}
    batch = {key: put(value, device) for key, value in batch.items()}
    looks = [(*(put(part, device) for part in parts), width) for *parts, width in looks_of(lengths, chat)]
    return batch | {"voices": voices, "looks": looks}


def put(values, device):
    """A tensor on a device, without waiting for it."""
    return values.to(device) if torch.device(device).type == "cpu" else values.pin_memory().to(device, non_blocking=True)
