"""A small barometer to look at and to take apart: two waves among the heads of schools of a made-up county. All of it is synthetic."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from barometer.project.starting.toml import value

TITLE = "Heads' barometer"
WAVES = ("2026-spring", "2026-autumn")
_SEED = 2026
_MEMBERS = 160
_TOWNS = ("Ashby", "Brook", "Carle", "Dunmoor", "Eastwick", "Fell", "Garth", "Holme")

#: For each wave: how many answer, and the chance (0 to 1) that a head chooses each option.
_PLANS = {
    "2026-spring": {"join_trust": 0.24, "share_staff": 0.55, "cut_courses": 0.31, "extend_day": 0.18},
    "2026-autumn": {"join_trust": 0.38, "share_staff": 0.58, "cut_courses": 0.42, "extend_day": 0.15},
}
_CONFIDENCE = {"2026-spring": (0.10, 0.32, 0.30, 0.20, 0.08), "2026-autumn": (0.05, 0.22, 0.31, 0.28, 0.14)}
_ANSWER = {"2026-spring": 0.58, "2026-autumn": 0.66}
_CONFIDENT = ("Very confident", "Fairly confident", "Neither confident nor unconfident", "Not very confident", "Not at all confident")
_IMPORTANT = ("Very important", "Important", "Neither important nor unimportant", "Not very important", "Not at all important")
_LEVERS = {
    "Sharing staff with other schools": (0.30, 0.40, 0.18, 0.09, 0.03),
    "Buying energy together": (0.22, 0.33, 0.25, 0.14, 0.06),
    "Larger classes": (0.08, 0.19, 0.23, 0.29, 0.21),
    "Letting rooms after school": (0.12, 0.29, 0.30, 0.20, 0.09),
}
_WORDS = (
    "A settlement for more than one year.",
    "Help with buildings that let in rain.",
    "Fewer returns that ask the same thing.",
    "Teachers of physics.",
    "Time to think.",
)

_QUESTIONNAIRE = """\
# The questionnaire of the example. Every later step reads codes, labels, routing, wording and sentences from here.
#
# says: what those who chose it said, in the past tense, so that it follows any number: "More than half of the ... expected ...".

title = "TITLE"
language = "en-GB"

[[themes]]
id = "plans"
title = "Plans"

[[themes]]
id = "money"
title = "Money"

[[themes]]
id = "own_words"
title = "In their own words"

[scales.confidence]
options = [
  { code = "very", label = "Very confident", value = 5 },
  { code = "fairly", label = "Fairly confident", value = 4 },
  { code = "neither", label = "Neither confident nor unconfident", short = "Neither", value = 3 },
  { code = "not_very", label = "Not very confident", value = 2 },
  { code = "not_at_all", label = "Not at all confident", value = 1 },
]
nets = [
  { id = "confident", label = "Very or fairly confident", codes = ["very", "fairly"] },
  { id = "not_confident", label = "Not very or not at all confident", codes = ["not_very", "not_at_all"] },
]

[scales.importance]
options = [
  { code = "very", label = "Very important", value = 5 },
  { code = "important", label = "Important", value = 4 },
  { code = "neither", label = "Neither important nor unimportant", short = "Neither", value = 3 },
  { code = "not_very", label = "Not very important", value = 2 },
  { code = "not_at_all", label = "Not at all important", value = 1 },
]
nets = [{ id = "important_or_very", label = "Important or very important", codes = ["very", "important"] }]

[[questions]]
id = "plans"
number = "Q1"
kind = "multiple"
theme = "plans"
text = "Which of these do you expect your school to do in the next school year?"
instruction = "Select all that apply."
short = "Plans for the next school year"
required = true
says = "expected their school to {option} in the next school year"
options = [
  { code = "join_trust", label = "Join a trust" },
  { code = "share_staff", label = "Share staff with another school" },
  { code = "cut_courses", label = "Cut courses" },
  { code = "extend_day", label = "Extend the school day" },
  { code = "none", label = "None of these", exclusive = true, says = "expected their school to do none of the things listed" },
]

