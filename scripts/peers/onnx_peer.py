"""What a user of ONNX Runtime would get from the same machine: every message of some chats through all-MiniLM-L6-v2 in int8.

    python3 scripts/peers/export_onnx.py FOLDER
    python3 scripts/peers/onnx_peer.py chats.jsonl --model FOLDER [--threads 2] [--repeat 3] [--name minilm-f32.onnx]

The counterpart of scripts/reference/sentence_transformers_peer.py, with the same JSON: the median of the repeats, tokenizing included
and loading not, and the peak of resident memory. It embeds each message alone.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chats", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--name", default="minilm-int8.onnx")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if args.threads > 1 else "false"
    os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    started = time.perf_counter()
    import onnxruntime
    from minilm_onnx import Encoder

    encoder = Encoder(args.model, args.threads, args.name)
    loading = time.perf_counter() - started
    lines = args.chats.read_text(encoding="utf-8").splitlines()
    chats = [[m.get("text") or "" for m in json.loads(line)["messages"]] for line in lines if line.strip()]
    texts = [text for chat in chats for text in chat]
    encoder.encode(texts[:args.batch])
    seconds = []
    for _ in range(args.repeat):
        started = time.perf_counter()
        encoder.encode(texts, args.batch)
        seconds.append(time.perf_counter() - started)
    median = statistics.median(seconds)
    print(json.dumps({
        "peer": f"onnxruntime {onnxruntime.__version__}, all-MiniLM-L6-v2, {args.name}",
        "threads": args.threads, "batch": args.batch, "chats": len(chats), "messages": len(texts), "repeats": args.repeat,
        "loading_seconds": round(loading, 2), "seconds": round(median, 3),
        "chats_per_second": round(len(chats) / median, 2), "messages_per_second": round(len(texts) / median, 1),
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10),
    }, indent=1))


if __name__ == "__main__":
    main()
