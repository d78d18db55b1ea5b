"""Compare a tool's answer with what Python's csv module reads.

usage: answer.py reference FILE EXPIRED_UNTIL        number of sessions and [sessions, expired] per platform, as JSON
       answer.py compare FILE TASK FORMAT ANSWER USER PRUNED_UNTIL
                                                     {"expected", "got", "wrong"}: numbers of sessions, as JSON

FORMAT: csv, csv-bare (no header), json, jsonl, tsv. In a TSV answer only ids, user, platform and times are compared, as
tools escape line breaks differently. JSON answers may hold the JSON columns parsed or as text, and times with a Z.
"""
import csv
import json
import re
import sys
from collections import Counter

COLUMNS = ["session_id", "user_id", "platform", "thread_id", "created_at", "last_activity",
           "pending_approval", "metadata"]
JSON_COLUMNS = COLUMNS[6:]
TSV_COLUMNS = COLUMNS[:6]
BETWEEN_ITEMS = re.compile(r"[\s,\[]*")


def sessions(path):
    with open(path, newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def reference(path, expired_until):
    count = 0
    groups = {}
    for session in sessions(path):
        count += 1
        group = groups.setdefault(session["platform"], [0, 0])
        group[0] += 1
        group[1] += session["last_activity"] <= expired_until
    return {"number": count, "groups": groups}


def selected(path, task, user, pruned_until):
    for session in sessions(path):
        if task == "find" and session["user_id"] != user:
            continue
        if task == "prune" and session["last_activity"] <= pruned_until:
            continue
        yield session


def answered(path, form):
    with open(path, newline="", encoding="utf-8", errors="replace") as file:
        if form == "json":
            yield from array_items(file.read())
        elif form == "jsonl":
            yield from map(json.loads, file)
        elif form == "tsv":
            yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        else:
            yield from csv.DictReader(file, fieldnames=COLUMNS if form == "csv-bare" else None)


def array_items(text):
    """The items of a JSON array, one at a time: a million sessions at once take gigabytes."""
    decoder = json.JSONDecoder()
    position = BETWEEN_ITEMS.match(text).end()
    while not text.startswith("]", position):
        item, position = decoder.raw_decode(text, position)
        yield item
        position = BETWEEN_ITEMS.match(text, position).end()


def canonical_json(cell):
    if cell is None or cell == "":
        return ""
    try:
        return json.dumps(json.loads(cell) if isinstance(cell, str) else cell, sort_keys=True)
    except ValueError:
        return cell


def key(session, form):
    values = []
    for column in TSV_COLUMNS if form == "tsv" else COLUMNS:
        value = session.get(column)
        if column in JSON_COLUMNS:
            values.append(canonical_json(value) if form in ("json", "jsonl") else value)
        elif column.endswith(("_at", "_activity")) and form in ("json", "jsonl", "tsv"):
            values.append(str(value).rstrip("Z"))
        else:
            values.append(value)
    return hash(tuple(values))


def compare(path, task, form, answer, user, pruned_until):
    expected = Counter(key(session, form) for session in selected(path, task, user, pruned_until))
    got = Counter(key(session, form) for session in answered(answer, form))
    # A wrong session is missing from one side and often, in another shape, too many on the other: counted once.
    wrong = max(sum((expected - got).values()), sum((got - expected).values()))
    return {"expected": sum(expected.values()), "got": sum(got.values()), "wrong": wrong}


csv.field_size_limit(sys.maxsize)
print(json.dumps(reference(*sys.argv[2:]) if sys.argv[1] == "reference" else compare(*sys.argv[2:])))
