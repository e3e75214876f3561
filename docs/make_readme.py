"""Writes the finding and the chart that open the README, from the live project.

    python docs/make_readme.py [--check]

No figure in the README is typed by hand; with --check nothing is written and the exit code is 1 if something would change.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import barometer

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "images" / "intentions.svg"
FINDING = "contracting.accountable_care_system"


def main() -> int:
    """Writes or checks; returns the exit code."""
    wave = barometer.open(ROOT).wave("2016-spring")
    finding, chart = wave.finding(FINDING), wave.message("intentions").chart("shares")
    block = "\n\n".join(
        [
            f"> **{finding.sentence()}**",
            f"> {finding.sentence(voice='population')}",
            f"*Synthetic responses. `barometer finding {finding.key}` prints this, with the exact question and what it may not be said to "
            "mean.*",
            f"![{chart.alt}]({PICTURE.relative_to(ROOT).as_posix()})",
        ]
    )
    text = README.read_text(encoding="utf-8")
    made = re.sub(r"<!-- finding -->.*?<!-- /finding -->", lambda _: f"<!-- finding -->\n{block}\n<!-- /finding -->", text, flags=re.S)
    wanted = {README: made, PICTURE: chart.svg}
    stale = [path for path, content in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != content]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is not what the project says: run python docs/make_readme.py")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
