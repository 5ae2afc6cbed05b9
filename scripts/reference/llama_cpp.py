"""Do llama.cpp and rushlight make the same vectors of the same GGUF? One line a sentence, then the lowest cosine.

    scripts/reference/llama_cpp.sh FOLDER
    cargo build --release --example vectors
    python3 scripts/reference/llama_cpp.py --llama FOLDER/bin/llama-embedding --model models/rushlight-small

llama.cpp knows nothing of the look back, whose terms are metadata to it, so each sentence is compared as the first of its own
conversation. Both sides use their own tokenizer; where the ids differ, they are shown. llama.cpp's vectors come in seven decimals,
its Q8_0 products from activations rounded to eight bits: with an F32 or F16 GGUF the two agree more closely. Exit code 1 when
ids differ or a cosine is below --least. Sentences are read from --texts, one a line; some are built in.
"""
import argparse
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

TEXTS = [
    "hi! did the cake survive the train ride?", "mostly, one corner is flat now", "ok", "see you at 6 then :)",
    "who is fetching grandma from the station?", "me, her train comes in at 15:40 on platform 2", "THE MORE THE MERRIER!!!",
    "don't forget the blue tablecloth & eleven plates (not twelve)", "Café Zoë is naïve about crème brûlée prices: €4.50",
    "we rehearse on tuesdays, bring water, a pencil and your ukulele; the tortoise is optional", "明天见 and good luck",
    "party \U0001f382 starts at half past four", "supercalifragilisticexpialidocious", "[CLS] is not a word, neither is [SEP]", "a  double  space\tand a tab",
]


def theirs(binary, model, texts, pooling):
    """Token ids and vectors, as llama-embedding prints them."""
    # Joined by a mark, since a sentence may hold anything but that.
    mark = "<#sep#>"
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(mark.join(texts))
        file.flush()
        command = [str(binary.resolve()), "-m", str(model), "-f", file.name, "--pooling", pooling, "--embd-normalize", "-1", "--embd-separator", mark,
                   "--embd-output-format", "array", "-c", "512", "-b", "512", "-ub", "512", "-fit", "off", "-t", "2"]
        # Twice, since the tokens come from a thread of their own and would now and then stand in the middle of the vectors.
        done, vectors = [subprocess.run(command + extra, capture_output=True, text=True, encoding="utf-8", errors="replace") for extra in (["--verbose-prompt"], [])]
    for run in (done, vectors):
        if run.returncode:
            sys.exit(f"error: llama-embedding exited with {run.returncode}:\n{run.stderr[-2000:]}")
    counts = [int(n) for n in re.findall(r"number of tokens in prompt = (\d+)", done.stderr)]
    flat = iter([int(n) for n in re.findall(r"^ *(\d+) -> '", done.stdout, re.M)])
    ids = [[next(flat, None) for _ in range(n)] for n in counts]
    found = re.search(r"^(\[\[.*\]\])$", vectors.stdout, re.M)
    if found is None or len(ids) != len(texts):
        sys.exit(f"error: the output of llama-embedding was not understood:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    return ids, json.loads(found[1])


def ours(binary, folder, texts):
    done = subprocess.run([str(binary.resolve()), str(folder)], input="".join(t + "\n" for t in texts), stdout=subprocess.PIPE, check=True, text=True, encoding="utf-8")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return [row["ids"] for row in rows], [row["vector"] for row in rows]


def cosine(a, b):
    dot = lambda x, y: math.fsum(p * q for p, q in zip(x, y, strict=True))
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--llama", type=pathlib.Path, required=True, help="llama-embedding")
    parser.add_argument("--vectors", type=pathlib.Path, default=pathlib.Path("target/release/examples/vectors"))
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder with model.gguf and tokenizer.json, or the GGUF of a decoder")
    parser.add_argument("--pooling", choices=["mean", "last"], default="mean", help="last for a decoder")
    parser.add_argument("--texts", type=pathlib.Path)
    parser.add_argument("--least", type=float, default=0.999)
    args = parser.parse_args()
    texts = args.texts.read_text(encoding="utf-8").splitlines() if args.texts else TEXTS
    gguf = args.model if args.model.is_file() else args.model / "model.gguf"
    their_ids, their_vectors = theirs(args.llama, gguf, texts, args.pooling)
    our_ids, our_vectors = ours(args.vectors, args.model, texts)
    worst, differ = 1.0, 0
    for text, a, b, x, y in zip(texts, our_ids, their_ids, our_vectors, their_vectors, strict=True):
        near = cosine(x, y)
        if a == b:
            worst = min(worst, near)
        else:
            differ += 1
        print(f"{near:.6f}  {len(a):3} tokens  {text}")
        if a != b:
            print(f"          rushlight {a}\n          llama.cpp {b}")
    print(f"{len(texts)} sentences; {differ} read as other tokens; lowest cosine of the rest {worst:.6f}")
    sys.exit(1 if differ or worst < args.least else 0)


if __name__ == "__main__":
    main()
