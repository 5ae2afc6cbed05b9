"""What the timed peers have in common: the chats, the rounds, and one JSON object to set beside `rushlight score` on the same file."""
import argparse
import json
import os
import pathlib
import resource
import statistics
import sys
import time


def run(doc, load, **more):
    """Time every message of some chats through a peer. `load(args)` gives its name and a function from texts to vectors, `more` are options of its own with their defaults
    (None: required). Printed are the medians of the repeats, after one batch to warm up, tokenizing included and loading not, and the peak of resident memory."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chats", type=pathlib.Path, help="a conversation a line, messages[].text")
    for name, default in {"threads": 2, "batch": 32, "repeat": 3, **more}.items():
        parser.add_argument(f"--{name}", type=type(default) if default is not None else str, default=default, required=default is None)
    args = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if args.threads > 1 else "false"
    os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    started = time.perf_counter()
    name, encode = load(args)
    loading = time.perf_counter() - started
    lines = args.chats.read_text(encoding="utf-8").splitlines()
    chats = [[m.get("text") or "" for m in json.loads(line)["messages"]] for line in lines if line.strip()]
    texts = [text for chat in chats for text in chat]
    if not texts:
        sys.exit(f"error: no messages in {args.chats}")
    encode(texts[:args.batch])
    seconds, processor = [], []
    for _ in range(args.repeat):
        started, used = time.perf_counter(), time.process_time()
        encode(texts)
        seconds.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
    median = statistics.median(seconds)
    print(json.dumps({
        "peer": name, "threads": args.threads, "batch": args.batch, "chats": len(chats), "messages": len(texts), "repeats": args.repeat,
        "loading_seconds": round(loading, 2), "seconds": round(median, 3), "processor_seconds": round(statistics.median(processor), 3),
        "chats_per_second": round(len(chats) / median, 2), "messages_per_second": round(len(texts) / median, 1),
        # Kilobytes on Linux, bytes on macOS.
        "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)),
    }, indent=1))
