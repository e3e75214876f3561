"""The files of a new project: questionnaire, settings, wave, rules and plan, each with its guesses marked beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from barometer.project.starting import toml
from barometer.project.starting.drafting import Draft

_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
_SEASONS = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring", 6: "summer", 7: "summer", 8: "summer"}


@dataclass(frozen=True)
class Answers:
    """What a team says of its barometer; `init` asks for it or takes it from options.

    Attributes:
        title: The title of the barometer.
        publisher: Who publishes it.
        contact: Whom readers may write to.
        people: Whom a sentence on everybody speaks of, plural: "members".
        respondents: Whom a sentence on the sample speaks of, plural: "members who answered".
        describes: The population in full.
        size: The number of its members, where it is known and there is no frame.
        frame: The place of the frame within the project, where there is one.
        key: The column of the frame that identifies a member.
        synthetic: Whether the responses are made up.
    """

    title: str
    publisher: str
    contact: str | None
    people: str
    respondents: str
    describes: str
    size: int | None = None
    frame: str | None = None
    key: str | None = None
    synthetic: bool = False


@dataclass(frozen=True)
class WaveAnswers:
    """What a team says of a wave.

    Attributes:
        id: Such as "2026-spring".
        title: Such as "Spring 2026".
        start: The first day of the fieldwork.
        end: The last.
        published: The date of the publication.
        mode: How answers were given.
        recruitment: How people were invited.
    """

    id: str
    title: str
    start: date
    end: date
    published: date
    mode: str
    recruitment: str | None = None


def questionnaire_text(draft: Draft, title: str, wave: str, *, file: str) -> str:
    """`data/questionnaire.toml`."""
    doubts = sum(len(one.doubts) for one in draft.questions)
    lines = [
        f"# The questionnaire of {toml.said(title)}, drafted from {file}.",
        "#",
        "# Every later step reads codes, labels, routing, wording and sentences from here. What was guessed says so, with the reason; look",
        f"# at the lines that begin with CHECK first ({doubts} of them).",
        "#",
        "# Worth doing by hand: short labels for charts ('short'), and sentences: says = \"expected to {option}\" makes",
        '# "More than half of the ... expected to merge" of an option "Merge". Without it a finding quotes question and answer.',
        "",
        toml.line("title", title),
        toml.line("language", "en-GB", "of the report"),
        "",
    ]
    for theme in draft.themes:
        lines += toml.theme(theme)
    for name, scale in draft.scales.items():
        lines += toml.scale(name, scale)
    for one in draft.questions:
        question = one.question.model_copy(update={"waves": (wave,)})
        lines += toml.question(question, shared=draft.shared.get(question.id), reasons=one.reasons, doubts=map(str, one.doubts))
    return "\n".join(lines)


def project_text(answers: Answers, draft: Draft | None, waves: Sequence[str], breaks: Mapping[str, Mapping[str, Any]]) -> str:
    """`barometer.toml`."""
    lines = [
        "# This file makes the folder a barometer project.",
        "",
        toml.line("title", answers.title),
        toml.line("publisher", answers.publisher),
    ]
    if answers.contact:
        lines.append(toml.line("contact", answers.contact))
    lines.append(toml.line("synthetic", answers.synthetic, "true: every response is made up, and every page, table and finding says so"))
    lines.append(toml.line("waves", waves, "oldest first"))
    background = draft.background if draft is not None else ()
    if background:
        lines.append(toml.line("background", background, "guessed: questions that describe respondents and lead no report"))
    lines += ["", "[population]"]
    if answers.frame is not None:
        lines.append(toml.line("frame", answers.frame, "one row a member"))
        lines.append(toml.line("key", answers.key, "the column that identifies a member, and that an export names"))
    elif answers.size is not None:
        lines.append(toml.line("size", answers.size, "of the population: intervals are corrected for it"))
    else:
        lines.append("# size = 400                      # of the population; without it the population is taken as very large")
    lines += [
        toml.line("people", answers.people, "whom a sentence on everybody speaks of"),
        toml.line("respondents", answers.respondents, "whom a sentence on those who answered speaks of"),
        toml.line("describes", answers.describes, "the population in full, for the method"),
        "",
    ]
    if draft is not None and draft.weight is not None:
        lines += ["[design]", toml.line("weight", True, f"guessed: the column '{draft.weight}' holds weights"), ""]
    for name, settings in breaks.items():
        lines += [f"[breaks.{toml.key(name)}]", toml.line("label", settings["label"])]
        lines += [toml.line("levels", settings["levels"])] if settings.get("levels") else []
        lines.append("")
    lines += [
        "[disclosure]",
        toml.line("minimum_base", 10, "a breakdown of fewer respondents is suppressed"),
        toml.line("small_base", 30, "a base below this is marked"),
        "",
    ]
    return "\n".join(lines)


def wave_text(wave: WaveAnswers, export: Mapping[str, tuple[Any, str | None]], responses: str) -> str:
    """`wave.toml`.

    Args:
        wave: What the team says of it.
        export: The keys under `[export]`, each with its value and a comment.
        responses: The name of the file of responses.
    """
    lines = [
        f"# {wave.title}: when it was in the field and what its export looks like.",
        "",
        toml.line("title", wave.title),
        toml.line("responses", responses),
        toml.line("mode", wave.mode),
    ]
    if wave.recruitment:
        lines.append(toml.line("recruitment", wave.recruitment, "CHECK: how were they asked?"))
    lines += [
        toml.line("published", wave.published, "the date on the report"),
        "",
        "[fieldwork]",
        toml.line("start", wave.start),
        toml.line("end", wave.end),
        toml.line("text", span(wave.start, wave.end), "as it is printed"),
        "",
        "[export]",
        *(toml.line(name, thing, comment) for name, (thing, comment) in export.items()),
        "",
    ]
    return "\n".join(lines)


def rules_text(submissions: int) -> str:
    """`validation/rules.toml`."""
    least = max(1, min(10, submissions))
    return "\n".join(
        [
            "# What must hold beyond what the questionnaire implies.",
            "",
            toml.line("maximum_quarantined", 0.1, "of the submissions; with more in the quarantine nothing is published"),
            toml.line("minimum_accepted", least, "submissions"),
            "",
            "# [[rules]]",
            '# id = "leaves_and_plans"',
            '# label = "nobody who leaves within a year plans for the next five"',
            "# fails_if = \"own_role == 'left' and answered(plans)\"",
            '# severity = "warning"',
            "",
        ]
    )


def plan_text(breaks: Sequence[str]) -> str:
    """`analysis/plan.toml`."""
    lines = [
        "# What is computed and published.",
        "",
        toml.line("breaks", list(breaks), "of every table; each needs [breaks.NAME] in barometer.toml"),
    ]
    lines += [
        toml.line("headlines", 3),
        toml.line("pins", [], 'findings that lead, such as ["question.option"]; the rest follow by score'),
        "",
    ]
    return "\n".join(lines)


def span(start: date, end: date) -> str:
    """Fieldwork as it is printed.

    Example:
        >>> span(date(2026, 3, 1), date(2026, 3, 20)), span(date(2026, 3, 1), date(2026, 4, 15)), span(date(2025, 12, 1), date(2026, 1, 5))
        ('1 to 20 March 2026', '1 March to 15 April 2026', '1 December 2025 to 5 January 2026')
    """
    last = f"{end.day} {_MONTHS[end.month - 1]} {end.year}"
    if start == end:
        return last
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day} to {last}"
    first = f"{start.day} {_MONTHS[start.month - 1]}"
    return f"{first} to {last}" if start.year == end.year else f"{first} {start.year} to {last}"


def wave_id(day: date) -> str:
    """The id of a wave by the season in which it ended.

    Example:
        >>> wave_id(date(2026, 4, 15)), wave_id(date(2026, 10, 1))
        ('2026-spring', '2026-autumn')
    """
    return f"{day.year}-{_SEASONS.get(day.month, 'autumn')}"


def wave_title(id: str) -> str:
    """A title for a wave's id.

    Example:
        >>> wave_title("2026-spring"), wave_title("w7")
        ('Spring 2026', 'Wave w7')
    """
    year, _, rest = id.partition("-")
    if len(year) == 4 and year.isdigit():
        if rest.isdigit() and 1 <= int(rest) <= 12:
            return f"{_MONTHS[int(rest) - 1]} {year}"
        if rest:
            return f"{rest.replace('-', ' ').replace('_', ' ').capitalize()} {year}"
        return year
    return f"Wave {id}"
