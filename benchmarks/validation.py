"""How fast a check is, against Great Expectations on its own pandas engine. Run: `python benchmarks/validation.py`.

Each figure comes from a process of its own, so that imports are cold and the memory is the figure's own; a small export is made
beforehand, so that nothing that a check imports is already there. `--rows` sets the size of the large table (1,000,000),
`--without-peer` leaves out the slow run of Great Expectations on it. With the peer, the figures go into
benchmarks/results/validation.json. Imports need compiled bytecode: a fresh environment has it after the first run.
"""

from __future__ import annotations

import argparse
import json
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WAVE = "2016-spring"
RULES = 150
AIM = 5.0
#: Exports of up to so many submissions are made before the clock starts; they are what a cold start is measured on.
SMALL = 1000
#: How often a short process is timed; the fastest counts, because whatever else the machine does only makes it slower.
TIMES = 5
RESULT = Path(__file__).parent / "results" / "validation.json"


PARTS = ("import", "ours", "great_expectations")


def wave(rows: int) -> tuple[Any, Any, Any]:
    """A synthetic export of the live questionnaire, its population frame, and a context that makes up `RULES` rules."""
    from datetime import date, datetime

    import numpy as np
    import polars as pl

    from barometer.intake import Export
    from barometer.questionnaire import load
    from barometer.validation import CheckContext, RulesFile, check
    from barometer.validation.settings import TeamRule

    questionnaire = load(ROOT / "data" / "questionnaire.toml")
    rng = np.random.default_rng(1)

    def drawn(values: list[str | None]) -> pl.Series:
        return pl.Series(values, dtype=pl.String).gather(rng.integers(0, len(values), rows))

    number = pl.int_range(0, rows, eager=True)
    start = pl.lit(datetime(2016, 3, 2)) + pl.duration(minutes=number % 40000)
    columns: dict[str, Any] = {
        "row": number + 2,
        "respondent": number.cast(pl.String),
        "started": start,
        "completed": start + pl.duration(minutes=12),
        "post": pl.lit("P") + number.cast(pl.String),
    }
    # Nobody ticks an exclusive option, and everybody ticks accountable care, so that few rows fail.
    never = {
        f"{question.id}.{option.code}" for question in questionnaire for option in question.options if option.exclusive or option.other
    }
    for question in questionnaire.asked_in(WAVE):
        for place, column in enumerate(question.columns(WAVE)):
            codes = [option.code for option in question.options_in(WAVE)]
            values: list[str | None] = {
                "multiple": ["1", None] if place else ["1"],
                "ranking": [None],
                "allocation": ["25"],
                "numeric": [*["3", "7"] * 50, "11"],
                "text": ["More time"],
            }.get(question.kind, codes)
            columns[column] = drawn([None] if column in never or column.endswith(".other_text") else values)
    frame = pl.select(**columns).with_columns(pl.col("started", "completed").cast(pl.Datetime("us")))
    nothing = pl.DataFrame(schema={"row": pl.Int64, "column": pl.String})
    export = Export(Path("responses.csv"), WAVE, questionnaire, "utf-8", frame, nothing)
    posts = frame.select("post", pl.lit("chair").alias("role")) if rows <= 1000 else None
    own = tuple(
        TeamRule(
            id=f"own_{place}",
            label=f"rule {place}",
            fails_if=f"financial_confidence > {place + 10} and year_end == 'surplus' and time.own_ccg > {place}",
        )
        for place in range(RULES)
    )
    first, last = date(2016, 3, 1), date(2016, 4, 15)
    context = CheckContext(rules=RulesFile(rules=own), fieldwork_start=first, fieldwork_end=last)
    implied = len(check(export.rows(export.frame["row"].head(1)), frame=posts, context=context, certify=False).rules) - RULES
    return export, posts, CheckContext(rules=RulesFile(rules=own[: RULES - implied]), fieldwork_start=first, fieldwork_end=last)


