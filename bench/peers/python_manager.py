"""Session updates a second of a manager like the Python backends': all sessions in memory, the whole file rewritten at each
change, under a lock between threads, never synced.

usage: python_manager.py FILE SECONDS THREADS    prints updates a second
"""
import csv
import json
import sys
import threading
import time


def main(path, seconds, threads):
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        columns = reader.fieldnames
        sessions = {row["session_id"]: row for row in reader}
    lock = threading.Lock()
    ids = list(sessions)
    end = time.perf_counter() + seconds
    counts = [0] * threads

    def save():
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=columns)
            writer.writeheader()
            for session in sessions.values():
                row = dict(session)
                row["metadata"] = json.dumps(json.loads(session["metadata"] or "{}"))
                writer.writerow(row)

    def work(number):
        place = number
        while time.perf_counter() < end:
            with lock:
                place = (place + threads) % len(ids)
                session = sessions[ids[place]]
                metadata = json.loads(session["metadata"] or "{}")
                metadata["n"] = counts[number]
                session["metadata"] = json.dumps(metadata)
                save()
            counts[number] += 1

    start = time.perf_counter()
    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(sum(counts) / (time.perf_counter() - start))


main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
