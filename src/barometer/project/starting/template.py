"""The pages that every barometer has: the generic documents in `reports/`, which stand once and travel in the wheel as package data."""

from __future__ import annotations

import re
from pathlib import Path

from barometer.errors import ProjectError

#: Where the wheel holds them; `force-include` in pyproject.toml puts them there from the repository's `reports/`.
_PACKAGED = Path(__file__).with_name("template")
#: In a checkout, where the package is installed in place, they are the repository's own.
_REPOSITORY = Path(__file__).resolve().parents[4]
_GENERIC = "reports/wave.qmd"
#: What a project of its own publishes where no wave names another document.
REPORT = "reports/quarterly.qmd"
_INCLUDE = re.compile(r"^\{\{<\s*include\s+(\S+)\s*>\}\}", re.MULTILINE)
_WAVE = re.compile(r'^wave = ".*"$', re.MULTILINE)

README = """\
# {title}

A barometer project: a folder of declarations that `barometer` turns into a published report.

| folder | what it holds |
| ------ | ------------- |
| `barometer.toml` | title, population, breaks, disclosure: it makes the folder a barometer project |
| `data/` | `questionnaire.toml`, and for each wave `waves/<wave>/wave.toml` with its responses |
| `validation/` | `rules.toml`: what must hold beyond what the questionnaire implies |
| `analysis/` | `plan.toml`: breaks, headlines, pins |
| `reports/` | the pages, as Quarto documents; they compute nothing and hold no number |
| `build/<wave>/` | the publication (made by a run) |
| `checks/<wave>/` | what validation found; it names respondents and is never published (made by a run) |

```sh
barometer check          # which submissions break which rule
barometer run            # the report of the latest wave
barometer findings       # every figure that may be printed, as a sentence
barometer add-wave EXPORT
```
"""

_RESPONSES = """\
# Raw responses hold what respondents were promised to keep confidential. They stay where they were collected; whoever rebuilds the
# report copies them here. A manifest names them by their hash, so that it can be told whether they are the same.
/data/waves/*/responses*
*.sav
*.parquet

"""
_MADE = """\
# Results of validation name respondents: they are never committed or published.
/checks/

# What a run makes, and what it keeps to be quicker the next time.
/build/
/.barometer/
_freeze/
_site/
.quarto/
gx/
__pycache__/
.ipynb_checkpoints/
"""


def gitignore(*, synthetic: bool) -> str:
    """`.gitignore`: raw responses and what names respondents stay out of version control; synthetic responses may go in."""
    return _MADE if synthetic else _RESPONSES + _MADE


def pages(wave: str) -> dict[str, str]:
    """The files of `reports/` that a new project gets, by their place in it.

    Args:
        wave: The wave that the pages show where nobody names another.

    Raises:
        ProjectError: If the installation is incomplete.
    """
    home = _PACKAGED if (_PACKAGED / "reports").is_dir() else _REPOSITORY
    found: dict[str, str] = {}
    waiting = [_GENERIC, "reports/_quarto.yml", *_named_pages(home)]
    while waiting:
        place = waiting.pop()
        if place in found:
            continue
        try:
            found[place] = (home / place).read_text(encoding="utf-8")
        except OSError:
            raise ProjectError(
                "The installation lacks a page of new projects.",
                file=home / place,
                expected="a file of the package",
                hint="Install barometer again.",
            ) from None
        waiting += [f"reports/{name}" for name in _INCLUDE.findall(found[place])]
    found[REPORT] = found.pop(_GENERIC)
    return {place: _WAVE.sub(f'wave = "{wave}"', text) for place, text in sorted(found.items())}


def _named_pages(home: Path) -> list[str]:
    """The pages that the site renders, but the report itself."""
    import yaml

    try:
        settings = yaml.safe_load((home / "reports" / "_quarto.yml").read_text(encoding="utf-8"))
    except OSError:
        return []
    named = settings.get("project", {}).get("render", [])
    return [f"reports/{name}" for name in named if f"reports/{name}" != REPORT]


def methodology(publisher: str, *, has_frame: bool, weighted: bool) -> str:
    """`reports/methodology.toml`: what people know of how the survey was done, to begin with; the team says more."""
    from barometer.project.starting.toml import value

    known = {
        "strategy": ("1. Data collection strategy", "A survey: a structured questionnaire that every respondent filled in alone."),
        "sponsor": ("2. Who paid for it", f"{publisher}."),
        "conductor": ("2. Who carried it out", f"{publisher}."),
        "instrument": (
            "3. How the questionnaire came about, and how it was tested",
            "Every question is printed in full on the page of tables.",
        ),
        "frame": (
            "4. Where the list of the population comes from, and what it leaves out",
            "The population is a list that the survey team keeps." if has_frame else "There is no list of the population.",
        ),
        "recruitment": (
            "5. How respondents were found and asked; reminders and rewards",
            "Whoever answered decided to: the respondents are self-selected.",
        ),
        "processing": (
            "10. How open answers were coded, and what else people did with the data",
            "No answer was imputed. Open answers are not published.",
        ),
        "limitations": (
            "11. What the figures cannot show",
            "Those who answered may differ from those who did not, and no interval covers that difference.",
        ),
    }
    if weighted:
        known["weighting"] = ("9. Where the weights come from", "The weights came with the responses.")
    lines = [
        "# What people know of how the survey was done and no file of data tells: whole sentences, in Markdown. With what is computed",
        '# (sizes, dates, precision, response rate, checks) it makes the page "Methodology". The sentences below are the least that is',
        "# true of most surveys.",
        "# CHECK: say more, above all how people were asked (5), who paid (2), and what the figures cannot show (11).",
        "",
    ]
    for name, (title, text) in known.items():
        lines += [f"# {title}", f"{name} = {value(text)}", ""]
    return "\n".join(lines)


CORRECTIONS = """\
# Corrections that were published, of any wave. An empty list says so on the page "About and corrections".
#
#   [[corrections]]
#   date = 2026-06-01
#   wave = "2026-spring"
#   place = "Table 3"
#   was = "what it said"
#   now = "what it says"
#   why = "what had gone wrong"

corrections = []
"""
