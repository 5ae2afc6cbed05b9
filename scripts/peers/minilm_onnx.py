"""all-MiniLM-L6-v2 in ONNX Runtime, as its users would write it: batches of 32, sorted by length, padded. Encoder(folder, threads).encode(texts)."""
import pathlib

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

MOST = 256


class Encoder:
    def __init__(self, folder, threads, name="minilm-int8.onnx"):
        folder = pathlib.Path(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(folder / name, options, providers=["CPUExecutionProvider"])
        self.wanted = {i.name for i in self.session.get_inputs()}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(MOST)
        self.tokenizer.no_padding()

    def batch(self, rows):
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
        for to, row in zip(ids, rows):
            to[:len(row)] = row
        mask = (np.arange(ids.shape[1]) < np.array([[len(row)] for row in rows])).astype(np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states, = self.session.run(None, {name: value for name, value in inputs.items() if name in self.wanted})
        weights = mask[:, :, None].astype(np.float32)
        mean = (states * weights).sum(1) / weights.sum(1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def encode(self, texts, size=32):
        rows = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
        out = [None] * len(rows)
        for start in range(0, len(order), size):
            part = order[start:start + size]
            for at, vector in zip(part, self.batch([rows[at] for at in part])):
                out[at] = vector
        return np.stack(out)
