"""Raking a million respondents to four margins, against weightipy (and svy, if it is there) in the same run.

    python -m pip install weightipy svy
    python benchmarks/weighting.py [--rows 1000000] [--repeat 5]

The peers are for the benchmark alone. Prints medians and ratios, checks that the weights agree, and writes
benchmarks/results/weighting.json.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from barometer.weighting import rake

AIM = 20.0
LEVELS = {"region": 9, "age": 6, "role": 2, "size": 5}
RESULT = Path(__file__).parent / "results" / "weighting.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    if importlib.util.find_spec("weightipy") is None:
        raise SystemExit("weightipy is not installed: python -m pip install weightipy svy (for the benchmark only).")
    frame, shares = synthetic(asked.rows)
    runs: dict[str, Callable[[], Any]] = {"ours": lambda: rake(frame, margins(shares, frame.height)).weights}
    runs["weightipy"] = weightipy_run(frame, shares)
    if importlib.util.find_spec("svy") is not None:
        runs["svy"] = svy_run(frame, shares)
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    weights: dict[str, Any] = {}
    for _ in range(asked.repeat):
        for name, run in runs.items():
            started = time.perf_counter()
            weights[name] = run()
            seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    cells = np.prod(list(LEVELS.values()))
    print(f"Raking {asked.rows:,} synthetic respondents to {len(LEVELS)} margins ({cells} cells), median of {asked.repeat}")
    rows = []
    for name, found in medians.items():
        line = f"  {name:<10} {found:8.3f} s"
        if name != "ours":
            apart = np.abs(
                np.asarray(weights[name]) / np.asarray(weights["ours"]) * weights["ours"].mean() / np.mean(weights[name]) - 1
            ).max()
            line += f"  {found / medians['ours']:6.1f} times ours (weights agree to {apart:.0e})"
            rows.append(record(f"raking 4 margins, {asked.rows} rows", medians["ours"], name, found, AIM if name == "weightipy" else None))
        print(line)
    write(RESULT, rows)
    print(f"aim: {AIM:g} times weightipy")


def synthetic(rows: int) -> tuple[pl.DataFrame, dict[str, dict[int, float]]]:
    """Synthetic respondents with whole-number codes, and shares of the population that differ from theirs."""
    draw = np.random.default_rng(1)
    columns, shares = {}, {}
    for name, size in LEVELS.items():
        columns[name] = draw.choice(np.arange(1, size + 1), size=rows, p=draw.dirichlet(np.full(size, 30.0)))
        target = draw.dirichlet(np.full(size, 30.0))
        shares[name] = {level + 1: float(share) for level, share in enumerate(target / target.sum())}
    return pl.DataFrame(columns), shares


def margins(shares: dict[str, dict[int, float]], size: int) -> dict[str, dict[int, float]]:
    return {name: {level: share * size for level, share in levels.items()} for name, levels in shares.items()}


def weightipy_run(frame: pl.DataFrame, shares: dict[str, dict[int, float]]) -> Callable[[], Any]:
    import pandas as pd
    import weightipy

    table = pd.DataFrame({name: frame[name].to_numpy() for name in frame.columns})
    scheme = {name: {level: 100 * share for level, share in levels.items()} for name, levels in shares.items()}
    return lambda: weightipy.weight_dataframe(table, weightipy.scheme_from_dict(scheme), "weight")["weight"].to_numpy()


def svy_run(frame: pl.DataFrame, shares: dict[str, dict[int, float]]) -> Callable[[], Any]:
    import svy

    sample = svy.Sample(frame.with_columns(weight=pl.lit(1.0)), svy.Design(wgt="weight"))
    controls = margins(shares, frame.height)
    return lambda: sample.weighting.rake(controls=controls, wgt_name="raked", tol=1e-8).data["raked"].to_numpy()


def record(name: str, ours: float, peer: str, seconds: float, aim: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "ours_seconds": round(ours, 4),
        "peer": peer,
        "peer_seconds": round(seconds, 4),
        "ratio": round(seconds / ours, 1),
        "aim": aim,
        "machine": "2 cores",
    }


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    main()
