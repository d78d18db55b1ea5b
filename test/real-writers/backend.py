"""Saves sessions as the Python backend does: a plain truncating open, csv.writer, json.dumps, all sessions at once.

save <path>                  twelve sessions of every kind; prints their values and where each record ends
save-later <path>            the same sessions later: two were active, one is gone, one is new
overlap <folder> <way> <how> <seed>...
                             for each seed two processes that save two versions of many sessions to one file, <seed>.csv;
                             prints the versions. Way: by "rows", or in "blocks" as large as the buffer. How: they
                             "take-turns" as the seed says, or "race".
"""

import csv
import io
import json
import os
import random
import sys
import time
import uuid
from datetime import datetime, timedelta

COLUMNS = [
    "session_id",
    "user_id",
    "platform",
    "thread_id",
    "created_at",
    "last_activity",
    "pending_approval",
    "metadata",
]
START = datetime(2025, 9, 30, 8, 0, 0)


def identifier(chance):
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def approval(number, description, **arguments):
    return {
        "type": "tool_approval",
        "tool_name": "run_tool",
        "tool_call_id": f"call_{number:04d}",
        "args": arguments,
        "description": description,
    }


def session(chance, user_id, created, active, pending, metadata):
    return [
        identifier(chance),
        user_id,
        user_id.split("_")[0],
        identifier(chance),
        created.isoformat(),
        active.isoformat(),
        json.dumps(pending) if pending else "",
        json.dumps(metadata),
    ]


def twelve_sessions():
    chance = random.Random(12)
    people = [
        ("telegram_48213", None, {}),
        ("telegram_77120", approval(1, "Send it, now?", to="a@example.org, b@example.org", text='He said "hi",\nbye'), {}),
        ("discord_90417", None, {"user_profile": {"name": 'Zo\u00eb "Z" O\'Neil', "city": "K\u00f6ln, NRW"}}),
        ("api_57393", None, {}),
        ("slack_U02AB", None, {"document_path": "C:\\docs\\a,b.pdf", "tags": ["x", "y, z", ""], "size": 1.5}),
        ("teams_Zo\u00eb", None, {}),
        ("whatsapp_4915112345", approval(2, "\u65e5\u672c\u8a9e", emoji="\U0001f600", nothing=None), {"language": "ja"}),
        ("telegram_31337", None, {"vip": True}),
        ("discord_11805", approval(3, "", sql='SELECT "a", \'b\' FROM t WHERE c = \'{}\''), {}),
        ("api_12", approval(4, "Delete?", path="/srv/a, b"), {"user_profile": {"tags": ["a", "b"], "note": 'say "x"'}}),
        ("telegram_55001", None, {}),
        ("slack_M\u00fcller", approval(5, "Pay 3,50 \u20ac?", to="\u00c5sa"), {"quote": 'the "end"'}),
    ]
    rows = []
    for number, (user_id, pending, metadata) in enumerate(people):
        created = START + timedelta(minutes=7 * number, microseconds=chance.randrange(1, 1000000))
        active = created + timedelta(minutes=3, microseconds=chance.randrange(1, 1000000))
        if number == 3:
            created, active = (moment.replace(microsecond=0) for moment in (created, active))
        rows.append(session(chance, user_id, created, active, pending, metadata))
    return rows


def many_sessions(version, count):
    """In each version other sessions were active last, have an approval or are gone."""
    chance = random.Random(99)
    rows = []
    for number in range(count):
        name = "\u00c5sa" if number % 9 == 4 else chance.randrange(10**5, 10**9)
        user_id = f"{chance.choice(['telegram', 'discord', 'slack'])}_{name}"
        created = START + timedelta(seconds=number, microseconds=chance.randrange(10**6))
        row = session(chance, user_id, created, created, None, {"n": number} if number % 3 == 0 else {})
        change = random.Random(version * 1000 + number)
        if change.random() < 0.4:
            row[5] = (created + timedelta(hours=version % 12 + 1, microseconds=change.randrange(10**6))).isoformat()
            if change.random() < 0.4:
                row[6] = json.dumps(approval(number, "Really, now?", amount=change.randrange(10**6)))
        if change.random() > 0.03:
            rows.append(row)
    return rows


def later(rows):
    chance = random.Random(13)
    active = START + timedelta(hours=2, microseconds=654321)
    result = [list(row) for row in rows]
    result[1][5:7] = active.isoformat(), ""
    result[9][5:8] = (active + timedelta(minutes=1)).isoformat(), "", json.dumps({"note": "done, all of it"})
    del result[6]
    result.append(session(chance, "telegram_99001", active, active + timedelta(minutes=2), None, {"new": True}))
    return result


def save(path, rows):
    ends = []
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for row in [COLUMNS, *rows]:
            writer.writerow(row)
            file.flush()
            ends.append(os.path.getsize(path))
    print(json.dumps({"rows": rows, "ends": ends[1:]}))


def save_in_steps(path, rows, way, before_step, chance):
    """The file's own buffering decides when what was written goes to the system, but for a flush now and then."""
    before_step()
    if way == "rows":
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            for number, row in enumerate([COLUMNS, *rows]):
                if number % 10 == 0:
                    before_step()
                writer.writerow(row)
                if chance.random() < 0.01:
                    file.flush()
            before_step()
    else:
        text = io.StringIO(newline="")
        csv.writer(text).writerows([COLUMNS, *rows])
        blocks = io.BytesIO(text.getvalue().encode("utf-8"))
        with open(path, "wb") as file:
            while block := blocks.read(io.DEFAULT_BUFFER_SIZE):
                before_step()
                file.write(block)
            before_step()


def in_child(path, rows, way, how, chance):
    """Starts a process that saves; returns a function that lets it take a step, and says whether there is another one."""
    turns, give_turn = os.pipe()
    answers, answer = os.pipe()
    if os.fork() == 0:
        os.close(answers)

        def before_step():
            if how == "race":
                return time.sleep(chance.random() / 1000)
            os.write(answer, b".")
            os.read(turns, 1)

        save_in_steps(path, rows, way, before_step, chance)
        os._exit(0)
    os.close(answer)
    os.close(turns)
    if how == "take-turns":
        os.read(answers, 1)

    def step():
        os.write(give_turn, b".")
        return os.read(answers, 1) != b""

    return step


def overlap(path, way, how, seed):
    chance = random.Random(seed)
    versions = [many_sessions(seed * 2 + number, 60 + chance.randrange(60)) for number in (1, 2)]
    writers = [in_child(path, rows, way, how, random.Random(f"{seed} {n}")) for n, rows in enumerate(versions)]
    while how == "take-turns" and writers:
        step = chance.choice(writers)
        if not step():
            writers.remove(step)
    for _ in versions:
        os.wait()
    return versions


def main(command, path, *rest):
    if command == "save":
        save(path, twelve_sessions())
    elif command == "save-later":
        save(path, later(twelve_sessions()))
    else:
        way, how, *seeds = rest
        print(json.dumps([overlap(os.path.join(path, f"{seed}.csv"), way, how, int(seed)) for seed in seeds]))


main(*sys.argv[1:])
