#!/usr/bin/env python3
"""The figures of the insights from a file of histories, without anything of the tracker.

    insights.py FILE.jsonl.gz

Written from docs/interchange.md, docs/import.md and the definitions of docs/insights.md alone. Prints, for each year (UTC):
what was reported, closed and reopened, what was open at its end by status, and the percentiles of lead time, cycle time and time
to triage in days, each with its n. Exact: no sketches.
"""
import datetime
import gzip
import json
import sys
from collections import Counter, defaultdict

WORDS = {
    "OPEN": "open,new,to do,todo,received,reopened,backlog,created,submitted,unconfirmed,reported",
    "TRIAGED": "triaged,accepted,confirmed,acknowledged,approved,assigned,planned,ready,selected for development,on hold,blocked,"
    "waiting,volunteer needed,more details needed,needs more info",
    "IN_PROGRESS": "in progress,in_progress,started,doing,in development,in review,review,code review,patch available,in test,"
    "in testing,in qa,in qe test,testing",
    "DONE": "done,closed,resolved,fixed,completed,complete,verified,released,merged,cancelled,canceled,rejected,declined,duplicate,"
    "invalid,won't fix,won't do,wontfix",
}
STATUS = {word: status for status, words in WORDS.items() for word in words.split(",")}


def status(word):
    return STATUS[(word or "open").strip().lower()]


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(datetime.timezone.utc)


def moves(issue):
    """When an issue went where, as a chain from OPEN."""
    created = instant(issue["created_at"])
    told = [e for e in issue["events"] if e["field"] == "status"]
    chain, now = [], "OPEN"

    def go(at, to):
        nonlocal now
        if to != now:
            chain.append((max(at, chain[-1][0] if chain else created), now, to))
            now = to

    for number, event in enumerate(told):
        at = max(instant(event["at"]), created)
        if number == 0:
            go(created, status(event["from"]))
        go(at, status(event["to"]))
    end = instant(issue.get("resolved_at") or issue.get("updated_at") or issue["created_at"])
    go(max([end, created] + [at for at, _, _ in chain]), status(issue["status"]))
    return created, chain


def percentiles(samples):
    days = sorted(sample.total_seconds() / 86400 for sample in samples)
    if len(days) < 5:
        return {"n": len(days)}
    return {"n": len(days), **{f"p{p}": round(days[p * (len(days) - 1) // 100], 3) for p in (50, 85, 95)}}


def main(path):
    counts, stock = defaultdict(Counter), defaultdict(Counter)
    lead, cycle, triage, no_start = defaultdict(list), defaultdict(list), defaultdict(list), Counter()
    years = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        issues = [moves(json.loads(line)) for line in lines]
    for created, chain in issues:
        counts[created.year]["opened"] += 1
        for at, before, to in chain:
            years.add(at.year)
            counts[at.year]["closed"] += to == "DONE"
            counts[at.year]["reopened"] += before == "DONE"
        if chain:
            triage[chain[0][0].year].append(chain[0][0] - created)
        if chain and chain[-1][2] == "DONE":
            done = chain[-1][0]
            lead[done.year].append(done - created)
            started = next((at for at, _, to in chain if to == "IN_PROGRESS"), None)
            if started is None:
                no_start[done.year] += 1
            else:
                cycle[done.year].append(done - started)
    years |= set(counts)
    for year in range(min(years), max(years) + 1):
        end = datetime.datetime(year + 1, 1, 1, tzinfo=datetime.timezone.utc)
        for created, chain in issues:
            if created < end:
                stock[year][next((to for at, _, to in reversed(chain) if at < end), "OPEN")] += 1
        figures = {
            **{name: counts[year][name] for name in ("opened", "closed", "reopened")},
            "stock": {name: stock[year][name] for name in WORDS},
            "lead": percentiles(lead[year]),
            "cycle": percentiles(cycle[year]),
            "no_start": no_start[year],
            "triage": percentiles(triage[year]),
        }
        print(year, json.dumps(figures))


main(sys.argv[1])
