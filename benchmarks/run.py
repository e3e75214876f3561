"""How long the main job takes, cold, and how much memory: `barometer run` for the live project, the help, and one finding.

    python benchmarks/run.py [--repeat N]

Prints the median of each, the breakdown by station of the median run, and the peak memory of the whole process tree.
"""

from __future__ import annotations

import argparse
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

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ("barometer.toml", "data", "validation", "analysis", "reports")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        for name in PROJECT:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, project / name)
        run = ["run", "--project", folder]
        runs = sorted((timed(run) for _ in range(repeat)), key=lambda one: one[0])
        seconds, _, output = runs[len(runs) // 2]
        # Looking at the memory slows the run down, so one of its own is watched.
        peak = timed(run, watched=True)[1]
        print(f"barometer run, html + pdf + docx, cold: {seconds:.1f} s, peak memory {peak:.0f} MB (aims: 10 s, 600 MB)")
        for line in re.findall(r"^  (\w+) .*?([\d.]+) s$", output, flags=re.M):
            print(f"    {line[0]:<14} {line[1]:>5} s")
        for words, aim in ((["--help"], 0.3), (["finding", "contracting.accountable_care_system", "--project", folder], 0.5)):
            median = statistics.median(timed(words)[0] for _ in range(repeat))
            print(f"barometer {' '.join(words[:2])}: {median:.2f} s (aim: {aim} s)")


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
