"""Other forms of the same labelled chat: typing slips, disguises, splits and merges, crops, longer histories. Seeded, standard library only."""
import copy

LONGEST = 150  # messages of a chat with its history
LEET = str.maketrans("aeiost", "431057")
EMOJI = ["\U0001f602", "\U0001f60a", "\U0001f64f", "\U0001f525", "\U0001f642", "\u2764\ufe0f", "\U0001f44d"]
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


def some_words(text, rng, change):
    """One word, the longer the likelier, or a third of the longer ones."""
    words = text.split(" ")
    if rng.random() < 0.5:
        hit = {max(range(len(words)), key=lambda i: (len(words[i]) > 3, rng.random()))}
    else:
        hit = {i for i, word in enumerate(words) if len(word) > 3 and rng.random() < 0.35}
    return " ".join(change(word) if i in hit else word for i, word in enumerate(words))


STYLES = 10
THROUGHOUT = 0.4  # share of chats that keep to one style, six in ten of them to slips in typing


def restyle(text, rng, kind=None):
    """One message in another spelling; the placeholders stay whole."""
    if len(text) < 3 or text.startswith("<"):
        return text
    kind = rng.randrange(STYLES) if kind is None else kind
    if kind == 0:
        return text.lower()
    if kind == 1:
        return "".join(c for c in text if c not in ".,!?'")
    if kind == 2:
        return some_words(text, rng, lambda w: w.translate(LEET))
    if kind == 3:
        return some_words(text, rng, lambda w: w.translate(LOOK_ALIKE))
    if kind == 4:
        return some_words(text, rng, lambda w: rng.choice([" ", "."]).join(w) if w.isalpha() else w)
    if kind == 5:
        return text + rng.choice([" lol", " haha", " \U0001f602", " \U0001f60a", " tbh", "!!", "..."])
    if kind == 6:
        words = text.split(" ")
        return " ".join(w + (" " + rng.choice(EMOJI) if rng.random() < 0.2 else "") for w in words)
    if kind == 7:
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


def split(chat, rng):
    """Send all, half or a quarter of the longer messages as two; both parts carry the labels."""
    share, out, onset = rng.choice([1.0, 1.0, 0.5, 0.25]), [], chat.get("onset")
    for i, m in enumerate(chat["messages"]):
        words = m["text"].split(" ")
        if len(words) >= 4 and not m["text"].startswith("<") and rng.random() < share:
            at = len(words) // 2 if rng.random() < 0.5 else rng.randrange(1, len(words))
            out += [dict(m, text=" ".join(part)) for part in (words[:at], words[at:])]
            if onset is not None and i < onset:
                chat["onset"] += 1
        else:
            out.append(m)
    chat["messages"] = out
    return chat


def lengthen(chat, others, rng):
    """Put harmless chats before this one, as older history of the same people, and sometimes after it, up to LONGEST messages."""
    first = list(dict.fromkeys(m["speaker"] for m in chat["messages"]))
    chat["messages"] = [dict(m, time=None) for m in chat["messages"]]
    for other in others:
        if len(chat["messages"]) + len(other["messages"]) > LONGEST:
            break
        names = {s: first[i % len(first)] for i, s in enumerate(dict.fromkeys(m["speaker"] for m in other["messages"]))}
        more = [dict(m, speaker=names[m["speaker"]], time=None) for m in other["messages"]]
        if rng.random() < 0.3:
            chat["messages"] = chat["messages"] + more
        else:
            chat["messages"] = more + chat["messages"]
            if chat.get("onset") is not None:
                chat["onset"] += len(more)
    return chat


def in_one_piece(chat, rng):
    """A paste without speakers or turns; what was known by message is known of the whole only."""
    text = rng.choice(["\n", "\n", " "]).join(m["text"] for m in chat["messages"])
    messages = [{"speaker": "A", "time": None, "text": text}]
    return chat | {"messages": messages, "weak": True, "onset": None, "person_of_concern": ["A"] if chat["risk"] else []}


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
    bursts = rng.random()
    if bursts < 0.25:
        merge(chat, rng)
    elif bursts < 0.6:
        split(chat, rng)
    if rng.random() < 0.3:
        lengthen(chat, rng.sample(benign, rng.choice([1, 1, 2, 3, 5, 8])), rng)
    if rng.random() < 0.05:  # a paste without names
        chat["messages"] = [dict(m, speaker="A") for m in chat["messages"]]
        chat["person_of_concern"] = ["A"] if chat["risk"] else []
    if rng.random() < 0.25:
        chat["messages"] = [dict(m, time=None) for m in chat["messages"]]
    share = rng.choice([0.0, 0.0, 0.15, 0.5, 1.0])
    kind = rng.randrange(2 * STYLES) if rng.random() < THROUGHOUT else None
    for m in chat["messages"]:
        if rng.random() < share:
            m["text"] = restyle(m["text"], rng, kind)
    return in_one_piece(chat, rng) if rng.random() < 0.06 else chat
