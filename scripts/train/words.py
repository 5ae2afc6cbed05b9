"""What the words alone say: a linear model of pieces of words and pairs of them, beside the network. The Rust code (src/head/words.rs) computes the same.

Of all that was read so far, each piece of a word and each pair of neighbours within a message falls into one of BUCKETS by a hash; a bucket counts 1 + ln of how often it came,
times how rare it is, and all buckets together have length 1. A logistic regression on that gives a logit, which counts in full only after many pieces: n / (n + HALF).
"""
import collections

import numpy as np
import torch
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

BUCKETS = 1 << 16
HALF = 50  # pieces of words after which it counts by half
MOST = 1.5  # most that it adds or takes, in logits: years of harmless words must not talk an alarm away
MARKS = (101, 102)  # around each message in BERT's vocabulary
STRENGTH = 10.0  # inverse of the regularisation, scikit-learn's C


def buckets(first, second):
    """Of pairs of ids; of single ids where `second` is 0, which no piece of a word is."""
    mixed = np.asarray(first, np.uint32) * np.uint32(0x9E3779B1) + np.asarray(second, np.uint32)
    mixed ^= mixed >> np.uint32(15)
    return (mixed * np.uint32(0x85EBCA77)) >> np.uint32(16)


def found(chat):
    """The buckets of a chat in order, and after how many of them each of its pieces ends; likewise the number of pieces of words by then."""
    ids, ends = chat["ids"].numpy(), torch.cumsum(chat["lengths"], 0).numpy()
    word = ~np.isin(ids, MARKS)
    piece = np.repeat(np.arange(len(ends)), chat["lengths"].numpy())
    both = word[:-1] & word[1:] & (piece[:-1] == piece[1:])
    of, where = np.concatenate([ids[word], ids[:-1][both]]), np.concatenate([piece[word], piece[:-1][both]])
    after = np.concatenate([np.zeros(word.sum(), ids.dtype), ids[1:][both]])
    order = where.argsort(kind="stable")
    count = np.bincount(where, minlength=len(ends)).cumsum()
    return buckets(of, after)[order], count, np.bincount(piece[word], minlength=len(ends)).cumsum()


def fit(chats):
    """Weights [BUCKETS], rarities [BUCKETS] and a shift, by labelled chats of `pack.load`."""
    counts = [np.unique(found(chat)[0], return_counts=True) for chat in chats]
    seen = np.bincount(np.concatenate([which for which, _ in counts]), minlength=BUCKETS)
    rarity = np.log((1 + len(chats)) / (1 + seen)) + 1
    rows = [(1 + np.log(n)) * rarity[which] for which, n in counts]
    values = np.concatenate([row / np.linalg.norm(row) for row in rows])
    ends = np.cumsum([0] + [len(which) for which, _ in counts])
    matrix = csr_matrix((values, np.concatenate([which for which, _ in counts]), ends), (len(chats), BUCKETS))
    model = LogisticRegression(C=STRENGTH, max_iter=3_000).fit(matrix, [chat["risk"] for chat in chats])
    return model.coef_[0].astype(np.float32), rarity.astype(np.float32), np.float32(model.intercept_[0])


def logits(fitted, chat):
    """What the words of a chat add to its risk so far, after each of its pieces [P]."""
    weights, rarity, shift = (np.asarray(part, np.float64) for part in fitted)
    which, ends, words = found(chat)
    times, product, squares, out, at = collections.Counter(), 0.0, 0.0, [], 0
    for end, n in zip(ends, words):
        for b in which[at:end].tolist():
            before = (1 + np.log(times[b])) * rarity[b] if times[b] else 0.0
            times[b] += 1
            now = (1 + np.log(times[b])) * rarity[b]
            product, squares = product + (now - before) * weights[b], squares + now * now - before * before
        at = end
        out.append((product / np.sqrt(squares) + shift) * n / (n + HALF) if n else 0.0)
    return np.clip(out, -MOST, MOST)


def beside(fitted, chats, outputs):
    """Outputs of the network [P, 18] with what the words add as one more column."""
    return [torch.cat([output, torch.from_numpy(logits(fitted, chat)).float()[:, None]], 1) for chat, output in zip(chats, outputs)]
