"""Write the speed table of the README from benchmarks/results/*.json, between <!-- speed --> and <!-- /speed -->.

    python benchmarks/table.py [--check]

One line a measurement: first those against a peer, then times with a limit (`seconds` and `aim_seconds`). Each file holds one
measurement, a list of them, or one a line; files without times are left alone.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIMITS = ("| measurement | Barometer | at most |", "| --- | ---: | ---: |")
HEAD = ("| measurement | Barometer | peer | times faster | aim |", "| --- | ---: | --- | ---: | ---: |")
MARKS = re.compile(r"(<!-- speed -->\n).*?(<!-- /speed -->)", re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether the table is what the results say")
    check = parser.parse_args().check
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    if not MARKS.search(text):
        raise SystemExit("README.md has no <!-- speed --> and <!-- /speed -->.")
    found = measured()
    lines = "\n".join([*HEAD, *(line(one) for one in found if "ours_seconds" in one)])
    lines += "\n\n" + "\n".join([*LIMITS, *(limit(one) for one in found if "aim_seconds" in one)])
    new = MARKS.sub(lambda found: f"{found[1]}{lines}\n{found[2]}", text)
    if check and new != text:
        raise SystemExit("The speed table is out of date: run python benchmarks/table.py")
    if not check:
        readme.write_text(new, encoding="utf-8")


def measured() -> list[dict[str, Any]]:
    """All measurements, by file and in the order in which they stand there."""
    out: list[dict[str, Any]] = []
    for path in sorted((ROOT / "benchmarks" / "results").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        try:
            found = json.loads(text)
        except json.JSONDecodeError:
            found = [json.loads(one) for one in text.splitlines() if one.strip()]
        out += [one for one in (found if isinstance(found, list) else [found]) if "ours_seconds" in one or "aim_seconds" in one]
    return out


def line(one: dict[str, Any]) -> str:
    """A row of the table."""
    name = re.sub(r"\d{4,}", lambda number: f"{int(number[0]):,}", one["name"])
    aim = "" if one["aim"] is None else f"{one['aim']:,.0f}"
    return f"| {name} | {seconds(one['ours_seconds'])} | {one['peer']}: {seconds(one['peer_seconds'])} | {one['ratio']:,.0f} | {aim} |"


def limit(one: dict[str, Any]) -> str:
    """A row of the table of times without a peer."""
    name = re.sub(r"\d{4,}", lambda number: f"{int(number[0]):,}", one["name"])
    return f"| {name} | {seconds(one['seconds'])} | {seconds(one['aim_seconds'])} |"


def seconds(number: float) -> str:
    """A time with two significant digits."""
    return f"{number * 1000:.2g} ms" if number < 0.0995 else f"{number:,.0f} s" if number >= 9.95 else f"{number:.2g} s"


if __name__ == "__main__":
    main()
