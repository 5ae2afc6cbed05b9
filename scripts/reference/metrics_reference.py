"""Expected numbers for tests/metrics.rs: python3 scripts/reference/metrics_reference.py > tests/fixtures/metrics/expected.json

Random and degenerate inputs, judged by scikit-learn, scipy and numpy (see requirements below). A metric whose denominator is 0 is null here as
there, where scikit-learn would warn and answer 0. Needs numpy 2, scipy 1.14 or later, scikit-learn 1.5 or later.
"""
import json
import warnings

import numpy as np
import scipy
import sklearn
from scipy import special, stats
from sklearn import metrics as sk

warnings.simplefilter("ignore")
RESAMPLES, SEED, MASK = 2_000, 20260, (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15


class SplitMix:
    """The generator of src/metrics/bootstrap.rs, so that scikit-learn judges the very same resamples."""

    def __init__(self, seed, stream):
        self.state = seed ^ (stream * STEP & MASK)
        self.state = self.next()

    def next(self):
        self.state = (self.state + STEP) & MASK
        z = ((self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return (self.next() * n) >> 64


def draws(groups):
    members = {}
    for i, g in enumerate(groups):
        members.setdefault(int(g), []).append(i)
    members = list(members.values())
    for r in range(RESAMPLES):
        rng = SplitMix(SEED, r)
        yield np.array([i for _ in members for i in members[rng.below(len(members))]], dtype=int)


def both(y):
    return len(set(y.tolist())) == 2


def f(y, d, beta):
    tp, found, wanted = int((y & d).sum()), int(d.sum()), int(y.sum())
    return float(sk.fbeta_score(y, d, beta=beta)) if tp and found and wanted else None


def recall_at(y, s, budget):
    if not both(y):
        return None
    fpr, tpr, _ = sk.roc_curve(y, s, drop_intermediate=False)
    return float(tpr[fpr <= budget].max())


def ece(y, p):
    if not len(y):
        return None
    order = np.lexsort((y, p))
    parts = np.array_split(order, min(15, len(y)))
    return float(sum(len(b) / len(y) * abs(y[b].mean() - p[b].mean()) for b in parts))


def interval(metric, resamples):
    values = [v for v in map(metric, resamples) if v is not None]
    return [float(v) for v in np.percentile(values, [2.5, 97.5])] + [len(values)] if values else None


def paired(a, b):
    return a - b if a is not None and b is not None else None


def case(name, y, s, groups):
    y, s = np.asarray(y, dtype=int), np.asarray(s, dtype=float)
    d = (s >= 0.5).astype(int)
    resamples = list(draws(groups)) if len(y) else []
    auroc = lambda i: float(sk.roc_auc_score(y[i], s[i])) if both(y[i]) else None
    auroc_of = lambda i, of: float(sk.roc_auc_score(y[i], of[i])) if both(y[i]) else None
    auprc = lambda i: float(sk.average_precision_score(y[i], s[i])) if y[i].any() else None
    every = np.arange(len(y))
    out = {"auroc": auroc(every), "auprc": auprc(every), "mannwhitney": None,
           "recall_at_0.001": recall_at(y, s, 0.001), "recall_at_0.01": recall_at(y, s, 0.01), "recall_at_0.1": recall_at(y, s, 0.1),
           "precision": float(sk.precision_score(y, d)) if d.any() else None, "recall": float(sk.recall_score(y, d)) if y.any() else None,
           "fpr": float(d[y == 0].mean()) if (y == 0).any() else None,
           "f0.5": f(y, d, 0.5), "f1": f(y, d, 1), "f2": f(y, d, 2), "f3": f(y, d, 3),
           "brier": float(np.mean((s - y) ** 2)) if len(y) else None, "nll": float(sk.log_loss(y, np.clip(s, 2**-52, 1 - 2**-52), labels=[0, 1])) if len(y) else None,
           "ece": ece(y, s), "kappa": None, "auroc_interval": interval(auroc, resamples), "auprc_interval": interval(auprc, resamples),
           "auroc_paired": interval(lambda i: paired(auroc(i), auroc_of(i, np.abs(s - 0.25))), resamples),
           "median": float(np.median(s)) if len(y) else None, "macro": None, "spread": None, "sets": None}
    by_group = [float(d[np.asarray(groups) == g].mean()) for g in sorted(set(groups))] if len(y) else []
    if len(by_group) > 1:
        out["spread"] = float(np.ptp(by_group))
    precisions = [float(sk.average_precision_score(y == k, s)) for k in (0, 1) if (y == k).any()]
    if precisions:
        out["macro"] = float(np.mean(precisions))
    if d.any() and y.any() and (d & y).any():
        out["sets"] = [float(sk.precision_score(y, d)), float(sk.recall_score(y, d)), float(sk.fbeta_score(y, d, beta=0.5)), float(sk.fbeta_score(y, d, beta=3))]
    if both(y):
        out["mannwhitney"] = float(stats.mannwhitneyu(s[y == 1], s[y == 0]).statistic / (y.sum() * (1 - y).sum()))
    if len(set(y.tolist()) | set(d.tolist())) == 2:
        out["kappa"] = float(sk.cohen_kappa_score(y, d))
    return {"name": name, "labels": [bool(v) for v in y], "scores": [float(v) for v in s], "groups": [int(g) for g in groups], "expected": out}


def shifts(rng):
    rows = rng.uniform(0.01, 0.99, (6, 3))
    return [{"p": p, "train": a, "deploy": b, "expected": float(special.expit(special.logit(p) + special.logit(b) - special.logit(a)))} for p, a, b in rows.tolist()]


def main():
    rng = np.random.default_rng(SEED)
    n = 60
    y, pairs = rng.integers(0, 2, n), np.arange(n) // 2
    cases = [
        case("random", y, rng.random(n), pairs),
        case("informative", y, np.clip(0.3 * y + 0.7 * rng.random(n), 0, 1), pairs),
        case("ties", y, np.round(np.clip(0.3 * y + 0.7 * rng.random(n), 0, 1), 1), pairs),
        case("all equal", y[:20], np.full(20, 0.5), np.arange(20)),
        case("perfect", y[:20], y[:20].astype(float), np.arange(20)),
        case("reversed", y[:20], 1.0 - y[:20], np.arange(20)),
        case("one class, positive", np.ones(8), rng.random(8), np.arange(8)),
        case("one class, negative", np.zeros(8), rng.random(8), np.arange(8)),
        case("one of each", [1, 0], [0.2, 0.9], [0, 1]),
        case("rare", (np.arange(n) == 7), rng.random(n), pairs),
        case("uneven groups", y, np.clip(0.2 * y + 0.8 * rng.random(n), 0, 1), np.sqrt(np.arange(n)).astype(int)),
        case("nothing", [], [], []),
    ]
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    print(json.dumps({"made_by": "scripts/reference/metrics_reference.py", "versions": versions, "resamples": RESAMPLES, "seed": SEED,
                      "cases": cases, "shifts": shifts(rng)}, indent=0))


if __name__ == "__main__":
    main()
