"""500 bootstrap replicates of 60 questions at 10,000 respondents, made and estimated, against svy in the same run.

    python -m pip install svy
    python benchmarks/replicates.py [--rows 10000] [--replicates 500] [--repeat 5]

The peer is for the benchmark alone. Matrix products get one thread, so that other work on the machine does not disturb them. Prints
medians and the ratio, compares the standard errors, and writes benchmarks/results/replicates.json.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # Read when numpy is imported.

import numpy as np
import polars as pl

from barometer.estimation import Design

AIM = 8.0
QUESTIONS, OPTIONS, STRATA = 60, 5, 40
RESULT = Path(__file__).parent / "results" / "replicates.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    if importlib.util.find_spec("svy") is None:
        raise SystemExit("svy is not installed: python -m pip install svy (for the benchmark only).")
    frame = synthetic(asked.rows)
    questions = [f"q{number}" for number in range(QUESTIONS)]
    runs: dict[str, Callable[[], Any]] = {
        "ours": lambda: ours(frame, questions, asked.replicates),
        "svy": lambda: peer(frame, questions, asked.replicates),
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    errors: dict[str, Any] = {}
    for _ in range(asked.repeat):
        for name, run in runs.items():
            started = time.perf_counter()
            errors[name] = run()
            seconds[name].append(time.perf_counter() - started)
    mine, theirs = (statistics.median(seconds[name]) for name in runs)
    apart = float(np.mean(errors["ours"]) / np.mean(errors["svy"]))
    print(
        f"{asked.replicates} bootstrap replicates of {QUESTIONS} questions, {asked.rows:,} synthetic respondents, median of {asked.repeat}"
    )
    print(f"  ours       {mine:8.3f} s")
    print(f"  svy        {theirs:8.3f} s  {theirs / mine:6.1f} times ours (aim: {AIM:g}; mean standard error ours / svy {apart:.3f})")
    row = {
        "name": f"{asked.replicates} bootstrap replicates x {QUESTIONS} questions, {asked.rows} rows",
        "ours_seconds": round(mine, 4),
        "peer": "svy",
        "peer_seconds": round(theirs, 4),
        "ratio": round(theirs / mine, 1),
        "aim": AIM,
        "machine": "2 cores",
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(row) + "\n")


def synthetic(rows: int) -> pl.DataFrame:
    """Synthetic respondents with unequal weights in strata, and questions of five options."""
    draw = np.random.default_rng(1)
    columns: dict[str, Any] = {"person": np.arange(rows), "stratum": draw.integers(0, STRATA, rows), "weight": draw.uniform(1, 5, rows)}
    for number in range(QUESTIONS):
        columns[f"q{number}"] = draw.choice(np.arange(1, OPTIONS + 1), size=rows, p=draw.dirichlet(np.full(OPTIONS, 8.0)))
    return pl.DataFrame(columns)


def ours(frame: pl.DataFrame, questions: list[str], number: int) -> Any:
    design = Design(frame, weight="weight", strata="stratum")
    book = design.replicates("bootstrap", number, seed=1).tab_book(questions)
    return book.frame["std_error"].to_numpy()


def peer(frame: pl.DataFrame, questions: list[str], number: int) -> Any:
    import svy

    sample = svy.Sample(frame, svy.Design(stratum="stratum", psu="person", wgt="weight"))
    replicated = sample.weighting.create_bs_wgts(number, rstate=1)
    found = replicated.estimation.prop(questions, method="replication")
    return np.array([row.se for one in found for row in one.estimates])


if __name__ == "__main__":
    main()
