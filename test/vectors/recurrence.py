"""Occurrences of recurrence rules by python-dateutil, the reference of test/config/calendar/rule.test.ts.

    python3 test/vectors/recurrence.py > test/vectors/recurrence.json
"""
import json
import random
from datetime import datetime

from dateutil.rrule import rrulestr

random.seed(1)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def some(values, most):
    return ",".join(str(v) for v in sorted(random.sample(list(values), random.randint(1, most))))


def rule():
    freq = random.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = [f"FREQ={freq}"]
    if random.random() < 0.5:
        parts.append(f"INTERVAL={random.randint(1, 4 if freq == 'YEARLY' else 9)}")
    if random.random() < 0.3:
        parts.append(f"BYMONTH={some(range(1, 13), 4)}")
    if freq != "WEEKLY" and random.random() < 0.3:
        parts.append(f"BYMONTHDAY={some([1, 2, 13, 28, 29, 30, 31, -1, -2, -31], 3)}")
    if freq == "YEARLY" and random.random() < 0.2:
        parts.append(f"BYYEARDAY={some([1, 60, 100, 200, 365, 366, -1, -366], 3)}")
    if random.random() < 0.5:
        days = random.sample(DAYS, random.randint(1, 3))
        if freq in ("MONTHLY", "YEARLY") and random.random() < 0.6:
            days = [f"{random.choice([1, 2, 4, 5, -1, -2])}{day}" for day in days]
        parts.append(f"BYDAY={','.join(days)}")
    if random.random() < 0.3:
        parts.append(f"BYHOUR={some(range(24), 3)}")
    if random.random() < 0.2:
        parts.append(f"BYMINUTE={some([0, 15, 30], 2)}")
    if any(p.startswith("BY") and not p.startswith("BYMONTH=") for p in parts) and random.random() < 0.3:
        parts.append(f"BYSETPOS={some([1, 2, -1], 2)}")
    if random.random() < 0.2:
        parts.append(f"WKST={random.choice(DAYS)}")
    if random.random() < 0.2:
        parts.append(random.choice(["COUNT=5", "UNTIL=20280229T120000"]))
    return ";".join(parts)


rows = []
END = datetime(2032, 1, 1)
while len(rows) < 400:
    text = rule()
    start = datetime(random.randint(2019, 2026), random.randint(1, 12), random.randint(1, 28), 6, 30)
    if random.random() < 0.2:
        start = random.choice([datetime(2024, 2, 29, 6, 30), datetime(2025, 1, 31, 6, 30)])
    since = datetime(2026, random.randint(1, 12), 1)
    found = []
    for at in rrulestr(text, dtstart=start):
        if at > END or len(found) == 12:
            break
        if at >= since:
            found.append(at.isoformat(timespec="minutes"))
    rows.append([text, start.isoformat(timespec="minutes"), since.isoformat(timespec="minutes"), found])

print("[")
print(",\n".join("  " + json.dumps(row) for row in rows))
print("]")
