"""Makes the synthetic data of this project: the frames, what became of merged posts, and the responses of each planned wave.

No respondent-level data of the real series are public, so the project brings its own: made up from a seed, calibrated on the published
figures, and the same bytes on every machine. `data/README.md` says what is made up and what is not.

    python data/make_synthetic.py                      write the frames and every planned wave
    python data/make_synthetic.py --wave 2016-spring   write the frames and one wave
    python data/make_synthetic.py --check              write nothing; exit 1 if a committed file differs

Exit codes are the toolkit's: 0 done, 1 a file differs, 2 wrong usage, or a plan that does not fit the questionnaire.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from barometer.errors import BarometerError, UsageError, did_you_mean
from barometer.questionnaire import load
from synthetic import export
from synthetic.frame import COLUMNS, EARLIER_COLUMNS, SUCCESSORS_COLUMNS, make_earlier_frame, make_frame, make_successors
from synthetic.plan import frame_plan, waves
from synthetic.wave import Series

DATA = Path(__file__).resolve().parent


def make(wanted: list[str]) -> dict[Path, bytes]:
    """The contents of every file, by path.

    Raises:
        UsageError: If a wave has no plan.
        ProjectError: If a plan is broken or does not fit the questionnaire.
    """
    for wave in wanted:
        if wave not in waves():
            raise UsageError("The wave has no plan.", expected=", ".join(waves()), got=wave, hint=did_you_mean(wave, waves()))
    plan = frame_plan()
    frame = make_frame(plan)
    earlier = make_earlier_frame(plan.earlier, frame)
    files = {
        DATA / "frame.csv": export.to_csv(COLUMNS, frame),
        DATA / plan.earlier.file: export.to_csv(EARLIER_COLUMNS, earlier),
        DATA / "successors.csv": export.to_csv(SUCCESSORS_COLUMNS, make_successors(plan.earlier, frame)),
    }
    frames = {"data/frame.csv": frame, f"data/{plan.earlier.file}": earlier}
    series = Series(load(DATA / "questionnaire.toml"), frames, DATA / "waves")
    for wave in wanted:
        for name, content in series.files(wave).items():
            files[DATA / "waves" / wave / name] = content
    return files


def differences(files: dict[Path, bytes]) -> list[str]:
    """One line for each committed file that is missing or differs, with the first line that does."""
    found = []
    for path, content in files.items():
        name = path.relative_to(DATA.parent).as_posix()
        if not path.exists():
            found.append(f"{name} is missing.")
        elif (committed := path.read_bytes()) != content:
            pairs = zip(committed.split(b"\n"), content.split(b"\n"), strict=False)
            line = next((number for number, (old, new) in enumerate(pairs, start=1) if old != new), content.count(b"\n") + 1)
            found.append(f"{name} differs from what this script makes, first in line {line}.")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Writes or checks the files; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make_synthetic.py", description="Make the synthetic data of this project.")
    parser.add_argument("--wave", action="append", metavar="WAVE", help="only this wave (and the frames); may be repeated")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a committed file differs")
    options = parser.parse_args(arguments)
    try:
        files = make(options.wave or waves())
    except BarometerError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    if options.check:
        found = differences(files)
        for line in found:
            print(line, file=sys.stderr)
        return 1 if found else 0
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"wrote {path.relative_to(DATA.parent).as_posix()} (synthetic)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
