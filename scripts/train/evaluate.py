"""Measure the program on labelled chats: python3 scripts/train/evaluate.py --labels test.jsonl [--model FOLDER] [--json FILE]

Runs `rushlight score` and compares. Intervals: 95 %, 2,000 resamples by group (twins stay together). Prints numbers only.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

SIGNALS = ["probing", "trust", "isolation", "sexualisation", "lure", "handoff", "meeting", "money", "coercion", "protective"]
RESAMPLES, SEED = 2_000, 20260


def score(binary, model, labels):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "scores.jsonl"
        command = [binary, "score", labels, "--out", str(out)] + (["--model", model] if model else [])
        subprocess.run(command, check=True, capture_output=True)
        scores = [json.loads(line) for line in out.open(encoding="utf-8")]
    return [{**score, "id": score["id"].removeprefix(f"{labels}#")} for score in scores]


def resamples(groups):
    rng = np.random.default_rng(SEED)
    members = {}
    for i, group in enumerate(groups):
        members.setdefault(group, []).append(i)
    members = [np.array(m) for m in members.values()]
    for _ in range(RESAMPLES):
        yield np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])


def with_interval(metric, chats, draws):
    """`metric` maps indices to a number or None when undefined."""
    values = [v for v in (metric(d) for d in draws) if v is not None]
    value = metric(np.arange(len(chats)))
    if value is None or not values:
        return None
    low, high = np.percentile(values, [2.5, 97.5])
    return [round(float(v), 4) for v in (value, low, high)]


def both(labels):
    return len(set(labels.tolist())) == 2


def measure(chats, scores, train=None):
    draws = list(resamples([c.get("group", c["id"]) for c in chats]))
    risk = np.array([s["risk"] for s in scores])
    label = np.array([c["risk"] for c in chats])
    look = np.array([s["band"] in ("look", "look now") for s in scores])
    now = np.array([s["band"] == "look now" for s in scores])
    ask = lambda f: with_interval(f, chats, draws)
    auroc = lambda x: ask(lambda d: roc_auc_score(label[d], x[d]) if both(label[d]) else None)
    share = lambda hit, mask: ask(lambda d: float(hit[d][mask[d]].mean()) if mask[d].any() else None)
    lengths = np.array([len(c["messages"]) for c in chats], dtype=float)
    out = {"n": len(chats), "risky": int(label.sum()), "groups": len({c.get("group", c["id"]) for c in chats}),
           "auroc": auroc(risk), "auprc": ask(lambda d: average_precision_score(label[d], risk[d]) if both(label[d]) else None),
           "base_rate": round(float(label.mean()), 3), "length_auroc": auroc(lengths),
           "recall_look": share(look, label == 1), "fpr_look": share(look, label == 0),
           "recall_look_now": share(now, label == 1), "fpr_look_now": share(now, label == 0),
           "brier": ask(lambda d: float(np.mean((risk[d] - label[d]) ** 2))),
           "bands": {b: int(sum(s["band"] == b for s in scores)) for b in ("look now", "look", "quiet", "cannot say")}}
    if train:
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        text = lambda cs: [" ".join(m["text"] for m in c["messages"]) for c in cs]
        fit = LogisticRegression(C=10, max_iter=2000).fit(words.fit_transform(text(train)), [c["risk"] for c in train])
        out["tfidf_auroc"] = auroc(fit.decision_function(words.transform(text(chats))))
    right = [set(c["person_of_concern"]) == set(s["person_of_concern"]) for c, s in zip(chats, scores)]
    out["concern_exact_when_seen"] = share(np.array(right), (label == 1) & look)
    out["signals_auprc"], out["in_time"] = signals(chats, scores, draws), in_time(chats, scores)
    found = [v for v in out["signals_auprc"].values() if v is not None]
    out["signals_macro_auprc"] = round(float(np.mean(found)), 4) if found else None
    return out


def signals(chats, scores, draws):
    out = {}
    for signal in SIGNALS:
        gold = [signal in c["messages"][m["index"]]["signals"] for c, s in zip(chats, scores) for m in s["messages"]]
        said = [m["signals"][signal] for s in scores for m in s["messages"]]
        out[signal] = round(float(average_precision_score(gold, said)), 4) if any(gold) else None
    return out


def by_source(chats, scores):
    """Counts of bands per source and label; an interval by group for the share of alarms."""
    out = {}
    for key in dict.fromkeys((c["source"], c["risk"]) for c in chats):
        part = [(c, s) for c, s in zip(chats, scores) if (c["source"], c["risk"]) == key]
        up = np.array([s["band"] in ("look", "look now") for _, s in part])
        draws = list(resamples([c.get("group") or c["id"] for c, _ in part]))
        bands = {b: int(sum(s["band"] == b for _, s in part)) for b in ("look now", "look", "quiet", "cannot say")}
        out[f"{key[0]} risk {key[1]}"] = {"n": len(part), **bands, "alarms": with_interval(lambda d: float(up[d].mean()), part, draws)}
    return out


def in_time(chats, scores, window=3):
    counts = {"premature": 0, "timely": 0, "late": 0, "missed": 0}
    for chat, s in zip(chats, scores):
        if not chat["risk"]:
            continue
        first = s["first_warning"]
        if first is None:
            counts["missed"] += 1
        else:
            d = first["index"] - chat["onset"]
            counts["premature" if d < 0 else "timely" if d <= window else "late"] += 1
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", required=True)
    parser.add_argument("--train", help="train.jsonl, for the TF-IDF row beside ours")
    parser.add_argument("--model")
    parser.add_argument("--rushlight", default="target/release/rushlight")
    parser.add_argument("--json", help="file for the result")
    parser.add_argument("--by-source", action="store_true", help="only count bands per source; for chats without message labels")
    args = parser.parse_args()
    chats = [json.loads(line) for line in open(args.labels, encoding="utf-8")]
    scores = score(args.rushlight, args.model, args.labels)
    assert [c["id"] for c in chats] == [s["id"] for s in scores], "the scores are not of these chats"
    train = [json.loads(line) for line in open(args.train, encoding="utf-8")] if args.train else []
    written = [c for c in train if not c.get("weak") and c.get("turn") == 0]
    result = by_source(chats, scores) if args.by_source else measure(chats, scores, written)
    result["model"] = scores[0]["model"]
    text = json.dumps(result, indent=1)
    print(text)
    if args.json:
        pathlib.Path(args.json).write_text(text + "\n")


if __name__ == "__main__":
    main()
