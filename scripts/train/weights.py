"""Weights of the network in files: checkpoints of training, and model folders.

A checkpoint (.npz) holds the matrices of the encoder as Q8_0 does (blocks of 32 values: one scale in F16, values in eight bits) and the rest in F32: a quarter of the
size, so that it is easily carried to a machine with a GPU and back, and what model.gguf rounds to anyway: rounding again changes nothing. The word vectors are not
trained and mostly left out.
"""
import pathlib

import numpy as np
import torch

BLOCK = 32
WORDS = "encoder.words.weight"


def read(path):
    """State of `model.Model` by name, as F32; WORDS may be missing."""
    path = pathlib.Path(path)
    return released(path) if path.is_dir() else thick(np.load(path))


def thin(state, path, words=False):
    """Write a state as a checkpoint; `words`: with the word vectors."""
    found = {}
    for name, value in state.items():
        value = value.detach().float().cpu().numpy()
        if name == WORDS or value.ndim == 2 and name.startswith("encoder.layers.") and name.endswith(".weight"):
            if words or name != WORDS:
                found[f"{name}:q"], found[f"{name}:s"] = eight_bits(value)
        else:
            found[name] = value
    np.savez_compressed(path, **found)


def eight_bits(value):
    """A matrix as values of eight bits, and the scale of each block."""
    blocks = value.reshape(len(value), -1, BLOCK)
    scales = np.abs(blocks).max(-1, keepdims=True) / 127
    return np.rint(blocks / np.where(scales > 0, scales, 1)).astype(np.int8).reshape(value.shape), scales[..., 0].astype(np.float16)


def thick(file):
    """The state in a checkpoint."""
    state = {}
    for name in file.files:
        if name.endswith(":q"):
            scales = file[f"{name[:-2]}:s"].astype(np.float32)[..., None]
            state[name[:-2]] = torch.from_numpy((file[name].reshape(*scales.shape[:-1], BLOCK) * scales).reshape(file[name].shape))
        elif not name.endswith(":s"):
            state[name] = torch.from_numpy(file[name])
    return state


def released(folder):
    """Of a model folder (`model.gguf`, `head.safetensors`)."""
    import gguf
    from safetensors.numpy import load_file
    reader = gguf.GGUFReader(str(folder / "model.gguf"))
    found = {t.name: torch.from_numpy(np.array(gguf.dequantize(t.data, t.tensor_type), np.float32)) for t in reader.tensors}
    state = {f"head.{name}": torch.from_numpy(value) for name, value in load_file(str(folder / "head.safetensors")).items() if not name.startswith("words.")}
    state |= {WORDS: found["token_embd.weight"], "encoder.places.weight": found["position_embd.weight"], "encoder.types.weight": found["token_types.weight"]}
    layers = 1 + max(int(name.split(".")[1]) for name in found if name.startswith("blk."))
    terms = reader.get_field("rushlight.context.terms").contents()
    for end in ("weight", "bias"):
        state[f"encoder.norm.{end}"] = found[f"token_embd_norm.{end}"]
        for i in range(layers):
            state[f"encoder.layers.{i}.qkv.{end}"] = torch.cat([found[f"blk.{i}.attn_{part}.{end}"] for part in "qkv"])
            for ours, theirs in (("out", "attn_output"), ("out_norm", "attn_output_norm"), ("up", "ffn_up"), ("down", "ffn_down"), ("down_norm", "layer_output_norm")):
                state[f"encoder.layers.{i}.{ours}.{end}"] = found[f"blk.{i}.{theirs}.{end}"]
    heads = reader.get_field("bert.attention.head_count").contents()
    for i, values in enumerate(np.array(terms, np.float32).reshape(layers, heads, -1)):
        state[f"encoder.layers.{i}.terms"] = torch.from_numpy(values.copy())
    return state


def mean_of(paths, shares=None, head_shares=None):
    """The mean of files that began from the same weights (Wortsman et al. 2022), by their shares, or all alike; of one file its weights. The head may have shares of its own."""
    shares = shares or [1 / len(paths)] * len(paths)
    head_shares = head_shares or shares
    for each in (shares, head_shares):
        assert len(each) == len(paths) and abs(sum(each) - 1) < 1e-6, "a share for each checkpoint, together 1"
    states = [read(path) for path in paths]
    mean = lambda name, shares: sum(share * state[name] for state, share in zip(states, shares))
    return {name: mean(name, head_shares if name.startswith("head.") else shares) for name in states[0] if all(name in state for state in states)}


def fill(model, state, words=False):
    """Load a state into a model; unless it must bring the `words`, the model keeps its own where the state lacks them."""
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and set(missing) <= (set() if words else {WORDS}), (missing, unexpected)
