"""Collect what the model is trained on, as labelled JSONL: python3 scripts/train/data.py --data DIR --out DIR

`--data` is a folder of xz-compressed JSONL corpora of real and synthetic chats (labels of the conversation or of the source only).
Writes train.jsonl (with variants), dev.jsonl, test.jsonl, real.jsonl (whole real chats of groups not trained on, to count alarms by source)
and sources.json (counts and hashes). No text of those corpora is printed.
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

SEED = 20260
VARIANTS = 3  # written anew for each of this many passes
DEV_WRITERS, TEST_WRITERS = {"w7"}, {"w8"}
# Conversations drawn from each source. None of them is marked non-commercial or no-derivatives.
DRAW = {"pj": 220, "pj_lines": 140, "scambait": 90, "scam_dialogue": 160, "synthetic_se": 70, "nus_sms": 160, "teeworlds": 200,
        "irc": 90, "sgd": 60, "topical_chat": 60, "persuasion": 80, "casino": 60, "synthetic_persona": 80, "convai": 60,
        "diplomacy": 50, "conda": 80, "counsel_chat": 60, "annomi": 50, "mutual": 90}
CROP = 40  # messages of one such conversation


def third(group):
    """Groups are dealt to three parts by hash; only part 0 is trained on, so that the others can be measured."""
    return int(hashlib.sha256(str(group).encode()).hexdigest(), 16) % 3


def real(folder, source, rng):
    """Up to DRAW[source] conversations; label of the conversation only, from part 0 of its groups."""
    fits = []
    with lzma.open(folder / f"{source}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            n = len(record["messages"])
            if record.get("risk") is None or record.get("segment") or third(record.get("group", record["id"])):
                continue
            if "dev" in record.get("overlaps_pan12", []) or (record["risk"] and source.startswith("pj") and n < 12) or n < 2:
                continue
            fits.append(record)
    fits.sort(key=lambda r: hashlib.sha256(f"{SEED}{r['id']}".encode()).hexdigest())
    if source == "scam_dialogue":  # both classes
        fits = [r for pair in zip([r for r in fits if r["risk"]], [r for r in fits if not r["risk"]]) for r in pair]
    for record in fits[:DRAW[source]]:
        messages = record["messages"]
        start = rng.randrange(0, max(1, len(messages) - CROP + 1))
        yield {"id": record["id"], "lang": record["lang"], "source": source, "group": record.get("group", record["id"]),
               "messages": [{k: m.get(k) for k in ("speaker", "time", "text")} for m in messages[start:start + CROP]],
               "risk": record["risk"], "patterns": record.get("patterns", []), "weak": True}


# To be measured on, never trained on: the sources above (other groups) and these, some of them non-commercial.
MEASURE = list(DRAW) + ["dailydialog", "dialogsum", "dream", "esconv", "meld", "nps", "samsum"]
MEASURED = 300  # conversations of each


def unseen(folder, source):
    """Up to MEASURED whole conversations of groups that are not trained on."""
    fits = []
    with lzma.open(folder / f"{source}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            n = len(record["messages"])
            if record.get("risk") is None or record.get("segment") or not 4 <= n <= 400 or not third(record.get("group", record["id"])):
                continue
            fits.append({k: record.get(k) for k in ("id", "lang", "source", "group", "messages", "risk")})
    fits.sort(key=lambda r: hashlib.sha256(f"{SEED}{r['id']}".encode()).hexdigest())
    return fits[:MEASURED]


def corpus():
    chats = []
    for path in sorted((ROOT / "eval/corpus/chats").glob("*.chat")):
        chats += chatfile.read(path)
    return chats


def variants(chats, rng):
    benign = [c for c in chats if not c["risk"]]
    for turn in range(VARIANTS):
        for chat in chats:
            variant = augment.vary(chat, benign, rng)
            variant["id"], variant["turn"] = f"{chat['id']}~{turn + 1}", turn + 1
            yield variant


def write(path, chats):
    text = "".join(json.dumps(c, ensure_ascii=False) + "\n" for c in chats)
    path.write_text(text, encoding="utf-8")
    messages = sum(len(c["messages"]) for c in chats)
    return {"conversations": len(chats), "messages": messages, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)
    chats = [c for c in corpus() if c["lang"] == "en"]
    train = [c for c in chats if c["writer"] not in DEV_WRITERS | TEST_WRITERS]
    drawn = [c for source in DRAW for c in real(args.data, source, rng)]
    for chat in train + drawn:
        chat["turn"] = 0
    sources = {
        "train": write(args.out / "train.jsonl", train + drawn + list(variants(train, rng))),
        "dev": write(args.out / "dev.jsonl", [c for c in chats if c["writer"] in DEV_WRITERS]),
        "test": write(args.out / "test.jsonl", [c for c in chats if c["writer"] in TEST_WRITERS]),
        "real": write(args.out / "real.jsonl", [c for source in MEASURE for c in unseen(args.data, source)]),
        "written": len(train), "drawn": {s: sum(c["source"] == s for c in drawn) for s in DRAW}, "seed": SEED}
    (args.out / "sources.json").write_text(json.dumps(sources, indent=1) + "\n")
    print(json.dumps(sources, indent=1))


if __name__ == "__main__":
    main()
