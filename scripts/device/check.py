"""What a card says and how fast, beside the processor of the same machine; see scripts/check_cuda.sh."""
import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = str(ROOT / "models" / "rushlight-small")


def run(command, **settings):
    """Standard output and error of a program, and its seconds; a failure ends everything with what it said."""
    started = time.time()
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **settings})
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nexit {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout, done.stderr, time.time() - started


def score(binary, device, precision, chats, copies):
    """Assessments of all chats; the files are read `copies` times over to time it. Seconds are those that rushlight states, loading left out."""
    command = [binary, "score", "--brief", "--model", MODEL, *[chats] * copies]
    out, err, wall = run(command, RUSHLIGHT_PRECISION=precision, RUSHLIGHT_DEVICE=device)
    stated = re.search(r"(\d+) conversations, (\d+) messages in ([\d.]+) s", err)
    lines = [json.loads(line) for line in out.splitlines()]
    return lines, {"conversations": int(stated[1]), "messages": int(stated[2]), "seconds": float(stated[3]), "wall_seconds": round(wall, 2)}


def compare(one, other):
    """How far two lists of assessments of the same chats lie apart."""
    assert [a["id"] for a in one] == [a["id"] for a in other]
    pairs = list(zip(one, other))
    patterns = [abs(a["patterns"][p] - b["patterns"][p]) for a, b in pairs for p in a["patterns"]]
    return {
        "conversations": len(pairs),
        "largest_difference_of_risk": max(abs(a["risk"] - b["risk"]) for a, b in pairs),
        "mean_difference_of_risk": sum(abs(a["risk"] - b["risk"]) for a, b in pairs) / len(pairs),
        "largest_difference_of_a_pattern": max(patterns),
        "bands_that_differ": sum(a["band"] != b["band"] for a, b in pairs),
        "first_warnings_that_differ": sum(a.get("first_warning") != b.get("first_warning") for a, b in pairs),
    }


def bench(binary, device, precision, chats, runs):
    """Rates of texts and of chats."""
    command = [binary, "bench", "--model", MODEL, "--tokens", "2048,16384,131072", "--runs", str(runs), "--chats", chats, "--json", "-"]
    return json.loads(run(command, RUSHLIGHT_PRECISION=precision, RUSHLIGHT_DEVICE=device)[0])


def tests(program, device):
    """The part `device` of the engine's tests on that device: its lines of cosines and its verdicts."""
    command = [program, "device", "--test-threads", "1", "--nocapture"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "RUSHLIGHT_DEVICE": device, "RUSHLIGHT_ROOT": str(ROOT)})
    lowest = {}
    for name, cosine, distance in re.findall(r"^(?:test .* \.\.\. )?(.+): lowest cosine ([\d.]+), largest distance ([\d.e+-]+)$", done.stdout, re.M):
        before = lowest.get(name, (2.0, 0.0))
        lowest[name] = (min(before[0], float(cosine)), max(before[1], float(distance)))
    return {
        "passed": done.returncode == 0,
        "said": re.findall(r"test result: .*", done.stdout),
        "failures": re.findall(r"^.*panicked at.*\n.*", done.stderr + done.stdout, re.M),
        "tail": "" if done.returncode == 0 else (done.stdout + done.stderr)[-3000:],
        "cosines_and_distances": lowest,
    }


def some(path, most):
    """Leave `most` of the lines of a file."""
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(random.Random(1).sample(lines, min(most, len(lines))))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("tests", nargs="?")
    parser.add_argument("--processor", help="a release build to time the processor with, if BINARY is none")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--out", default="check_cuda.json")
    parser.add_argument("--most", type=int, help="no more than so many of the corpus's chats, drawn by a fixed seed")
    parser.add_argument("--untimed", action="store_true", help="only whether it is right, not how fast")
    parser.add_argument("--copies", type=int, default=2, help="how often all chats are read where it is timed")
    args = parser.parse_args()
    binary, device = os.path.realpath(args.binary), args.device
    processors = os.path.realpath(args.processor or args.binary)
    result = {"version": run([binary, "--version"])[0].strip()}
    try:
        query = "name,driver_version,memory.total,compute_cap"
        result["card"] = run(["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader"])[0].strip()
    except OSError as error:
        result["card"] = str(error)
    print(f"{result['version']} on {result['card']}", flush=True)

    def keep():
        pathlib.Path(args.out).write_text(json.dumps(result, indent=1) + "\n")

    with tempfile.TemporaryDirectory() as folder:
        chats = os.path.join(folder, "chats.jsonl")
        run([sys.executable, str(ROOT / "scripts" / "corpus" / "compile.py"), "--out", chats])
        if args.most:
            some(chats, args.most)
        if args.tests:
            result["tests"] = tests(os.path.realpath(args.tests), device)
            print(f"tests       {' '.join(result['tests']['said']) or result['tests']['tail']}", flush=True)
            for name, (cosine, distance) in result["tests"]["cosines_and_distances"].items():
                print(f"  {name:<44} cosine {cosine:.9f}  distance {distance:.1e}")
            keep()
        for path in sorted((ROOT / "tests" / "fixtures" / "engine").glob("*.gguf")):
            # That it runs at all; whether it is right is for TESTS to say.
            run([binary, "bench", "--gguf", str(path), "--tokens", "512", "--runs", "1", "--json", "-"], RUSHLIGHT_DEVICE=device)
            print(f"runs        {path.name}", flush=True)
        for precision in ["int8", "f32"]:
            said = {where: score(binary, where, precision, chats, 1)[0] for where in ["cpu", device]}
            again = score(binary, device, precision, chats, 1)[0]
            result[f"score_{precision}"] = apart = compare(said["cpu"], said[device])
            result[f"again_{precision}"] = compare(said[device], again)
            print(f"score {precision}  {apart['conversations']} chats: risks differ by at most {apart['largest_difference_of_risk']:.4f}, "
                  f"mean {apart['mean_difference_of_risk']:.5f}; bands that differ {apart['bands_that_differ']}; a second run differs by "
                  f"{result[f'again_{precision}']['largest_difference_of_risk']:.4f}", flush=True)
            keep()
        for where, program in [] if args.untimed else [(device, binary), ("cpu", processors)]:
            for precision in ["int8", "f32"]:
                name = f"{where}_{precision}"
                result[f"time_{name}"] = timed = score(program, where, precision, chats, args.copies)[1]
                result[f"bench_{name}"] = rates = bench(program, where, precision, chats, 3)
                texts = ", ".join(f"{p['tokens']}: {p['tokens_per_second']['median']:,.0f}" for p in rates["passes"])
                read = rates["chats"]
                print(f"{where:<6}{precision:<5} score {timed['conversations'] / timed['seconds']:,.0f} chats/s, {timed['messages'] / timed['seconds']:,.0f} messages/s "
                      f"(loading left out; with it {timed['wall_seconds']} s); bench {read['chats_per_second']['median']:,.0f} chats/s, "
                      f"{read['messages_per_second']['median']:,.0f} messages/s, {read['tokens_per_second']['median']:,.0f} tok/s; tok/s of texts {texts}", flush=True)
                keep()
    print(f"written: {args.out}")


if __name__ == "__main__":
    main()
