"""Fill the tables of a model's CARD.md from what `rushlight eval` wrote: python3 scripts/train/card.py --results eval/results --card models/rushlight-small/CARD.md

A table stands between `<!-- NAME: made by card.py -->` and `<!-- end -->`; everything else in the file is left as it is. `--sources` takes data.py's
sources.json and fills the table of what was trained on.
"""
import argparse
import json
import pathlib
import re

SIGNALS = ["probing", "trust", "isolation", "sexualisation", "lure", "handoff", "meeting", "money", "coercion", "protective"]
# Name and licence, as stated, of what data.py draws from.
SOURCES = {
    "pj": ("Perverted-Justice logs (danielafe7-usp/BF-PSR-Framework)", "none stated"),
    "pj_lines": ("Perverted-Justice lines (helenkoutli/PervertedJusticeDataset)", "none stated"),
    "scambait": ("scambaitermailbox/scambaiting_dataset", "none stated"),
    "scam_dialogue": ("jcmontano13/scam-conversation-risk-evaluator", "none stated"),
    "synthetic_se": ("CLochstampfor60/synthetic-se-dialogues", "MIT"),
    "nus_sms": ("NUS SMS corpus", "none stated"),
    "teeworlds": ("TeeworldsDB/irclogs", "none stated"),
    "irc": ("jkkummerfeld/irc-disentanglement", "CC BY 4.0"),
    "sgd": ("Schema-Guided Dialogue", "CC BY-SA 4.0"),
    "topical_chat": ("Topical-Chat", "CDLA-Sharing 1.0"),
    "persuasion": ("PersuasionForGood", "Apache-2.0"),
    "casino": ("CaSiNo", "CC BY 4.0"),
    "synthetic_persona": ("Synthetic-Persona-Chat", "CC BY 4.0"),
    "convai": ("DeepPavlov ConvAI 2017", "none stated"),
    "diplomacy": ("Diplomacy, It Takes Two to Lie", "none stated"),
    "conda": ("CONDA", "none stated"),
    "counsel_chat": ("counsel-chat", "MIT"),
    "annomi": ("AnnoMI", "none stated"),
    "mutual": ("MuTual", "none stated"),
    "pan12_dev": ("PAN12, half of the harmless segments (YuliaConstien/Cybergrooming_Detection_IM)", "none stated"),
}


class Results:
    """Result files of a folder, read when asked for."""

    def __init__(self, folder):
        self.folder, self.files = folder, {}

    def rows(self, suite, table):
        """The rows of one table of a suite, as name -> cells."""
        if suite not in self.files:
            self.files[suite] = json.loads((self.folder / f"{suite}.json").read_text())
        found = {t["id"]: t["rows"] for t in self.files[suite]["tables"]}
        return {row["name"]: row["cells"] for row in found[table]}

    def cell(self, suite, table, row, column, digits=3):
        cell = self.rows(suite, table)[row].get(column) or {}
        if cell.get("value") is None:
            return "–"
        ends = f" ({cell['low']:.{digits}f} to {cell['high']:.{digits}f})" if cell.get("low") is not None else ""
        return f"{cell['value']:.{digits}f}{ends}"


def conversations(results):
    lines = [("conversation AUROC", "conversations", "rushlight", "AUROC"), ("conversation AUPRC (base rate .50)", "conversations", "rushlight", "AUPRC")]
    for band in ("look", "look now"):
        lines += [(f"recall at `{band}`", "thresholds", f"rushlight, {band}", "recall"),
                  (f"false alarms at `{band}`, on near misses", "thresholds", f"rushlight, {band}", "FPR")]
    lines += [("persons of concern exactly right, where `look` was reached", "concern", "risky, look reached", "exact set"),
              ("ECE", "calibration", "rushlight", "ECE"), ("Brier score", "calibration", "rushlight", "Brier")]
    lines += [(f"AUROC of {name}", "conversations", row, "AUROC") for name, row in (
        ("length alone", "length"), ("TF-IDF + logistic regression", "tf-idf + linear"), ("the mean of our vectors + logistic regression", "mean of vectors + linear"))]
    lines += [(f"first warning {when}", "warnings", "rushlight, look", when) for when in ("premature", "timely", "late", "missed")]
    lines += [(f"AUPRC of `{signal}`", "signals", signal, "AUPRC") for signal in SIGNALS] + [("signals, macro AUPRC", "signals", "macro", "AUPRC")]
    yield "| | dev | test |\n|---|---|---|"
    for label, table, row, column in lines:
        yield f"| {label} | " + " | ".join(results.cell("corpus", f"{table}/{split}", row, column) for split in ("dev", "test")) + " |"


def attacks(results):
    yield "| attack | dev, recall | dev, false alarms | test, recall | test, false alarms |\n|---|---|---|---|---|"
    for attack in [name for name in results.rows("robustness", "attacks/dev") if name != "none"]:
        cells = [results.cell("robustness", f"attacks/{split}", attack, column, 2) for split in ("dev", "test") for column in ("Δ recall", "Δ false alarms")]
        yield f"| {attack} | " + " | ".join(cells) + " |"


def subgroups(results):
    yield "| | dev, missed | dev, false alarms | test, missed | test, false alarms |\n|---|---|---|---|---|"
    for group in [name for name in results.rows("fairness", "fairness/dev") if name != "spread"]:
        cells = [results.cell("fairness", f"fairness/{split}", group, column, 2) for split in ("dev", "test") for column in ("misses", "false alarms")]
        yield f"| {group} | " + " | ".join(cells) + " |"


def harmless(results):
    rows = results.rows("benign", "benign")
    yield "| source | n | `look` or more | `look now` | cannot say |\n|---|--:|--:|--:|--:|"
    for name, cells in rows.items():
        n = cells["false alarms"]["n"]
        counts = [round(cells[column]["value"] * n) for column in ("false alarms", "look now", "cannot say")]
        yield f"| {name if name == 'all' else f'`{name}`'} | {n} | " + " | ".join(map(str, counts)) + " |"
    share = rows["all"]["false alarms"]
    yield f"\nThat is {1000 * share['value']:.1f} alarms per 1,000 ({1000 * share['low']:.1f} to {1000 * share['high']:.1f}, by group)."


def sources(drawn):
    yield "| source | conversations | licence as stated |\n|---|--:|---|"
    yield f"| `eval/corpus`, the writers of train, English | {drawn['written']} | CC BY 4.0 |"
    for source, n in drawn["drawn"].items():
        yield "| {} | {} | {} |".format(SOURCES[source][0], n, SOURCES[source][1])


def fill(text, name, lines):
    start, end = f"<!-- {name}: made by card.py -->", "<!-- end -->"
    pattern = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.S)
    assert len(pattern.findall(text)) == 1, f"the card has no one place for the table {name}"
    return pattern.sub(lambda _: "\n".join([start, *lines, end]), text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=pathlib.Path, default="eval/results")
    parser.add_argument("--card", type=pathlib.Path, default="models/rushlight-small/CARD.md")
    parser.add_argument("--sources", type=pathlib.Path, help="sources.json of data.py")
    args = parser.parse_args()
    text, results = args.card.read_text(encoding="utf-8"), Results(args.results)
    for name, table in (("conversations", conversations), ("attacks", attacks), ("subgroups", subgroups), ("harmless", harmless)):
        text = fill(text, name, table(results))
    if args.sources:
        text = fill(text, "sources", sources(json.loads(args.sources.read_text())))
    args.card.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
