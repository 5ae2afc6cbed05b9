"""Collect what the model is trained on, as labelled JSONL: python3 scripts/train/data.py --data DIR --out DIR

`--data` is a folder of xz-compressed JSONL corpora of real and synthetic chats (labels of the conversation or of the source only).
Writes adapt.jsonl (chats to read without labels), train.jsonl (with variants), dev.jsonl and test.jsonl (written chats), quiet_dev.jsonl and quiet_test.jsonl (whole real chats of groups
not trained on, to choose bands by and to count false alarms on) and sources.json (counts and hashes). No text of those corpora is printed.
"""
import argparse
import hashlib
import json
import lzma
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "scripts/corpus"), str(pathlib.Path(__file__).parent)]
import augment
import chatfile
import pack
from train import PAN12, base_folder

SEED = 20261
VARIANTS = 12  # written anew for each of this many passes, unless told otherwise
DEV_WRITERS, TEST_WRITERS = {"w7", "w19", "w94", "w96", "w98"}, {"w8", "w25", "w32", "w35", "w70", "w100"}
# Conversations drawn of each source, at random. None of the sources is marked non-commercial or no-derivatives.
DRAW = {"pj": 800, "pj_lines": 1800, "scambait": 300, "scam_dialogue": 300, "synthetic_se": 120, "nus_sms": 1700, "teeworlds": 3000, "irc": 1200, "sgd": 700,
        "topical_chat": 500, "persuasion": 260, "casino": 300, "synthetic_persona": 580, "convai": 40, "diplomacy": 80, "conda": 560, "counsel_chat": 240,
        "annomi": 40, "mutual": 1200}
CROPS = (20, 40, 80, 150)  # messages of one such conversation
WHOLE = 150  # messages in one record that is read without labels
ONE_SIDE, ONE_TEXT = 0.15, 0.2  # shares that become one speaker's messages only, or one text without speakers


def third(group):
    """Groups are dealt to three parts by hash: 0 to train on, 1 to choose bands by, 2 to measure on."""
    return int(hashlib.sha256(str(group).encode()).hexdigest(), 16) % 3


