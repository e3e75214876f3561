"""How a survey was done: the eleven items of AAPOR's Transparency Initiative, and the British Polling Council's list.

What only people know stands in `reports/methodology.toml`; whatever can be computed is computed. An item without a word fails the run.
Sources: AAPOR, "Transparency Initiative: disclosure elements"; BPC, "Statement of disclosure".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from pydantic import Field

from barometer.errors import ProjectError
from barometer.project.reporting.facts import capital, counted, describes, per_cent, rates, size, widest
from barometer.publishing.numbers import half_up
from barometer.publishing.prose import escaped
from barometer.publishing.rendering.title import long_date
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Model

if TYPE_CHECKING:
    from barometer.project.wave import Wave

METHOD_FILE = "reports/methodology.toml"


class MethodText(Model):
    """What people know of a survey and no file of data tells: whole sentences, in Markdown."""

    strategy: str = Field(default="", description="1. How data were gathered: a survey, interviews, a panel.")
    sponsor: str = Field(default="", description="2. Who paid for it.")
    conductor: str = Field(default="", description="2. Who carried it out.")
    instrument: str = Field(default="", description="3. How the questionnaire came about and was tested.")
    frame: str = Field(default="", description="4. Where the list of the population comes from, and what it leaves out.")
    recruitment: str = Field(default="", description="5. How respondents were found and asked, reminders and rewards.")
    mode: str = Field(default="", description="6. More about the mode than `wave.toml` says.")
    weighting: str = Field(default="", description="9. More about the weights than is computed.")
    processing: str = Field(default="", description="10. How open answers were coded, and what else people did with the data.")
    limitations: str = Field(default="", description="11. What the figures cannot show.")


class MethodFile(MethodText):
    """`reports/methodology.toml`: what holds of every wave, and under `[waves.WAVE]` what is different in one."""

    waves: dict[str, MethodText] = Field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """One item of a list of disclosure.

    Attributes:
        title: What is disclosed.
        text: Sentences that people wrote, in Markdown; may be empty where `computed` says it.
        computed: Sentences that were computed, in Markdown.
        key: The key of `reports/methodology.toml` that fills it.
    """

    title: str
    text: str
    computed: str
    key: str

    @property
    def markdown(self) -> str:
        """What people wrote, then what was computed."""
        return "\n\n".join(part for part in (self.text.strip(), self.computed) if part)


def disclosure(wave: Wave) -> tuple[Item, ...]:
    """The eleven items for a wave, in AAPOR's order.

    Raises:
        ProjectError: If the file is missing or broken, or items have nothing to say; the error names all of them.
    """
    told = _told(wave)
    items = (
        Item("Data collection strategy", told.strategy, "", "strategy"),
        Item("Who sponsored it and who conducted it", _both(told.sponsor, told.conductor), _partner(wave), "sponsor"),
        Item("Measurement tools", told.instrument, _questionnaire(wave), "instrument"),
        Item("Population under study", told.frame, _population(wave), "frame"),
        Item("How the sample was made and recruited", told.recruitment or (wave.settings.recruitment or ""), "", "recruitment"),
        Item("Mode of data collection", told.mode, escaped(_sentence(wave.settings.mode)), "mode"),
        Item("Dates of data collection", "", _dates(wave), "fieldwork"),
        Item("Sample sizes and precision", "", _precision(wave), "sizes"),
        Item("Weighting", told.weighting, _weighting(wave), "weighting"),
        Item("Processing and quality control", told.processing, _processing(wave), "processing"),
        Item("Limitations", told.limitations, _notes(wave), "limitations"),
    )
    _complete(wave, items, told)
    return items


def _told(wave: Wave) -> MethodText:
    path = wave.survey.folder / METHOD_FILE
    file = validated(MethodFile, read_toml(path, ProjectError), file=path)
    for id in file.waves:
        if id not in wave.survey.settings.waves:
            raise ProjectError(
                "The methodology names a wave that the project does not have.",
                file=path, where=f"[waves.{id}]", expected="one of " + ", ".join(wave.survey.settings.waves), got=id,
            )  # fmt: skip
    own = file.waves.get(wave.id, MethodText())
    over = {key: value for key in MethodText.model_fields if (value := getattr(own, key).strip())}
    return MethodText(**{key: getattr(file, key) for key in MethodText.model_fields} | over)


def _complete(wave: Wave, items: Sequence[Item], told: MethodText) -> None:
    """Nothing, if every item says something that people must say."""
    blank = [f"{number}. {item.title} (key '{item.key}')" for number, item in enumerate(items, start=1) if not item.markdown]
    blank += ["2. Who conducted it (key 'conductor')"] if told.sponsor.strip() and not told.conductor.strip() else []
    if not told.sponsor.strip() and not any("'sponsor'" in one for one in blank):
        blank.append("2. Who sponsored it (key 'sponsor')")
    if not told.limitations.strip() and not any("'limitations'" in one for one in blank):
        blank.append("11. Limitations (key 'limitations')")
    if blank:
        raise ProjectError(
            "The methodology is not complete: an item that AAPOR asks to be disclosed is blank."
            if len(blank) == 1
            else "The methodology is not complete: items that AAPOR asks to be disclosed are blank.",
            file=wave.survey.folder / METHOD_FILE,
            where=f"wave {wave.id}",
            expected="a sentence or more for each of the eleven items",
            got="nothing for " + "; ".join(sorted(blank, key=lambda one: int(one.split(".")[0]))),
            hint="Write what was done; if it was not done, say so.",
        )


def _both(*texts: str) -> str:
    return " ".join(text.strip() for text in texts if text.strip())


def _sentence(text: str) -> str:
    return capital(text.strip().rstrip(".")) + "."


def _partner(wave: Wave) -> str:
    partner = f" with {wave.settings.partner}" if wave.settings.partner else ""
    return escaped(f"Published by {wave.survey.settings.publisher}{partner}.")


def _questionnaire(wave: Wave) -> str:
    asked = wave.survey.questionnaire.asked_in(wave.id)
    texts = sum(question.kind == "text" for question in asked)
    open_ones = f", {texts} of them open" if texts else ""
    return f"This wave asked {counted(len(asked), 'question')}{open_ones}. [Tables](tables.qmd) give the exact wording of each."


def _population(wave: Wave) -> str:
    asked, population = size(wave), wave.survey.settings.population
    if asked is None:
        return escaped(f"{capital(describes(wave))}. No list of them exists; the population is taken as very large.")
    kept = f"the list has {counted(asked, population.unit)}" if population.frame else f"there are {asked}"
    return escaped(f"{capital(describes(wave))}; {kept}.")


def _dates(wave: Wave) -> str:
    fieldwork = wave.settings.fieldwork
    start, end = (long_date(day.isoformat(), "en-GB") for day in (fieldwork.start, fieldwork.end))
    return escaped(f"{capital(fieldwork.text)}: from {start} to {end}.")


def _precision(wave: Wave) -> str:
    answered, counts, found = len(wave.responses), wave.check.counts, rates(wave)
    lines = [
        f"Of {counts['read']} submissions read, {counts['accepted']} were accepted and {counts['quarantined']} left out. Figures stand "
        f"on {answered} respondents, and on fewer where not all of them answered; every figure names its base."
    ]
    if found is not None:
        lines.append(
            f"Response rate (AAPOR RR2): {answered} of {found.asked}, {per_cent(found.rr2, 1)}. Counting only complete interviews, those "
            f"with four fifths or more of the questions shown answered ({found.complete}), it is {per_cent(found.rr1, 1)} (RR1). "
            "Everybody on the list is eligible and was asked, so RR3 and RR5 agree with RR1, and RR4 and RR6 with RR2."
        )
    else:
        lines.append("No response rate can be given, because the number that was asked is not known.")
    points = widest(wave)
    if points is not None:
        correction = ", with a correction for the finite population" if size(wave) else ""
        lines.append(
            f"The 95 per cent interval of a share of all respondents is at most {half_up(round(points, 10))} percentage points wide "
            f"from end to end (logit method{correction}). It assumes that those who answered are like those who did not: respondents "
            "selected themselves, which no interval measures. Intervals of smaller groups are wider."
        )
    return "\n\n".join(escaped(line) for line in lines)


def _weighting(wave: Wave) -> str:
    design = wave.survey.settings.design
    if not design.weight:
        raked = " and ".join(design.rake)
        check = f" As a check, the report sets beside the headlines what raking to the frame's {raked} would give." if raked else ""
        return escaped(f"No weights: every response counts once, so weighted and unweighted bases agree.{check}")
    return "Every response counts with the weight that came with it; tables give weighted and unweighted bases."


def _processing(wave: Wave) -> str:
    result, minimum = wave.check, wave.survey.settings.disclosure.minimum_base
    amended, out = result.amendments.height, result.counts["quarantined"]
    decisions = f"{counted(amended, 'decision')} on record {'was' if amended == 1 else 'were'} applied first. " if amended else ""
    left = f"Critical rules were broken by {counted(out, 'submission')}, which {'was' if out == 1 else 'were'} left out. "
    checked = (
        f"{capital(decisions)}Each submission was held against {len(result.rules)} rules, twice over: by polars and by "
        f"{great_expectations()}, which must agree on every row before anything is published. {left}"
    )
    protected = (
        f"To protect respondents, figures of groups with fewer than {minimum} respondents are not published, nor as much else as would "
        "let them be worked out."
    )
    return f"{escaped(checked)}[Data quality](data-quality.qmd) lists the rules. {escaped(protected)}"


def _notes(wave: Wave) -> str:
    return escaped(" ".join(_sentence(note) for note in wave.settings.notes))


def great_expectations() -> str:
    """The second witness with its version."""
    try:
        return f"Great Expectations {version('great_expectations')}"
    except PackageNotFoundError:
        return "Great Expectations"


def polling_council(wave: Wave) -> tuple[tuple[str, str], ...]:
    """The British Polling Council's list: what is disclosed, and what or where it is (Markdown)."""
    asked = size(wave)
    of = f" of {asked}" if asked else ""
    told = _told(wave)
    return (
        ("Client", told.sponsor.strip()),
        ("Who carried it out", told.conductor.strip()),
        ("Dates of interviewing", escaped(wave.settings.fieldwork.text)),
        ("Method", escaped(wave.settings.mode)),
        ("Universe", escaped(capital(describes(wave)))),
        ("Sample", escaped(f"{len(wave.responses)}{of} answered and were accepted")),
        ("Weighting", "Weights of the export" if wave.survey.settings.design.weight else "None"),
        ("Percentages, with weighted and unweighted bases", "[Tables](tables.qmd), by every break"),
        ("Exact wording of every question, in order", "[Tables](tables.qmd)"),
        ("Whom to ask", escaped(wave.survey.settings.contact or wave.survey.settings.publisher)),
    )
