"""Compile the chats of eval/corpus/chats to JSONL, one conversation a line: python3 scripts/corpus/compile.py [--out FILE] [FILES]

Checks the notation, the vocabulary, duplicate ids and twins that do not exist; exits 1 and names file and line if any is wrong.
"""
import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import chatfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


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
