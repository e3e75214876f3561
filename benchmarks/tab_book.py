"""A tab book of 60 questions by 8 breaks in 40 strata, against svy in the same run, at 1,000, 100,000 and 1,000,000 respondents.

    python -m pip install svy
    python benchmarks/tab_book.py [--rows 1000 100000 1000000] [--repeat 5]

The peer is for the benchmark alone. It makes one call for each break, with a list of questions, which is its fastest way; of the 480
tables it is timed on a slice and scaled up (60 x 8 at 1,000 rows, 3 x 1 at 100,000, 1 x 3 at 1,000,000). Ours makes all tables, with
tests and letters besides. The two alternate, so that both meet the same load; figures are medians. Estimates and standard errors of the
slice are compared. Also measured: peak memory in a process of its own, and the time over that of one numpy pass over the same columns.
Writes benchmarks/results/tab_book.json.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # Read when numpy is imported; so that other work on the machine does not disturb.

import numpy as np
import polars as pl

from barometer.estimation import Categorical, Design, cells, finish

QUESTIONS, BREAKS, STRATA, OPTIONS = 60, 8, 40, 5
AIMS = {1_000: 60.0, 100_000: 400.0, 1_000_000: 1000.0}
SLICES = {1_000: (60, 8), 100_000: (3, 1), 1_000_000: (1, 3)}
MEMORY = 600
RESULT = Path(__file__).parent / "results" / "tab_book.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="*", default=sorted(AIMS))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--memory", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory:
        print(json.dumps(memory(asked.memory)))
        return
    if importlib.util.find_spec("svy") is None:
        raise SystemExit("svy is not installed: python -m pip install svy (for the benchmark only).")
    warnings.simplefilter("ignore")  # The peer's.
    results, per_row = [], {}
    for rows in asked.rows:
        results.append(compared(rows, asked.repeat))
        per_row[rows] = results[-1]["ours_seconds"] / rows
    if len(per_row) > 1:
        print("microseconds a row: " + ", ".join(f"{rows:,}: {1e6 * seconds:.2f}" for rows, seconds in per_row.items()))
    most = max(asked.rows)
    command = [sys.executable, __file__, "--memory", str(most)]
    before, after = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(f"peak memory at {most:,} rows: {after:.0f} MB, of which {before:.0f} MB are the frame and the libraries (aim: {MEMORY} MB)")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(results, indent=1) + "\n")


def synthetic(rows: int) -> pl.DataFrame:
    """Synthetic respondents with unequal weights in strata, and questions and breaks of five answers, as small whole numbers."""
    draw = np.random.default_rng(1)
    columns: dict[str, Any] = {"stratum": draw.integers(0, STRATA, rows), "weight": draw.uniform(1, 5, rows)}
    columns["population"] = np.full(rows, 3.0 * rows)
    names = [f"q{number}" for number in range(QUESTIONS)] + [f"b{number}" for number in range(BREAKS)]
    for name in names:
        columns[name] = draw.integers(1, OPTIONS + 1, rows, dtype=np.uint8)
    return pl.DataFrame(columns)


def ours(frame: pl.DataFrame) -> pl.DataFrame:
    """The whole book: 480 tables, and one of everybody for each question, with tests and letters."""
    codes = tuple(range(1, OPTIONS + 1))
    design = Design(frame, weight="weight", strata="stratum", population="population")
    questions = [Categorical(f"q{number}", codes=codes) for number in range(QUESTIONS)]
    breaks = [Categorical(f"b{number}", codes=codes) for number in range(BREAKS)]
    return finish(cells(design, questions, breaks)).frame


def peer(sample: Any, questions: int, breaks: int) -> list[Any]:
    """Some tables of the peer, a call for each break."""
    names = [f"q{number}" for number in range(questions)]
    return [sample.estimation.prop(names, by=f"b{number}") for number in range(breaks)]


def compared(rows: int, repeat: int) -> dict[str, Any]:
    """Ours, the peer and a plain pass over the columns, in turn."""
    import svy

    frame = synthetic(rows)
    texts = [f"{kind}{number}" for kind, many in (("q", QUESTIONS), ("b", BREAKS)) for number in range(many)]
    design = svy.Design(stratum="stratum", wgt="weight", pop_size="population")
    sample = svy.Sample(frame.with_columns(pl.col(texts).cast(pl.String)), design)
    wide, deep = SLICES.get(rows, (1, 3))
    book, _ = ours(frame), peer(sample, 1, 1)  # Imports and first queries are not counted.
    seconds: dict[str, list[float]] = {"ours": [], "peer": [], "pass": []}
    tables: list[Any] = []
    for _ in range(repeat):
        started = time.perf_counter()
        book = ours(frame)
        seconds["ours"].append(time.perf_counter() - started)
        started = time.perf_counter()
        tables = peer(sample, wide, deep)
        seconds["peer"].append((time.perf_counter() - started) * QUESTIONS * BREAKS / (wide * deep))
        started = time.perf_counter()
        for name in texts:
            frame[name].to_numpy().sum()
        frame["weight"].to_numpy().sum()
        seconds["pass"].append(time.perf_counter() - started)
    mine, theirs, once = (statistics.median(seconds[name]) for name in seconds)
    apart = furthest(book, [one for by in tables for one in by])
    aim = AIMS.get(rows)
    print(f"{QUESTIONS} questions x {BREAKS} breaks, {STRATA} strata, {rows:,} synthetic respondents, median of {repeat}")
    print(f"  ours            {mine:9.3f} s  {mine / once:6.1f} numpy passes over the same columns ({once:.4f} s)")
    scaled = f"scaled from {wide} x {deep} tables" if (wide, deep) != (QUESTIONS, BREAKS) else "all tables"
    print(f"  svy {svy.__version__:<12}{theirs:9.3f} s  {theirs / mine:6.1f} times ours (aim: {aim}; {scaled})")
    print(f"  largest relative difference of estimates and standard errors: {apart:.1e}")
    return {
        "name": f"tab book, {QUESTIONS} questions x {BREAKS} breaks, {rows} rows",
        "ours_seconds": round(mine, 4),
        "peer": "svy",
        "peer_seconds": round(theirs, 2),
        "ratio": round(theirs / mine, 1),
        "aim": aim,
        "machine": "2 cores",
    }


def furthest(book: pl.DataFrame, tables: list[Any]) -> float:
    """The largest relative difference between the two, so that nobody compares the speed of different numbers."""
    parts = []
    for one in tables:
        found = one.to_polars()
        by, question = found.columns[:2]
        named = {"break": pl.lit(by), "level": pl.col(by), "question": pl.lit(question), "option": pl.col(question)}
        parts.append(found.select(**named, their_estimate="est", their_error="se"))
    both = pl.concat(parts).join(book, on=["break", "level", "question", "option"])
    assert both.height == sum(len(part) for part in parts)
    differences = [
        ((pl.col(a) - pl.col(b)) / pl.col(a)).abs().max() for a, b in (("estimate", "their_estimate"), ("std_error", "their_error"))
    ]
    return float(both.select(pl.max_horizontal(differences)).item())


def memory(rows: int) -> tuple[float, float]:
    """Peak resident memory of this process in MB, with the frame alone and after the book."""
    frame = synthetic(rows)
    before = peak()
    ours(frame)
    return before, peak()


def peak() -> float:
    """Peak resident memory so far in MB. What `resource` says would include the process that started this one."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main()
