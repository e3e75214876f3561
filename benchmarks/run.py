"""How long the main jobs take, and how much memory: runs of the live project, the help, and one finding.

    python benchmarks/run.py [--repeat N] [--wave WAVE] [--write]

Prints the median of each, the breakdown by station of the median cold run, and the peak memory of the whole process tree.
`--write` puts the times that have a limit into benchmarks/results/run.json. Cold: nothing frozen, a new process. Prose: a
sentence of the report is edited, everything else is frozen. Second: another report (of one region) in a process that has made
one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ("barometer.toml", "data", "validation", "analysis", "reports")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--wave", default="2016-spring")
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/run.json")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), chosen.wave, chosen.repeat)
    for one in found:
        print(f"{one['name']}: {one['seconds']:.2f} s (aim: {one['aim_seconds']:g} s)")
    if chosen.write:
        lines = ",\n ".join(json.dumps(one) for one in found)
        (ROOT / "benchmarks/results/run.json").write_text(f"[{lines}]\n", encoding="utf-8")


def measured(project: Path, wave: str, repeat: int) -> list[dict[str, Any]]:
    """All measurements, each with its name, median seconds and aim."""
    for name in PROJECT:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, project / name)
    run = ["run", wave, "--project", str(project)]
    cold = sorted((timed([*run, "--no-freeze"]) for _ in range(repeat)), key=lambda one: one[0])
    # Looking at the memory slows the run down, so one of its own is watched.
    peak = timed([*run, "--no-freeze"], watched=True)[1]
    print(f"peak memory of a cold run: {peak:.0f} MB (aim: 600 MB)")
    for line in re.findall(r"^  (\w+) .*?([\d.]+) s$", cold[len(cold) // 2][2], flags=re.M):
        print(f"    {line[0]:<14} {line[1]:>5} s")
    timed(run)
    report = report_of(project, wave)
    prose = [edited(report, number, run) for number in range(repeat)]
    finding = ["finding", "contracting.accountable_care_system", "--project", str(project)]
    return [
        of("barometer run, all formats and pages, cold", [one[0] for one in cold], 10, memory_mb=round(peak)),
        of("barometer run after an edit of the report's prose", prose, 3),
        of("barometer run, nothing changed", [timed(run)[0] for _ in range(repeat)], 3),
        of("one more report in the same process, all formats", second_reports(project, wave), 3),
        of("barometer --help", [timed(["--help"])[0] for _ in range(repeat)], 0.3),
        of("barometer finding", [timed(finding)[0] for _ in range(repeat)], 0.5),
    ]


def of(name: str, seconds: list[float], aim: float, **more: Any) -> dict[str, Any]:
    """One measurement: the median."""
    return {"name": name, "seconds": round(statistics.median(seconds), 2), "aim_seconds": aim, "machine": f"{os.cpu_count()} cores", **more}


def report_of(project: Path, wave: str) -> Path:
    """The document of a wave's report."""
    from barometer.project.run import report_of as document
    from barometer.project.survey import open

    return document(open(project).wave(wave))


def edited(report: Path, number: int, run: list[str]) -> float:
    """Seconds of a run after a sentence was added to the report."""
    report.write_text(report.read_text(encoding="utf-8") + f"\nSentence {number} that was added.\n", encoding="utf-8")
    return timed(run)[0]


def second_reports(project: Path, wave: str) -> list[float]:
    """Seconds of each report of a region but the first, rendered one after the other in this process."""
    from barometer.project.survey import open
    from barometer.project.variant_reports import document, planned
    from barometer.publishing.rendering import render_documents

    variants = planned(open(project).wave(wave), "region")
    seconds = []
    with tempfile.TemporaryDirectory() as name:
        for level in variants.levels:
            (Path(name) / variants.folder / level).mkdir(parents=True)
            started = time.perf_counter()
            render_documents([document(variants, level, ("html", "pdf", "docx"))], output=Path(name), renderer="embedded")
            seconds.append(time.perf_counter() - started)
    return seconds[1:]


def timed(words: list[str], *, watched: bool = False) -> tuple[float, float, str]:
    """Wall-clock seconds, peak memory of the process and its children in MB (0 if it is not watched), and what it printed."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "barometer.cli.main", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peak = [0.0]
    if watched:
        threading.Thread(target=_watch, args=(process, peak), daemon=True).start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        raise SystemExit(f"barometer {' '.join(words)} failed:\n{output}")
    return seconds, peak[0], output


def _watch(process: subprocess.Popen[str], peak: list[float]) -> None:
    """Adds up the memory of a process and its descendants until it ends (Linux only; elsewhere it stays 0)."""
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_memory(id) for id in _family(process.pid)))
        time.sleep(0.05)


def _family(root: int) -> list[int]:
    family, waiting = [], [root]
    while waiting:
        id = waiting.pop()
        family.append(id)
        try:
            waiting += map(int, Path(f"/proc/{id}/task/{id}/children").read_text().split())
        except OSError:
            continue
    return family


def _memory(id: int) -> float:
    """Proportional set size where the kernel tells it (pages that processes share are counted once), in MB."""
    try:
        for line in Path(f"/proc/{id}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except (OSError, ValueError):
        pass
    return 0.0


if __name__ == "__main__":
    os.environ.setdefault("COLUMNS", "120")
    main()
