#!/usr/bin/env python3
"""Print docs/imports.md: what each fixture of the importers is read as, from the expectations that the tests hold.

Usage: python3 scripts/docs/fixtures_table.py > docs/imports.md
"""

import pathlib
import re

FOLDER = pathlib.Path(__file__).parents[2] / "tests/fixtures/import"
HEAD = re.compile(r"^\S.* \(([a-z0-9-]+), \S+\)$")
COUNTS = re.compile(r"^\d+ lines: (\d+) messages, (\d+) continuations, (\d+) system, (\d+) headings, (\d+) warned, (\d+) blank$")


def row(path: pathlib.Path) -> str:
    """One row: format, fixture, chats, and what became of its lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    formats = [match[1] for match in map(HEAD.match, lines) if match]
    counts = next((match for match in map(COUNTS.match, lines) if match), None)
    doubts = sum(line.lstrip().startswith("! ") for line in lines)
    name = path.relative_to(FOLDER).as_posix().removesuffix(".expected")
    said = " | ".join(counts.groups()) if counts else "error, and what came before it | | | | |"
    return f"| {formats[0] if formats else '–'} | `{name}` | {len(formats)} | {said} | {doubts} |"


def main() -> None:
    """Print the page."""
    print("# What the importers are held to\n")
    print("Every fixture of `tests/fixtures/import`, all of them invented, and what becomes of its lines (elements, for")
    print("formats without lines). Made by `scripts/docs/fixtures_table.py` from the expectations of the tests.\n")
    print("| format | fixture | chats | messages | continuations | system | headings | warned | blank | doubts told |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    print("\n".join(sorted(row(path) for path in FOLDER.rglob("*.expected"))))


main()
