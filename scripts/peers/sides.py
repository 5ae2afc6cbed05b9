"""The programs that are timed beside each other: each side is a command, and how to read a rate out of what it prints."""
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE = HERE.parent / "reference"


@dataclasses.dataclass
class Ran:
    out: str
    err: str
    seconds: float
    peak_mib: float


def run(command, **environment):
    """Run to the end; its output, wall time, and the most memory it held."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        child = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err, env=os.environ | environment)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        # Popen does not know yet that its child is gone.
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        ran = Ran(out.read(), err.read(), seconds, usage.ru_maxrss / 2**10)
    if child.returncode:
        raise RuntimeError(f"{command[0]} ended with {child.returncode}:\n{ran.err[-2000:]}")
    return ran


class Rushlight:
    """Our side, at one instruction set."""

    def __init__(self, binary, threads, kernel=""):
        self.binary, self.environment = binary, {"RAYON_NUM_THREADS": str(threads), "RUSHLIGHT_KERNEL": kernel}

    def bench(self, *flags):
        return run([self.binary, "bench", "--runs", 1, "--json", "-", *flags], **self.environment)

    def machine(self):
        """What it says of the machine, by the smallest measurement there is."""
        return json.loads(self.bench("--only", "texts", "--tokens", 8).out)

    def passes(self, model, tokens):
        """Tokens a second by length."""
        ran = self.bench("--gguf", model, "--tokens", ",".join(map(str, tokens)))
        rates = {p["tokens"]: p["tokens_per_second"]["median"] for p in json.loads(ran.out)["passes"]}
        return rates, ran.peak_mib

    def chats(self, chats):
        """Messages a second, loading and reading the file not counted."""
        return json.loads(self.bench("--only", "chats", "--chats", chats).out)["chats"]["messages_per_second"]["median"]

    def score(self, chats):
        """The whole program that scores a file."""
        return run([self.binary, "score", chats, "--brief"], **self.environment)

    def check(self, chat):
        """The whole program that reads one chat."""
        return run([self.binary, "check", chat], **self.environment)


def messages_per_second(script, chats, threads, *flags):
    """One of the Python peers: its rate, and the process."""
    ran = run([sys.executable, script, chats, "--threads", threads, "--repeat", 1, *flags])
    return json.loads(ran.out)["messages_per_second"], ran


def llama_bench(folder, model, tokens, threads, flash, repeats=1):
    """Tokens a second by length."""
    ran = run([folder / "llama-bench", "-m", model, "-p", ",".join(map(str, tokens)), "-n", 0, "-t", threads,
               "-fa", flash, "-r", repeats, "-o", "json"])
    return {row["n_prompt"]: row["avg_ts"] for row in json.loads(ran.out)}, ran.peak_mib


def llama_embedding(folder, model, chats, threads):
    """Messages a second by llama.cpp's own clock, which stands still while it tokenizes; each message alone."""
    lines = pathlib.Path(chats).read_text(encoding="utf-8").splitlines()
    texts = [m.get("text") or "" for line in lines if line.strip() for m in json.loads(line)["messages"]]
    mark = "<#sep#>"
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(mark.join(texts))
        file.flush()
        ran = run([folder / "llama-embedding", "-m", model, "-f", file.name, "--pooling", "mean", "--embd-separator", mark,
                   "--embd-output-format", "array", "--perf", "-lv", 4, "-c", 512, "-b", 512, "-ub", 512, "-t", threads])
    taken = re.search(r"prompt eval time = +([\d.]+) ms", ran.err)
    return len(texts) / (float(taken[1]) / 1e3), ran
