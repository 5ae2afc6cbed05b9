"""Compile the chats of eval/corpus/chats to JSONL, one conversation a line: python3 scripts/corpus/compile.py [--out FILE] [FILES]

Checks the notation, the vocabulary, duplicate ids, twins that do not exist, near-duplicates outside a pair of twins, and addresses that might be
someone's; exits 1 and names file and chat if any is wrong.
"""
import argparse
import collections
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import chatfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHINGLE, SHARED = 8, 0.2  # words in a row; near-duplicates share this part of the shorter chat's
# Web and mail addresses outside the domains kept for examples, and numbers long enough to be called.
ADDRESS = re.compile(r"https?://(?!example\.)|\bwww\.(?!example\.)|[\w.+-]+@(?!example\.)[\w-]+\.\w+|(?:\d[ \-]?){10,}", re.I)


def shingles(chat):
    words = re.findall(r"\w+", " ".join(m["text"] for m in chat["messages"]).lower())
    return {tuple(words[i:i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))}


def near_duplicates(chats):
    """Pairs of chats of different groups that share too many runs of words."""
    sets = [shingles(c) for c in chats]
    holders = collections.defaultdict(list)
    for i, found in enumerate(sets):
        for shingle in found:
            holders[shingle].append(i)
    shared = collections.Counter((a, b) for found in holders.values() for i, a in enumerate(found) for b in found[i + 1:])
    for (a, b), n in shared.items():
        if chats[a]["group"] != chats[b]["group"] and n >= 2 and n >= SHARED * min(len(sets[a]), len(sets[b])):
            yield f"{chats[a]['id']} and {chats[b]['id']} are near-duplicates: {n} runs of {SHINGLE} words are the same"


def addresses(chats):
    for chat in chats:
        for i, message in enumerate(chat["messages"]):
            if ADDRESS.search(message["text"]):
                yield f"{chat['id']}: message {i} holds an address or a number; use <url>, <email> or <phone>"


def compile_all(paths):
    chats, errors, seen = [], [], {}
    for path in paths:
        try:
            for chat in chatfile.read(path):
                if chat["id"] in seen:
                    errors.append(f"{path}: {chat['id']} also stands in {seen[chat['id']]}")
                seen[chat["id"]] = path
                chats.append(chat)
        except (chatfile.ChatError, UnicodeDecodeError) as error:
            errors.append(str(error))
    errors += [f"{seen[c['id']]}: {c['id']}: its twin {c['twin']} is missing" for c in chats if c["twin"] and c["twin"] not in seen]
    errors += near_duplicates(chats)
    errors += addresses(chats)
    return chats, errors


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", help="chat files (default: all)")
    parser.add_argument("--out", help="JSONL to write (default: counts only)")
    args = parser.parse_args()
    paths = args.files or sorted(map(str, (ROOT / "eval/corpus/chats").glob("*.chat")))
    chats, errors = compile_all(paths)
    for error in errors:
        print("error:", error, file=sys.stderr)
    messages = [m for c in chats for m in c["messages"]]
    risky = sum(c["risk"] for c in chats)
    labelled = sum(bool(m["signals"]) for m in messages)
    print(f"{len(chats)} chats ({risky} risky, {len(chats) - risky} benign), {len(messages)} messages, "
          f"{100 * labelled / max(1, len(messages)):.0f} % of them with a signal", file=sys.stderr)
    if args.out:
        with open(args.out, "w", encoding="utf-8") as out:
            for chat in chats:
                out.write(json.dumps(chat, ensure_ascii=False) + "\n")
    sys.exit(1 if errors else 0)


if __name__ == "__main__":
    main()
