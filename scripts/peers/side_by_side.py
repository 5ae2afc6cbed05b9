"""rushlight and its peers in turn on one machine; scripts/bench_peers.sh makes everything ready and calls this.

Each round runs ours, then a peer, then ours again before the next, every run a process of its own. What is told is the median over the rounds with
the lowest and the highest, and the median of the rounds' own ratios.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import statistics
import sys
import traceback

import sides

SECTIONS = ["encoder", "process", "decoder", "decoder-avx2"]


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "values": values}


def row(section, what, unit, ours, peer, theirs, **more):
    """One comparison. A rate is better when higher, all else when lower; the ratio says how often ours is better."""
    better = [(a / b) if unit.endswith("/s") else (b / a) for a, b in zip(ours, theirs, strict=True)]
    return {"section": section, "what": what, "unit": unit, "peer": peer,
            "rushlight": spread(ours), "theirs": spread(theirs), "times_better": spread(better), **more}


def encoder(args, us):
    peers = {
        "ONNX Runtime, int8, batches of 32": lambda: sides.messages_per_second(
            sides.HERE / "onnx_peer.py", args.chats, args.threads, "--model", args.onnx),
        "sentence-transformers, F32, batches of 32": lambda: sides.messages_per_second(
            sides.HERE / "sentence_transformers_peer.py", args.chats, args.threads),
        "llama-embedding, the same GGUF": lambda: sides.llama_embedding(args.llama / "bin", args.encoder, args.chats, args.threads),
    }
    for name, peer in peers.items():
        rates, whole = [], []
        for _ in range(args.rounds):
            ours, (theirs, ran) = us.chats(args.chats), peer()
            rates.append((ours, theirs))
            whole.append((us.score(args.chats), ran))
        yield row("encoder", "every message of the chats", "messages/s", *(side(rates, 0), name, side(rates, 1)))
        memory = [(a.peak_mib, b.peak_mib) for a, b in whole]
        yield row("encoder", "the whole program, peak memory", "MiB", *(side(memory, 0), name, side(memory, 1)))


def process(args, us):
    chat = sides.HERE / "thirty.txt"
    embed = [sys.executable, sides.HERE / "embed_chat.py", chat, "--threads", args.threads]
    for name, command in {"sentence-transformers": embed, "ONNX Runtime, int8": [*embed, "--onnx", args.onnx]}.items():
        pairs = [(us.check(chat), sides.run(command)) for _ in range(args.rounds)]
        seconds = [(a.seconds, b.seconds) for a, b in pairs]
        yield row("process", "one chat of 30 messages, the whole program", "s", *(side(seconds, 0), name, side(seconds, 1)))
        memory = [(a.peak_mib, b.peak_mib) for a, b in pairs]
        yield row("process", "one chat of 30 messages, peak memory", "MiB", *(side(memory, 0), name, side(memory, 1)))


def decoder(args, kernel):
    """llama.cpp in each of its formats once, to find the best for each length; then that one and ours in turn."""
    section = "decoder-avx2" if kernel == "avx2" else "decoder"
    folder = args.llama / ("bin-avx2" if kernel == "avx2" else "bin")
    us = sides.Rushlight(args.rushlight, args.threads, kernel)
    formats = {(kind, flash): sides.llama_bench(folder, args.gguf / f"{args.shape}-{kind}.gguf", args.tokens, args.threads, flash)
               for kind in args.formats for flash in [0, 1]}
    found = [{"format": kind, "flash_attention": flash, "tokens": tokens, "tokens_per_second": rate, "peak_mib": peak}
             for (kind, flash), (rates, peak) in formats.items() for tokens, rate in rates.items()]
    ours = args.gguf / f"{args.shape}-{args.ours}.gguf"
    for tokens in args.tokens:
        kind, flash = max(formats, key=lambda key: formats[key][0][tokens])
        best = args.gguf / f"{args.shape}-{kind}.gguf"
        pairs = [(us.passes(ours, [tokens]), sides.llama_bench(folder, best, [tokens], args.threads, flash)) for _ in range(args.rounds)]
        name = f"llama.cpp, {kind.upper()}{', flash attention' if flash else ''}"
        rates = [(a[0][tokens], b[0][tokens]) for a, b in pairs]
        what = f"{args.shape} ({args.ours.upper()}{', both with AVX2 at most' if kernel else ''}), {tokens} tokens"
        yield row(section, what, "tok/s", *(side(rates, 0), name, side(rates, 1)), tried=found)
        memory = [(a[1], b[1]) for a, b in pairs]
        yield row(section, f"{what}, peak memory", "MiB", *(side(memory, 0), name, side(memory, 1)))


def side(pairs, which):
    return [pair[which] for pair in pairs]


def number(x):
    return f"{x:,.0f}" if x >= 100 else f"{x:.3g}"


def told(x):
    return f"{number(x['median'])} ({number(x['min'])} to {number(x['max'])})"


def markdown(result):
    machine = result["machine"]
    lines = [
        f"# Side by side on {machine['cpu']}", "",
        f"{machine['threads']} threads, {machine['kernel']} kernels, {result['date']}; {result['rounds']} rounds in turn, medians (lowest to highest). "
        f"Load before: {result['load_before']:.2f}.", "",
        "| what | rushlight | peer | | times better |", "|---|--:|---|--:|--:|"]
    for r in result["rows"]:
        lines.append(f"| {r['what']}, {r['unit']} | {told(r['rushlight'])} | {r['peer']} | {told(r['theirs'])} | {r['times_better']['median']:.2f} |")
    lines += [f"\nNot run: {name}: {why}" for name, why in result["not_run"].items()]
    return "\n".join(lines) + "\n"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ["rushlight", "llama", "gguf", "onnx", "encoder", "out"]:
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--chats", type=pathlib.Path)
    parser.add_argument("--only", choices=SECTIONS, action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--tokens", type=lambda text: [int(n) for n in text.split(",")], default=[128, 512, 2048])
    parser.add_argument("--shape", default="qwen3-0.6b")
    parser.add_argument("--formats", type=lambda text: text.split(","), default=["f16", "bf16", "q8_0", "q4_0", "q4_k_m"])
    parser.add_argument("--ours", default="q8_0", help="format that rushlight reads")
    return parser.parse_args()


def main():
    args = arguments()
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"warning: the load of this machine is {load:.1f}; what is measured now is noise", file=sys.stderr)
    us = sides.Rushlight(args.rushlight, args.threads)
    about = us.machine()
    result = {"date": datetime.date.today().isoformat(), "rushlight": about["rushlight"], "machine": about["machine"],
              "threads": args.threads, "rounds": args.rounds, "load_before": load, "rows": [], "not_run": {}}
    work = {"encoder": lambda: encoder(args, us), "process": lambda: process(args, us),
            "decoder": lambda: decoder(args, ""), "decoder-avx2": lambda: decoder(args, "avx2")}
    for section in args.only or SECTIONS:
        if section == "encoder" and args.chats is None:
            result["not_run"][section] = "no --chats"
            continue
        print(f"{section} …", file=sys.stderr, flush=True)
        try:
            for found in work[section]():
                result["rows"].append(found)
        except Exception as error:
            # One peer that fails must not cost what those before it gave.
            traceback.print_exc()
            result["not_run"][section] = f"{type(error).__name__}: {error}".splitlines()[0]
    name = re.sub(r"[^a-z0-9]+", "-", about["machine"]["cpu"].lower()).strip("-")
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / f"bench-{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    (args.out / f"bench-{name}.md").write_text(markdown(result))
    print(markdown(result))


if __name__ == "__main__":
    main()