[[questions]]
id = "budget"
number = "Q2"
kind = "scale"
theme = "money"
text = "How confident are you that your school will end the year within its budget?"
short = "Confidence of ending the year within budget"
scale = "confidence"
headline = "confident"
says = "were {option} that their school would end the year within its budget"

[[questions]]
id = "levers"
number = "Q3"
kind = "battery"
theme = "money"
text = "How important is each of these to your school's savings?"
short = "Savings levers"
scale = "importance"
headline = "important_or_very"
says = "rated {item} {option} to their savings"
items = [
  { id = "share_staff", label = "Sharing staff with other schools" },
  { id = "energy", label = "Buying energy together" },
  { id = "classes", label = "Larger classes" },
  { id = "rooms", label = "Letting rooms after school" },
]

[[questions]]
id = "workload"
number = "Q4"
kind = "numeric"
theme = "plans"
text = "From 0 (not at all) to 10 (completely), how manageable is your workload?"
short = "Manageability of the workload, 0 to 10"
minimum = 0
maximum = 10
integer = true

[[questions]]
id = "help"
number = "Q5"
kind = "text"
theme = "own_words"
text = "What would help your school most?"
short = "What would help most"
"""

_PROJECT = """\
# This file makes the folder a barometer project.

title = "TITLE"
subtitle = "What the heads of the made-up county of Westmarch intend"
publisher = "Example"
contact = "The survey team"
synthetic = true                  # every response is made up: said on every page, table and finding
waves = ["2026-spring", "2026-autumn"]   # oldest first

[population]
frame = "data/frame.csv"          # one row a member
key = "school"                    # the column that identifies a member, and that an export names
people = "heads"                  # whom a sentence on everybody speaks of
respondents = "heads who answered"
organisations = "schools"         # what they lead: shares of heads are not shares of these
unit = "school"
describes = "the heads of the 160 schools of the made-up county of Westmarch"

[breaks.phase]                    # columns of the frame (or questions) that tables may be broken by
label = "Phase"
levels = { primary = "Primary", secondary = "Secondary" }

[breaks.area]
label = "Area"
levels = { north = "North", south = "South" }

[disclosure]
minimum_base = 10                 # a breakdown of fewer respondents is suppressed
small_base = 30                   # a base below this is marked
"""

METHODOLOGY = """\
# What people know of how the survey was done and no file of data tells: whole sentences, in Markdown. With what is computed (sizes, dates,
# precision, response rate, checks) it makes the page "Methodology".

# 1. Data collection strategy
strategy = "A survey of everybody in the population: no sample was drawn, and every head was invited to fill in a structured questionnaire."

# 2. Who paid for it, and who carried it out
sponsor = "Nobody paid for this barometer: it is an example."
conductor = "The responses were generated by a program and collected from nobody."

# 3. How the questionnaire came about, and how it was tested
instrument = "The questions were written for this example. No question was tested on respondents."

# 4. Where the list of the population comes from, and what it leaves out
frame = "The list of schools is made up, and so is the county."

# 5. How respondents were found and asked; reminders and rewards
recruitment = "Every head on the list counts as invited by e-mail. Whoever answered decided to: the respondents are self-selected."

# 10. How open answers were coded, and what else people did with the data
processing = "No answer was imputed. Open answers are not published."

# 11. What the figures cannot show
limitations = "The responses are synthetic: nothing in them can be taken as true of anybody."
"""

_WAVE = """\
# {title}: when it was in the field and what its export looks like.

title = "{title}"
responses = "responses.csv"
mode = "Online questionnaire, self-completed"
recruitment = "Every head was invited by e-mail"
published = {published}

[fieldwork]
start = {start}
end = {end}
text = "{text}"