def timed(rows: int, how: str, made: str | None = None) -> dict[str, float]:
    """Seconds and peak memory of one run, in this process; `made` is a file with the export."""
    import resource

    start = time.perf_counter()
    from barometer.validation import check

    if how != "quick":
        from barometer.validation.checkpoint import run
    imported = time.perf_counter() - start
    export, posts, context = wave(rows) if made is None else pickle.loads(Path(made).read_bytes())
    start = time.perf_counter()
    result = check(export, frame=posts, context=context, certify=False)
    ours = time.perf_counter() - start
    base = {"rules": float(len(result.rules)), "columns": float(export.frame.width), "import": imported, "ours": ours}
    if how == "quick" and made is not None:
        assert "numpy" not in sys.modules, "a quick check of a small export should not wait for numpy"
    if how == "certified":
        start = time.perf_counter()
        job = result.job()
        if not job.rows:
            result.certified_by(run(job), job)
        else:
            certificate = run(job)
            result.certified_by(certificate, job)
        base["great_expectations"] = time.perf_counter() - start
    if how == "peer":
        import barometer.validation.certifying as certifying

        certifying.ROWS_AT_MOST = rows
        job = result.job()
        import great_expectations  # noqa: F401  (its import is not counted here)

        start = time.perf_counter()
        run(job)
        base["great_expectations"] = time.perf_counter() - start
    base["peak_gb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return base


def apart(rows: int, how: str) -> dict[str, float]:
    """The same in a process of its own; of a quick check of a small export, the fastest of several."""
    command = [sys.executable, "-W", "ignore", __file__, "--one", how, "--rows", str(rows)]
    with tempfile.TemporaryDirectory() as folder:
        if rows <= SMALL:
            made = Path(folder) / "export.pickle"
            made.write_bytes(pickle.dumps(wave(rows)))
            command += ["--made", str(made)]
        runs: list[dict[str, float]] = []
        for _ in range(TIMES if rows <= SMALL and how == "quick" else 1):
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            runs.append(json.loads(done.stdout.splitlines()[-1]))
    return min(runs, key=lambda run: run["import"] + run["ours"])


def whole_command() -> float:
    """Seconds of `barometer check --quick` on the live project, from the start of Python to its end: the fastest of several."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "barometer.toml", folder)
        for part in ("data", "validation"):
            shutil.copytree(ROOT / part, Path(folder) / part)
        seconds: list[float] = []
        for _ in range(TIMES):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "barometer.cli.main", "check", "--quick", "--project", folder], capture_output=True, check=True
            )
            seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--without-peer", action="store_true")
    arguments.add_argument("--one", choices=["quick", "certified", "peer"], help=argparse.SUPPRESS)
    arguments.add_argument("--made", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one:
        print(json.dumps(timed(given.rows, given.one, given.made)))
        return
    small = apart(200, "certified")
    print(f"200 rows, {small['rules']:.0f} rules, cold: import {small['import']:.2f} s, ours {small['ours']:.2f} s, ", end="")
    print(f"Great Expectations with its import {small['great_expectations']:.2f} s")
    quick = apart(200, "quick")
    print(f"200 rows, polars only, cold: {quick['import'] + quick['ours']:.2f} s (import {quick['import']:.2f} s)")
    whole = whole_command()
    print(f"barometer check --quick on the live project, the whole command: {whole:.2f} s")
    large = apart(given.rows, "quick")
    print(f"{given.rows:,} rows x {large['columns']:.0f} columns, polars: {large['ours']:.2f} s, peak {large['peak_gb']:.2f} GB")
    counted = apart(given.rows, "certified")
    print(f"{given.rows:,} rows, failure counts certified by Great Expectations: {counted['great_expectations']:.2f} s with its import")
    if not given.without_peer:
        peer = apart(given.rows, "peer")
        seconds, memory = peer["great_expectations"], peer["peak_gb"]
        print(f"{given.rows:,} rows, the same rules on Great Expectations' pandas engine: {seconds:.1f} s, peak {memory:.2f} GB")
        print(f"ratio: {seconds / large['ours']:.1f} times faster (aim: {AIM:g})")
        rows = [
            limit(f"check of 200 submissions x {small['rules']:.0f} rules, both witnesses, cold", sum(small[part] for part in PARTS), 8.0),
            limit("of which ours", small["import"] + small["ours"], 1.0),
            limit("check of 200 submissions, polars only, cold", quick["import"] + quick["ours"], 0.6),
            {
                "name": f"check of {given.rows} submissions x {large['columns']:.0f} columns, {large['rules']:.0f} rules",
                "ours_seconds": round(large["ours"], 3),
                "peer": "Great Expectations (pandas)",
                "peer_seconds": round(seconds, 2),
                "ratio": round(seconds / large["ours"], 1),
                "aim": AIM,
                "peak_gb": round(large["peak_gb"], 2),
                "machine": "2 cores",
            },
        ]
        RESULT.write_text(json.dumps(rows, indent=1) + "\n")


def limit(name: str, seconds: float, aim: float) -> dict[str, Any]:
    """A time that has no peer, and what it should not pass."""
    return {"name": name, "seconds": round(seconds, 3), "aim_seconds": aim, "machine": "2 cores"}


if __name__ == "__main__":
    main()
