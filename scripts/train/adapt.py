"""Let the backbone read chats before it is trained on labels: python3 scripts/train/adapt.py --data DIR --base DIR --out DIR

Masked words are to be guessed from the rest of their message and the messages that it looks back to (Devlin et al. 2019; Gururangan et al. 2020), on adapt.npz and the chats
of train.npz, whose labels are not looked at. The layer that guesses is thrown away. Writes checkpoint.npz, for `train.py --start`.
"""
import dataclasses
import itertools
import math
import time

import torch
import torch.nn.functional as F
from torch import nn

from pack import collate, load
from train import MASK, base_folder, batches, begin, beginning, is_word, optimizer_for, paced, set_rates, stretch
from weights import thin


@dataclasses.dataclass
class Knobs:
    """Everything that may be turned; `--set NAME=VALUE` turns one."""
    seed: int = 20261
    steps: int = 2_500
    seconds: float = math.inf  # ends sooner if these are over
    batch: int = 64  # chats in one step, fewer when they are long
    most_tokens: int = 32_000
    pieces: int = 160  # longest stretch of a chat
    tokens: int = 1_400
    share: float = 0.2  # of the words that are to be guessed
    drop: float = 0.0
    rate_encoder: float = 2.5e-4
    rate_terms: float = 3e-3
    rate_head: float = 1e-3
    weight_decay: float = 0.01
    warm_up: float = 0.06


class Guess(nn.Module):
    """From what the encoder makes of a token to logits over the vocabulary, by way of the word vectors."""

    def __init__(self, width, vocabulary):
        super().__init__()
        self.dense, self.norm, self.bias = nn.Linear(width, width), nn.LayerNorm(width), nn.Parameter(torch.zeros(vocabulary))

    def forward(self, x, words):
        return self.norm(F.gelu(self.dense(x))) @ words.T + self.bias


def hide(ids, share, vocabulary):
    """Ids of which some words are masked (eight of ten), another word (one) or as they were (one), and which these are."""
    draw = torch.rand(ids.shape, device=ids.device)
    hit = (draw < share) & is_word(ids)
    hidden = torch.where(hit & (draw < 0.8 * share), MASK, ids)
    other = hit & (draw >= 0.9 * share)
    return torch.where(other, torch.randint(1000, vocabulary, ids.shape, device=ids.device), hidden), hit


def stream(chats, knobs, rng):
    while True:
        yield from batches([[chat] for chat in chats], knobs, rng)


def main():
    args, knobs, device, rng = begin(Knobs(), __doc__)
    chats = [dict(chat, onset=None) for part in ("adapt", "train") for chat in load(args.data / f"{part}.npz")]
    model = beginning(args.base or base_folder(), args.start).to(device)
    words = model.encoder.words.weight
    guess = Guess(words.shape[1], words.shape[0]).to(device)
    optimizer = optimizer_for(model, knobs)
    optimizer.add_param_group({"params": list(guess.parameters()), "lr": knobs.rate_head})
    peaks, started, losses = [group["lr"] for group in optimizer.param_groups], time.time(), []
    for done, share, units in paced(stream(chats, knobs, rng), knobs):
        set_rates(optimizer, peaks, share, knobs)
        batch = collate([stretch(chat, knobs, rng) for [chat] in units], device)
        hidden, hit = hide(batch["ids"], knobs.share, len(words))
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            x = model.encoder.tokens(batch | {"ids": hidden}, knobs.drop)
            loss = F.cross_entropy(guess(x[hit], words).float(), batch["ids"][hit])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(itertools.chain(model.parameters(), guess.parameters()), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.detach())
        if done % 200 == 0 or share >= 1:
            print(f"{done} steps, loss {float(torch.stack(losses).mean()):.4f}, {time.time() - started:.0f} s", flush=True)
            losses.clear()
    thin(model.state_dict(), args.out / "checkpoint.npz")


if __name__ == "__main__":
    main()
