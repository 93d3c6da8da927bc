"""Lets pytauargus (tau-argus with HiGHS) protect the cases of a data folder, for `cargo bench --bench peers`.

usage: tau_argus.py TABLES OUT [CASE...]

TABLES holds case folders (case.json, inner.csv.gz, truth.csv.gz). What each method hides is written as
OUT/CASE/peers/METHOD_suppressed.csv.gz, the way the other peers' patterns are kept: one line a hidden cell, all dimensions.
Each record is its own respondent with a response of 1; a cell of fewer than the threshold is unsafe (FREQ), with the widest
safety range that the rule takes. The package shows empty cells. Tables are protected one by one, as it does it: it has no
linked tables.
"""
import csv
import gzip
import json
import os
import signal
import sys
import tempfile
import time

from pytauargus import protect

# Name, and how secondary cells are found.
METHODS = [("ta_opt", "OPT(1)"), ("ta_mod", "MOD(1)")]
SECONDS = 120


def lines(path):
    with gzip.open(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def short(dimension):
    """Names of one width for the codes of a dimension: the package loses codes of several widths in a hierarchy."""
    codes = sorted({code for parent, children in dimension["sums"] for code in [parent, *children]} - {dimension["total"]})
    return {code: f"c{at:05}" for at, code in enumerate(codes)}


def hierarchy(dimension, names, folder):
    """Writes the codes below the total, an @ a level, and returns the path; None where there is one level."""
    below = dict(dimension["sums"])

    def walk(code, depth):
        for child in below.get(code, []):
            yield "@" * depth + names[child]
            yield from walk(child, depth + 1)

    text = list(walk(dimension["total"], 0))
    if not any(line.startswith("@") for line in text):
        return None
    handle, path = tempfile.mkstemp(suffix=".hrc", dir=folder)
    with os.fdopen(handle, "w") as file:
        file.write("\n".join(text) + "\n")
    return path


def hidden(case, dims, records, method):
    """Codes of the cells that the package withholds in one table."""
    with tempfile.TemporaryDirectory() as folder:
        names = {dim: short(case["hierarchies"][dim]) for dim in dims}
        hrc = {dim: path for dim in dims if (path := hierarchy(case["hierarchies"][dim], names[dim], folder))}
        rule = f"FREQ({case['threshold']},100)"
        micro = {dim: [names[dim][record[dim]] for record in records] for dim in dims}
        micro["response"] = [1] * len(records)
        done = protect(micro, dims, response="response", safety_rules=rule, suppress=method, hrc=hrc or None,
                       totcode="Total", workdir=folder)
        long = {dim: {name: code for code, name in names[dim].items()} for dim in dims}
        withheld = [row for row in done.tables[0].rows if row["status"] in "UM"]
        # What has no name of ours is the total, however the package spells it.
        return [[long[dim].get(row[dim], case["hierarchies"][dim]["total"]) for dim in dims] for row in withheld]


def main():
    tables, out, wanted = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
    # The engine leaves logs wherever it is started.
    os.chdir(tempfile.mkdtemp())
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError()))
    for name in sorted(os.listdir(tables)):
        folder = os.path.join(tables, name)
        if not os.path.exists(os.path.join(folder, "inner.csv.gz")) or wanted and name not in wanted:
            continue
        case = json.load(open(os.path.join(folder, "case.json"), encoding="utf-8"))
        names = list(case["hierarchies"])
        records = [{dim: line[case["cols"][dim][-1]] for dim in names}
                   for line in lines(os.path.join(folder, "inner.csv.gz")) for _ in range(int(float(line["freq"])))]
        for method, how in METHODS:
            start = time.time()
            signal.alarm(SECONDS)
            try:
                cells = {tuple(dict(zip(table["dims"], codes)).get(dim, case["hierarchies"][dim]["total"]) for dim in names)
                         for table in case["tables"]
                         for codes in hidden(case, table["dims"], records, how)}
            except Exception as error:  # what the engine says is the result
                print(f"{name} {method}: {type(error).__name__}: {str(error)[:160]}")
                continue
            finally:
                signal.alarm(0)
            peers = os.path.join(out, name, "peers")
            os.makedirs(peers, exist_ok=True)
            with gzip.open(os.path.join(peers, f"{method}_suppressed.csv.gz"), "wt", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(names)
                writer.writerows(sorted(cells))
            print(f"{name} {method}: {len(cells)} hidden, {time.time() - start:.1f} s")


main()