[export]
respondent = "Response ID"
completed = "End date"
post = "School"
timestamp = "%Y-%m-%d %H:%M"
"""
_FIELDWORK = {
    "2026-spring": ("Spring 2026", "2026-03-02", "2026-03-20", "2 to 20 March 2026", "2026-04-14"),
    "2026-autumn": ("Autumn 2026", "2026-10-05", "2026-10-23", "5 to 23 October 2026", "2026-11-17"),
}


def files(title: str = TITLE) -> dict[str, str]:
    """Every file of the example but its reports, by its place in the project."""
    members = [_member(number) for number in range(1, _MEMBERS + 1)]
    made = {
        "barometer.toml": _PROJECT.replace('"TITLE"', value(title)),
        "data/questionnaire.toml": _QUESTIONNAIRE.replace('"TITLE"', value(title)),
        "data/frame.csv": _csv([list(members[0]), *(list(member.values()) for member in members)]),
        "validation/rules.toml": "maximum_quarantined = 0.1    # of the submissions; with more in the quarantine nothing is published\n"
        "minimum_accepted = 30        # submissions\n",
        "analysis/plan.toml": 'breaks = ["phase", "area"]   # of every table\nheadlines = 3\npins = ["plans.share_staff"]\n',
    }
    for wave in WAVES:
        title, start, end, text, published = _FIELDWORK[wave]
        made[f"data/waves/{wave}/wave.toml"] = _WAVE.format(title=title, start=start, end=end, text=text, published=published)
        made[f"data/waves/{wave}/responses.csv"] = _csv(_export(wave, members, start[:8]))
    return made


def _member(number: int) -> dict[str, str]:
    return {
        "school": f"WM-{number:03}",
        "town": _TOWNS[number % len(_TOWNS)],
        "phase": "secondary" if number % 4 == 0 else "primary",
        "area": "north" if number % len(_TOWNS) < 4 else "south",
        "synthetic": "yes",
    }


def _export(wave: str, members: Sequence[Mapping[str, str]], month: str) -> list[list[str]]:
    """A header and one row for each head who answers."""
    plans = ("Join a trust", "Share staff with another school", "Cut courses", "Extend the school day", "None of these")
    which = "Q1. Which of these do you expect your school to do in the next school year?"
    levers = "Q3. How important is each of these to your school's savings?"
    header = ["Response ID", "End date", "School", *(f"{which} [{plan}]" for plan in plans)]
    header += [
        "Q2. How confident are you that your school will end the year within its budget?",
        *(f"{levers} [{lever}]" for lever in _LEVERS),
    ]
    header += ["Q4. From 0 (not at all) to 10 (completely), how manageable is your workload?", "Q5. What would help your school most?"]
    # Only random() keeps its sequence over all versions of Python.
    chance = random.Random(f"{_SEED} {wave}").random
    first = int(_FIELDWORK[wave][1][8:])
    rows: list[list[str]] = []
    for member in members:
        if chance() >= _ANSWER[wave]:
            continue
        ticks = [chance() < share for share in _PLANS[wave].values()]
        day, minutes = first + int(chance() * 18), int(chance() * 600)
        row = [str(40_000 + len(rows)), f"{month}{day:02} {8 + minutes // 60:02}:{minutes % 60:02}", member["school"]]
        row += [plan if tick else "" for plan, tick in zip(plans, [*ticks, not any(ticks)], strict=True)]
        row.append(_drawn(_CONFIDENT, _CONFIDENCE[wave], chance()) if chance() < 0.97 else "")
        row += [_drawn(_IMPORTANT, shares, chance()) if chance() < 0.96 else "" for shares in _LEVERS.values()]
        row.append(str(min(10, int((chance() + chance()) * 5.5))))
        row.append(_WORDS[int(chance() * len(_WORDS))] if chance() < 0.3 else "")
        rows.append(row)
    return [header, *rows]


def _drawn(labels: Sequence[str], shares: Sequence[float], chance: float) -> str:
    reached = 0.0
    for label, share in zip(labels, shares, strict=True):
        reached += share
        if chance < reached:
            return label
    return labels[-1]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows) + "\n"
