"""The tasks with Python's csv.DictReader. usage: python_csv.py TASK FILE ARGUMENT, the answer on stdout"""
import csv
import json
import sys

COLUMNS = ["session_id", "user_id", "platform", "thread_id", "created_at", "last_activity",
           "pending_approval", "metadata"]
task, path, argument = sys.argv[1:4]
csv.field_size_limit(sys.maxsize)
sys.stdout.reconfigure(encoding="utf-8", newline="")

with open(path, newline="", encoding="utf-8") as file:
    sessions = csv.DictReader(file)
    if task == "count":
        print(sum(1 for _ in sessions))
    elif task == "stats":
        groups = {}
        for session in sessions:
            group = groups.setdefault(session["platform"], [0, 0])
            group[0] += 1
            group[1] += session["last_activity"] <= argument
        print(json.dumps(groups))
    elif task == "json":
        for number, session in enumerate(sessions):
            sys.stdout.write(("[\n" if number == 0 else ",\n") + json.dumps(session))
        sys.stdout.write("\n]\n")
    else:
        writer = csv.DictWriter(sys.stdout, COLUMNS, dialect="excel-tab" if task == "tsv" else "excel")
        writer.writeheader()
        for session in sessions:
            if task == "find" and session["user_id"] != argument:
                continue
            if task == "prune" and session["last_activity"] <= argument:
                continue
            if task == "tsv":
                session = {name: value.replace("\n", "\\n").replace("\r", "\\r") for name, value in session.items()}
            writer.writerow(session)
