"""What training watches, on chats with all labels. A conversation's score is the risk so far at its end."""
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from model import SIGNALS


FALL = 2.0  # how far the risk so far may fall below its highest, in logits; chosen on dev


def so_far(output):
    """The risk so far at each piece, as the program gives it; `words.beside` puts what the words add behind the network's outputs."""
    risk, words = output[:, 10].numpy(), output[:, 18:].numpy().sum(1)
    return np.maximum(risk, np.maximum.accumulate(risk) - FALL) + words


def auroc(labels, scores):
    return float(roc_auc_score(labels, scores)) if len(set(labels)) == 2 else None


def judge(chats, outputs):
    """`outputs`: one tensor of logits per chat."""
    labels = np.array([c["risk"] for c in chats])
    scores = np.array([float(so_far(o)[-1]) for o in outputs])
    out = {"n": len(chats), "risky": int(labels.sum()), "auroc": auroc(labels, scores),
           "auprc": float(average_precision_score(labels, scores)), "length_auroc": auroc(labels, [len(c["lengths"]) for c in chats])}
    gold = np.concatenate([c["signals"].numpy() for c in chats])
    said = np.concatenate([o[:, :10].numpy() for o in outputs])
    out["signals"] = {s: float(average_precision_score(gold[:, i], said[:, i])) if gold[:, i].any() else None for i, s in enumerate(SIGNALS)}
    found = [v for v in out["signals"].values() if v is not None]
    out["signals_macro_auprc"] = float(np.mean(found))
    out["concern_exact"] = float(np.mean([set(c["concern_names"]) == concern(c, o) for c, o in zip(chats, outputs) if c["risk"]]))
    for budget in (0.05, 0.1):
        out[f"recall_at_fpr_{budget}"], out[f"threshold_at_fpr_{budget}"] = recall_at(labels, scores, budget)
    out["in_time"] = in_time(chats, outputs, out["threshold_at_fpr_0.1"])
    return out


def concern(chat, output):
    """The speaker with the highest mean concern, and every other above one half."""
    mean = [float(output[:, 17][chat["speakers"] == number].mean()) for number in range(len(chat["names"]))]
    return {name for name, m in zip(chat["names"], mean) if m == max(mean) or m > 0}


def recall_at(labels, scores, budget):
    negatives = np.sort(scores[labels == 0])[::-1]
    threshold = float(negatives[int(budget * len(negatives))])
    return float(np.mean(scores[labels == 1] > threshold)), threshold


def in_time(chats, outputs, threshold, window=3):
    """Shares of risky chats whose warning that stays up is premature, timely, late or missing."""
    counts = {"premature": 0, "timely": 0, "late": 0, "missed": 0}
    risky = [(c, o) for c, o in zip(chats, outputs) if c["risk"]]
    for c, o in risky:
        down = np.flatnonzero(so_far(o) <= threshold)
        start = down[-1] + 1 if len(down) else 0
        if start == len(o):
            counts["missed"] += 1
            continue
        first = int(c["message"][int(start)])
        counts["premature" if first < c["onset"] else "timely" if first <= c["onset"] + window else "late"] += 1
    return {k: v / len(risky) for k, v in counts.items()}


def report(m):
    time = " ".join(f"{k} {v:.2f}" for k, v in m["in_time"].items())
    return (f"n {m['n']} ({m['risky']} risky) AUROC {m['auroc']:.3f} (length {m['length_auroc']:.3f}) AUPRC {m['auprc']:.3f} "
            f"recall@5% {m['recall_at_fpr_0.05']:.2f} @10% {m['recall_at_fpr_0.1']:.2f} signals {m['signals_macro_auprc']:.3f} "
            f"concern {m['concern_exact']:.2f} | {time}")
