"""Other forms of the same labelled chat: typing slips, disguises, splits and merges, crops, longer histories. Seeded, standard library only."""
import copy
import random

LEET = str.maketrans("aeiost", "431057")
LOOK_ALIKE = str.maketrans("aceopx", "\u0430\u0441\u0435\u043e\u0440\u0445")


def typo(text, rng):
    at = rng.randrange(len(text))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1:]
    if kind == 1 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    return text[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + text[at + 1:]


def one_word(text, rng, change):
    words = text.split(" ")
    at = max(range(len(words)), key=lambda i: (len(words[i]) > 3, rng.random()))
    words[at] = change(words[at])
    return " ".join(words)


def restyle(text, rng):
    """One message in another spelling; the placeholders stay whole."""
    if len(text) < 3 or text.startswith("<"):
        return text
    kind = rng.randrange(9)
    if kind == 0:
        return text.lower()
    if kind == 1:
        return "".join(c for c in text if c not in ".,!?'")
    if kind == 2:
        return one_word(text, rng, lambda w: w.translate(LEET))
    if kind == 3:
        return one_word(text, rng, lambda w: w.translate(LOOK_ALIKE))
    if kind == 4:
        return one_word(text, rng, lambda w: rng.choice([" ", "."]).join(w) if w.isalpha() else w)
    if kind == 5:
        return text + rng.choice([" lol", " haha", " \U0001f602", " \U0001f60a", " tbh", "!!", "..."])
    if kind == 6:
        return "".join(c.upper() if rng.random() < 0.5 else c for c in text)
    for _ in range(1 + len(text) // 25):
        text = typo(text, rng)
    return text


def drop(chat, keep):
    """The chat with only the messages for which `keep(index, message)`; the onset moves along (None: the whole is unlabelled in time)."""
    kept = [i for i, m in enumerate(chat["messages"]) if keep(i, m)]
    chat["messages"] = [chat["messages"][i] for i in kept]
    if chat.get("onset") is not None:
        chat["onset"] = sum(1 for i in kept if i < chat["onset"])
    return chat


def merge(chat, rng):
    """Join some messages that follow each other from one speaker."""
    out, onset = [], chat.get("onset")
    for i, m in enumerate(chat["messages"]):
        before = out[-1] if out else None
        joins = before and before["speaker"] == m["speaker"] and i != onset and not m["text"].startswith("<") and rng.random() < 0.5
        if joins:
            before["text"] += rng.choice([" ", ". ", "\n"]) + m["text"]
            before["signals"] = list(dict.fromkeys(before["signals"] + m["signals"]))
            if chat.get("onset") is not None and i < onset:
                chat["onset"] -= 1
        else:
            out.append(dict(m))
    chat["messages"] = out
    return chat


def lengthen(chat, other, rng):
    """Put a harmless chat before this one, as older history of the same people."""
    first = [s for s in dict.fromkeys(m["speaker"] for m in chat["messages"])]
    names = {s: first[i % len(first)] for i, s in enumerate(dict.fromkeys(m["speaker"] for m in other["messages"]))}
    history = [dict(m, speaker=names[m["speaker"]], time=None) for m in other["messages"]]
    chat["messages"] = history + [dict(m, time=None) for m in chat["messages"]]
    if chat.get("onset") is not None:
        chat["onset"] += len(history)
    return chat


def vary(chat, benign, rng):
    """A variant of `chat`; `benign` is a list of harmless chats to draw histories from."""
    chat = copy.deepcopy(chat)
    onset, n = chat.get("onset"), len(chat["messages"])
    if rng.random() < 0.25:  # the beginning is lost
        start = rng.randrange(0, max(1, min(onset if onset is not None else n // 2, n - 3)))
        drop(chat, lambda i, m: i >= start)
    onset, n = chat.get("onset"), len(chat["messages"])
    if rng.random() < 0.35 and n > 6:  # read while it was still going on
        end = rng.randrange(max(4, (onset or 0) + 2), n + 1) if n > max(4, (onset or 0) + 2) else n
        drop(chat, lambda i, m: i < end)
    if rng.random() < 0.06 and not chat.get("one_sided"):  # one side only
        side = chat["person_of_concern"][0] if chat["risk"] else rng.choice([m["speaker"] for m in chat["messages"]])
        if sum(m["speaker"] == side for m in chat["messages"]) >= 3:
            onset = chat.get("onset")
            if onset is not None and chat["messages"][onset]["speaker"] != side:
                chat["onset"] = min(onset + 1, len(chat["messages"]) - 1)
            drop(chat, lambda i, m: m["speaker"] == side)
            if chat.get("onset") is not None:
                chat["onset"] = min(chat["onset"], len(chat["messages"]) - 1)
    if rng.random() < 0.3:
        merge(chat, rng)
    if rng.random() < 0.15:
        lengthen(chat, rng.choice(benign), rng)
    if rng.random() < 0.05:  # a paste without names
        chat["messages"] = [dict(m, speaker="A") for m in chat["messages"]]
        chat["person_of_concern"] = ["A"] if chat["risk"] else []
    if rng.random() < 0.25:
        chat["messages"] = [dict(m, time=None) for m in chat["messages"]]
    share = rng.choice([0.0, 0.15, 0.5])
    for m in chat["messages"]:
        if rng.random() < share:
            m["text"] = restyle(m["text"], rng)
    return chat
