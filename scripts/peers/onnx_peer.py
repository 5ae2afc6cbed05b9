"""What a user of ONNX Runtime would get from the same machine: every message of some chats, each alone, through all-MiniLM-L6-v2 in int8.

    python3 scripts/peers/export_onnx.py FOLDER
    python3 scripts/peers/onnx_peer.py chats.jsonl --model FOLDER [--threads 2] [--repeat 3] [--name minilm-f32.onnx]
"""
import pathlib

import timed


def load(args):
    import onnxruntime
    from minilm_onnx import Encoder

    encoder = Encoder(pathlib.Path(args.model), args.threads, args.name)
    return f"onnxruntime {onnxruntime.__version__}, all-MiniLM-L6-v2, {args.name}", lambda texts: encoder.encode(texts, args.batch)


if __name__ == "__main__":
    timed.run(__doc__, load, model=None, name="minilm-int8.onnx")