def records(folder, source):
    """Conversations of a source by the part of their group, each part in an order fixed by the seed."""
    parts = ([], [], [])
    with lzma.open(folder / f"{source}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if not record.get("segment"):
                parts[third(record.get("group", record["id"]))].append(record)
    for fits in parts:
        fits.sort(key=lambda r: hashlib.sha256(f"{SEED}{r['id']}".encode()).hexdigest())
    return parts


def in_a_row(record, rng):
    """Some messages in a row, of risky conversations more."""
    most = rng.choice(CROPS[1:] if record["risk"] else CROPS)
    start = rng.randrange(0, max(1, len(record["messages"]) - most + 1))
    return [{k: m.get(k) for k in ("speaker", "time", "text")} for m in record["messages"][start:start + most]]


def in_one_text(messages, rng):
    """Messages as one text without speakers."""
    return [{"speaker": "A", "time": None, "text": rng.choice(["\n", " "]).join(m["text"] for m in messages)}]


def labelled(record, messages):
    """Messages of a conversation with the labels of its source."""
    return {"id": record["id"], "lang": record["lang"], "source": record["source"], "group": record.get("group", record["id"]),
            "messages": messages, "risk": record["risk"], "patterns": record.get("patterns", []), "weak": True}


def crop(record, rng):
    """Some messages in a row; some as one side only or as one text."""
    messages, form = in_a_row(record, rng), rng.random()
    if form < ONE_SIDE:
        side = record["person_of_concern"][0] if record.get("person_of_concern") else rng.choice(messages)["speaker"]
        own = [m for m in messages if m["speaker"] == side]
        messages = own if len(own) >= 3 else messages
    elif form < ONE_SIDE + ONE_TEXT:
        messages = in_one_text(messages, rng)
    return labelled(record, messages)


def to_read(found):
    """All of part 0 in pieces of WHOLE messages, without labels."""
    for record in found:
        if "dev" not in record.get("overlaps_pan12", []):  # what PAN12 is measured on stays unread
            for start in range(0, len(record["messages"]), WHOLE):
                messages = [{"speaker": m["speaker"], "time": m.get("time"), "text": m["text"]} for m in record["messages"][start:start + WHOLE]]
                yield {"id": f"{record['id']}+{start}", "lang": record["lang"], "source": record["source"], "group": record.get("group", record["id"]),
                       "messages": messages, "weak": True}


def fit(found, source):
    """Labelled conversations that are long enough, by none of the authors that PAN12 is measured on."""
    return [r for r in found if r.get("risk") is not None and "dev" not in r.get("overlaps_pan12", [])
            and len(r["messages"]) >= (12 if r["risk"] and source in DECOYS else 2)]


def real(found, source, rng):
    """Crops of labelled conversations of part 0, at random."""
    fits = fit(found, source)
    if source == "scam_dialogue":  # both classes
        fits = [r for pair in zip([r for r in fits if r["risk"]], [r for r in fits if not r["risk"]]) for r in pair]
    return [crop(r, rng) for r in fits[:DRAW[source]]]


# Transcripts of adults posing as minors; sources of which nothing harmless is taken; and harmless ones that were never trained on, some of them non-commercial.
DECOYS = {"pj", "pj_lines"}
RISKY, UNSEEN = DECOYS | {"scambait", "synthetic_se"}, ["dailydialog", "dialogsum", "dream", "esconv", "meld", "nps", "samsum"]
QUIET_EACH = 300


def quiet(found):
    """Up to QUIET_EACH whole harmless conversations of one part of a source."""
    fits = [r for r in found if r.get("risk") == 0 and 4 <= len(r["messages"]) <= 400]
    return [{k: r.get(k) for k in ("id", "lang", "source", "group", "messages", "risk")} for r in fits[:QUIET_EACH]]


def real_and_quiet(folder, rng):
    """What is read without labels; what is drawn of the sources to train on; harmless conversations to choose bands by; and others to be measured on."""
    adapt, drawn, decoys, quiet_dev, quiet_test, more = [], [], [], [], [], random.Random(SEED + 2)
    for source in [*DRAW, *UNSEEN]:
        to_train, to_choose, to_measure = records(folder, source)
        if source in DRAW:
            adapt += to_read(to_train)
            drawn += real(to_train, source, rng)
            if source in DECOYS:
                decoys += decoys_in_one_text(to_train, source, more)
        if source not in RISKY:
            quiet_dev += quiet(to_choose)
            quiet_test += quiet(to_measure)
    return adapt, drawn + decoys, quiet_dev, quiet_test


def half(record):
    """Segments of PAN12 are dealt to two halves by hash, so that each can be measured by a model that has not read it."""
    return int(hashlib.sha256(record["id"].encode()).hexdigest(), 16) % 2


def decoys_in_one_text(found, source, rng):
    """More crops of the old decoy transcripts, each as one text without speakers, as PAN12 has them."""
    return [labelled(r, in_one_text(in_a_row(r, rng), rng)) | {"id": f"{r['id']}~one"} for r in fit(found, source) if r["risk"]]


def strangers(folder, halves):
    """The harmless segments of PAN12 in these halves, one text without speakers each: strangers' talk as no other source has it. The risky ones, and their authors, are left to measure on."""
    with lzma.open(folder / f"{PAN12}.jsonl.xz", "rt", encoding="utf-8") as lines:
        fits = [r for r in map(json.loads, lines) if r["risk"] == 0 and not r.get("pj_text") and half(r) in halves]
    return [labelled(r, [{"speaker": "A", "time": None, "text": r["messages"][0]["text"]}]) | {"source": PAN12} for r in fits]


def corpus():
    chats = []
    for path in sorted((ROOT / "eval/corpus/chats").glob("*.chat")):
        chats += chatfile.read(path)
    return chats


def variants(chats, passes, rng):
    benign = [c for c in chats if not c["risk"]]
    for turn in range(passes):
        for chat in chats:
            variant = augment.vary(chat, benign, rng)
            variant["id"], variant["turn"] = f"{chat['id']}~{turn + 1}", turn + 1
            yield variant


def write(path, chats):
    chats = list(chats)
    text = "".join(json.dumps(c, ensure_ascii=False) + "\n" for c in chats)
    path.write_text(text, encoding="utf-8")
    messages = sum(len(c["messages"]) for c in chats)
    return {"conversations": len(chats), "messages": messages, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--base", type=pathlib.Path, help="folder of the backbone's tokenizer.json")
    parser.add_argument("--rushlight", default="target/release/rushlight")
    parser.add_argument("--pan12", type=int, nargs="*", default=[0], metavar="HALF", help="halves of PAN12's harmless segments to train on [default: 0, so that 1 is left to measure on]")
    parser.add_argument("--variants", type=int, default=VARIANTS, metavar="PASSES", help="for how many passes the written chats are written anew [default: %(default)s]")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    chats = [c for c in corpus() if c["lang"] == "en"]
    train = [c for c in chats if c["writer"] not in DEV_WRITERS | TEST_WRITERS]
    adapt, drawn, quiet_dev, quiet_test = real_and_quiet(args.data, random.Random(SEED))
    drawn += strangers(args.data, args.pan12)
    for chat in train + drawn:
        chat["turn"] = 0
    sources = {
        "adapt": write(args.out / "adapt.jsonl", adapt),
        "train": write(args.out / "train.jsonl", train + drawn + list(variants(train, args.variants, random.Random(SEED + 1)))),
        "dev": write(args.out / "dev.jsonl", [c for c in chats if c["writer"] in DEV_WRITERS]),
        "test": write(args.out / "test.jsonl", [c for c in chats if c["writer"] in TEST_WRITERS]),
        "quiet_dev": write(args.out / "quiet_dev.jsonl", quiet_dev),
        "quiet_test": write(args.out / "quiet_test.jsonl", quiet_test),
        "written": len(train), "drawn": {s: sum(c["source"] == s for c in drawn) for s in [*DRAW, PAN12]}, "seed": SEED}
    for part in ("adapt", "train", "dev"):
        pack.pack(args.rushlight, (args.base or base_folder()) / "tokenizer.json", args.out / f"{part}.jsonl", args.out / f"{part}.npz")
    (args.out / "sources.json").write_text(json.dumps(sources, indent=1) + "\n")
    print(json.dumps(sources, indent=1))


if __name__ == "__main__":
    main()
