"""`barometer init`: makes a barometer project, from an export or as a synthetic example, that runs at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from barometer.errors import BarometerError, UsageError
from barometer.intake.platforms.source import Source, read_source
from barometer.project.starting import example, template
from barometer.project.starting.drafting import Draft, Guessed, draft
from barometer.project.starting.exports import ExportFiles, export_files
from barometer.project.starting.frames import Frame, fitted, with_post
from barometer.project.starting.placing import Content, new_folder, refuse_unless_empty, write
from barometer.project.starting.writing import (
    Answers,
    WaveAnswers,
    plan_text,
    project_text,
    questionnaire_text,
    rules_text,
    wave_id,
    wave_text,
    wave_title,
)

_SAYS_NOTHING = re.compile(r"(raw )?(responses?|export(ed)?|data|results?|answers?|survey|sheet ?1|download|all)[ _-]*\d*", re.IGNORECASE)


@dataclass(frozen=True)
class Wishes:
    """What a team says of its barometer when it begins; what is None is guessed or takes its default.

    Attributes:
        title: The title of the barometer.
        publisher: Who publishes it.
        contact: Whom readers may write to.
        people: Whom sentences on everybody speak of, plural, such as "members".
        describes: The population in full.
        population_size: The number of its members.
        frame: A CSV or XLSX with one row a member.
        key: The frame's column that identifies a member.
        synthetic: Whether the responses are made up.
        wave: The id of the wave, such as "2026-spring".
        wave_title: Its title.
        fieldwork_start: The first day of the fieldwork.
        fieldwork_end: The last.
        published: The date on the report.
        mode: How answers were given.
        format: The platform of the export, a key of `barometer.intake.platforms.FORMATS`; left out, it is detected.
        form: The form of a Kobo or ODK survey.
        sheet: The sheet of a workbook.
    """

    title: str | None = None
    publisher: str | None = None
    contact: str | None = None
    people: str | None = None
    describes: str | None = None
    population_size: int | None = None
    frame: Path | None = None
    key: str | None = None
    synthetic: bool | None = None
    wave: str | None = None
    wave_title: str | None = None
    fieldwork_start: date | None = None
    fieldwork_end: date | None = None
    published: date | None = None
    mode: str | None = None
    format: str | None = None
    form: Path | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Plan:
    """A project that is ready to be written.

    Attributes:
        files: Every file by its place in the project: a text, or a file to copy.
        wave: The latest wave.
        title: The title of the barometer.
        synthetic: Whether its responses are made up.
        guesses: What was guessed, the doubtful first.
        draft: The draft that it was made from; None for the example.
        notes: What else the team should know.
    """

    files: Mapping[str, Content]
    wave: str
    title: str
    synthetic: bool
    guesses: tuple[Guessed, ...] = ()
    draft: Draft | None = None
    notes: tuple[str, ...] = field(default=())


def planned(export: Path | None, wishes: Wishes, *, today: date) -> Plan:
    """What `init` would write, without writing it.

    Args:
        export: The export of a survey platform; None for the synthetic example.
        wishes: What the team says.
        today: The date that stands where the export has no times.

    Raises:
        IntakeError: If the export cannot be read, or nothing in it can be counted.
        UsageError: If the wishes contradict each other.
    """
    if export is None:
        return _example(wishes)
    source = read_source(export, format=wishes.format, form=wishes.form, sheet=wishes.sheet)
    return from_source(source, wishes, today=today)


def _example(wishes: Wishes) -> Plan:
    if wishes.synthetic is False:
        raise UsageError(
            "The example is synthetic.", expected="--from EXPORT for responses of your own", got="--no-synthetic without --from"
        )
    title = wishes.title or example.TITLE
    files: dict[str, Content] = dict(example.files(title))
    files |= template.pages(example.WAVES[-1])
    files |= {
        "reports/methodology.toml": example.METHODOLOGY,
        "reports/corrections.toml": template.CORRECTIONS,
        "README.md": template.README.format(title=title) + "\n**All responses in this example are synthetic.**\n",
        ".gitignore": template.gitignore(synthetic=True),
    }
    return Plan(files, example.WAVES[-1], title, synthetic=True)


def from_source(source: Source, wishes: Wishes, *, today: date) -> Plan:
    """What `init` would write for an export that has been read; arguments and errors as those of `planned`."""
    frame = fitted(wishes.frame, source, key=wishes.key) if wishes.frame is not None else None
    if frame is not None and wishes.population_size is not None:
        raise UsageError("The frame has its own size.", expected="--frame or --population-size", got="both")
    drafted = draft(with_post(source, frame.post) if frame is not None else source)
    answers = _answers(wishes, source, frame)
    wave, guesses = _wave(wishes, drafted, today)
    breaks = _breaks(drafted, frame)
    export = export_files(drafted, wave=wave.id, form=wishes.form, sheet=wishes.sheet)
    files = _files(drafted, answers, wave, breaks, export, frame)
    if frame is not None:
        said = f"it names a member of the frame in {frame.matched:.0%} of the submissions"
        guesses.append(Guessed(frame.post, f"the frame's column '{frame.key}'", said, doubtful=frame.matched < 0.95))
    return Plan(files, wave.id, answers.title, answers.synthetic, (*guesses, *drafted.guesses), drafted, source.notes)


def _answers(wishes: Wishes, source: Source, frame: Frame | None) -> Answers:
    people = wishes.people or "people in the population"
    return Answers(
        title=wishes.title or default_title(source.file),
        publisher=wishes.publisher or "The survey team",
        contact=wishes.contact,
        people=people,
        respondents=f"{wishes.people} who answered" if wishes.people else "respondents",
        describes=wishes.describes or (f"all {people}" if wishes.people else "the people whom the survey is about"),
        size=wishes.population_size,
        frame=f"data/frame{frame.file.suffix.lower()}" if frame is not None else None,
        key=frame.key if frame is not None else None,
        synthetic=bool(wishes.synthetic),
    )


def default_title(export: Path, folder: Path | None = None) -> str:
    """A title from the name of a file, or of the project's folder where the file is named as all exports are.

    Example:
        >>> default_title(Path("member_survey-2026.csv")), default_title(Path("responses.csv"), Path("our-members"))
        ('Member survey 2026', 'Our members')
    """
    stem = folder.resolve().name if folder is not None and _SAYS_NOTHING.fullmatch(export.stem) else export.stem
    words = " ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem).replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:] if words else "Barometer"


def _wave(wishes: Wishes, drafted: Draft, today: date) -> tuple[WaveAnswers, list[Guessed]]:
    window = drafted.window
    start, end = wishes.fieldwork_start, wishes.fieldwork_end
    guesses = []
    if window is None and (start is None or end is None):
        guesses.append(Guessed("fieldwork", "the day of this draft", "the export has no times that can be read", doubtful=True))
    end = end or (window[1] if window else max(today, start or today))
    start = start or (window[0] if window else end)
    id = wishes.wave or wave_id(end)
    title = wishes.wave_title or wave_title(id)
    made = WaveAnswers(
        id,
        title,
        min(start, end) if wishes.fieldwork_start is None else start,
        end,
        wishes.published or max(today, end),
        wishes.mode or "Online questionnaire, self-completed",
        "The respondents are self-selected",
    )
    if made.start > made.end:
        raise UsageError(
            "The fieldwork ends before it starts.",
            expected="--fieldwork-start no later than --fieldwork-end",
            got=f"{made.start} and {made.end}",
        )
    return made, guesses


def _breaks(drafted: Draft, frame: Frame | None) -> dict[str, dict[str, Any]]:
    breaks: dict[str, dict[str, Any]] = {}
    if frame is not None:
        ids = {one.question.id for one in drafted.questions}
        breaks |= {
            name: {"label": name.replace("_", " ").capitalize(), "levels": levels}
            for name, levels in frame.breaks.items()
            if name not in ids
        }
    for id in drafted.breaks:
        question = drafted.question(id).question
        levels = {option.code: option.name for option in question.options if not option.dont_know}
        breaks[id] = {"label": question.short, "levels": levels}
    return breaks


def _files(
    drafted: Draft, answers: Answers, wave: WaveAnswers, breaks: Mapping[str, Mapping[str, Any]], export: ExportFiles, frame: Frame | None
) -> dict[str, Content]:
    folder = f"data/waves/{wave.id}"
    files: dict[str, Content] = {
        "barometer.toml": project_text(answers, drafted, [wave.id], breaks),
        "data/questionnaire.toml": questionnaire_text(drafted, answers.title, wave.id, file=drafted.source.file.name),
        f"{folder}/wave.toml": wave_text(wave, export.keys, export.responses),
        "validation/rules.toml": rules_text(len(drafted.source)),
        "analysis/plan.toml": plan_text(list(breaks)),
        "reports/methodology.toml": template.methodology(
            answers.publisher, has_frame=frame is not None, weighted=drafted.weight is not None
        ),
        "reports/corrections.toml": template.CORRECTIONS,
        "README.md": template.README.format(title=answers.title),
        ".gitignore": template.gitignore(synthetic=answers.synthetic),
    }
    files |= template.pages(wave.id)
    files |= {f"{folder}/{name}": content for name, content in export.files.items()}
    if frame is not None and answers.frame is not None:
        files[answers.frame] = frame.file
    return files


@dataclass(frozen=True)
class Made:
    """A project that was made.

    Attributes:
        folder: Where.
        plan: What was written.
        counts: Submissions read, accepted and quarantined by the rules that the questionnaire implies.
        trouble: Why nothing can be published yet, or None.
    """

    folder: Path
    plan: Plan
    counts: Mapping[str, int]
    trouble: str | None = None


def init(folder: Path, plan: Plan) -> Made:
    """Writes a project, after reading it back and checking its responses: all files appear together, or none.

    Args:
        folder: A new or empty folder.
        plan: What to write.

    Returns:
        The project, with the counts of its latest wave's check.

    Raises:
        UsageError: If the folder is not empty.
        ProjectError: If it cannot be written to, or what was drafted does not fit the export.
    """
    from barometer.errors import GateError
    from barometer.project.survey import open
    from barometer.validation import gate

    refuse_unless_empty(folder)
    trouble: str | None = None
    with new_folder(folder) as staging:
        write(staging, plan.files)
        try:
            wave = open(staging).wave(plan.wave)
            counts = dict(wave.check.counts)
            try:
                gate(wave.check, file=wave.export.file)
            except GateError as problem:
                trouble = problem.what
        except BarometerError as problem:
            raise _relocated(problem, staging, folder) from None
    return Made(folder.resolve(), plan, counts, trouble)


def _relocated(problem: BarometerError, staging: Path, folder: Path) -> BarometerError:
    """An error that names the folder as the team knows it, and not where it was being made."""
    parts = {name: text.replace(str(staging), str(folder)) for name, text in problem.parts().items()}
    hint = parts.pop("hint", None) or "Nothing was written. Try 'barometer init --dry-run' to see the draft."
    return type(problem)(problem.what, **parts, hint=hint)
