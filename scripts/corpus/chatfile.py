"""Read the compact chat notation of eval/corpus/GUIDE.md. Standard library only."""
import datetime as dt
import re
import zlib

CODES = {"p": "probing", "t": "trust", "i": "isolation", "x": "sexualisation", "l": "lure", "h": "handoff",
         "m": "meeting", "$": "money", "c": "coercion", "r": "protective"}
PATTERNS = ["grooming", "trust_building", "handoff", "recruitment", "extortion", "fraud"]
RISK_PATTERNS = {"grooming", "recruitment", "extortion", "fraud"}
TARGETS = {"child", "teen", "adult"}
HEAD = re.compile(r"^=== ([a-z0-9-]+) (risky|benign)(?: twin=([a-z0-9-]+))?\s*$")
MESSAGE = re.compile(r"^([A-Z])(?: ([ptixlhm$cr]+))?\s?\| ?(.*\S)\s*$")
CLOCK = re.compile(r"^@ (?:(\d{4}-\d\d-\d\d) (\d\d?:\d\d)|\+(\d+)d(?: (\d\d?:\d\d))?|\+(\d+)h|\+(\d+)m)\s*$")


class ChatError(ValueError):
    """A line that breaks the notation; the message names file and line."""


def read(path):
    """Yield one labelled conversation (a dict as in the data schema) per chat in `path`."""
    chat, clock, in_body = None, None, False
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n").replace("\ufeff", "")
            where = f"{path}:{number}"
            if head := HEAD.match(line):
                if chat:
                    yield finish(chat)
                chat = {"id": head[1], "kind": head[2], "twin": head[3], "where": where, "messages": [], "keys": {}}
                clock, in_body = None, False
            elif not line.strip():
                continue
            elif chat is None:
                raise ChatError(f"{where}: text before the first === header")
            elif line.strip() == "---":
                in_body = True
            elif not in_body:
                read_keys(chat, line, where)
            elif line.startswith("@"):
                clock = move(clock, line, where)
            else:
                clock = read_message(chat, clock, line, where)
    if chat:
        yield finish(chat)


def read_keys(chat, line, where):
    for part in re.split(r"\s\|\s", line):
        key, colon, value = part.partition(":")
        if not colon:
            raise ChatError(f"{where}: expected `key: value`, or `---` before the messages")
        chat["keys"][key.strip()] = value.strip()


def move(clock, line, where):
    match = CLOCK.match(line)
    if not match:
        raise ChatError(f"{where}: clock lines are `@ 2024-03-02 18:40`, `@ +1d 21:15`, `@ +3h` or `@ +20m`")
    date, at, days, days_at, hours, minutes = match.groups()
    if date:
        return dt.datetime.fromisoformat(f"{date}T{at:0>5}")
    if clock is None:
        raise ChatError(f"{where}: a relative clock line before an absolute one")
    if days:
        clock = clock + dt.timedelta(days=int(days))
        if days_at:
            hour, minute = days_at.split(":")
            clock = clock.replace(hour=int(hour), minute=int(minute), second=0)
        return clock
    return clock + dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0))


def read_message(chat, clock, line, where):
    match = MESSAGE.match(line)
    if not match:
        raise ChatError(f"{where}: expected `SPEAKER CODES| text`")
    speaker, codes, text = match.groups()
    if clock:  # a typing pace, fixed by the text itself so that compiling twice gives the same bytes
        pace = zlib.crc32(f"{chat['id']}{len(chat['messages'])}".encode()) % 50
        clock = clock + dt.timedelta(seconds=4 + pace + min(len(text), 120) // 3)
    chat["messages"].append({"speaker": speaker, "time": clock.strftime("%Y-%m-%dT%H:%M:%S") if clock else None,
                             "text": text, "signals": [CODES[c] for c in dict.fromkeys(codes or "")]})
    return clock


def finish(chat):
    """Check one chat and return it in the data schema of labels.md."""
    keys, where, messages = chat["keys"], chat["where"], chat["messages"]
    def need(condition, message):
        if not condition:
            raise ChatError(f"{where}: {chat['id']}: {message}")
    need(messages, "no messages")
    need(keys.get("scenario"), "no scenario")
    need(keys.get("target") in TARGETS, "target must be child, teen or adult")
    risky = chat["kind"] == "risky"
    patterns = keys.get("patterns", "").split()
    concern = re.findall(r"[A-Z]", keys.get("concern", ""))
    need(set(patterns) <= set(PATTERNS), f"unknown pattern in {patterns}")
    need(bool(RISK_PATTERNS & set(patterns)) == risky, "risky needs one of grooming, recruitment, extortion, fraud; benign none")
    need(risky or not (patterns or concern or "onset" in keys), "a benign chat has no patterns, concern or onset")
    speakers = {m["speaker"] for m in messages}
    need(not risky or (concern and set(concern) <= speakers), "concern must name speakers of the chat")
    onset = int(keys["onset"]) if risky and keys.get("onset", "").isdigit() else None
    need(not risky or (onset is not None and onset < len(messages)), "onset must be an index of a message")
    family, writer, _ = chat["id"].rsplit("-", 2)
    return {"id": chat["id"], "lang": keys.get("lang", "en"), "source": "rushlight-corpus", "family": family, "writer": writer,
            "group": min(chat["id"], chat["twin"] or chat["id"]), "twin": chat["twin"], "scenario": keys["scenario"],
            "target": keys["target"], "app": keys.get("app"), "register": keys.get("register"), "outcome": keys.get("outcome"),
            "one_sided": keys.get("side") == "one", "messages": messages, "risk": int(risky),
            "patterns": [p for p in PATTERNS if p in patterns], "person_of_concern": sorted(set(concern)), "onset": onset}
