"""One wave of a barometer: its answers, its estimates and its findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from barometer.errors import ProjectError, UsageError, did_you_mean
from barometer.project.settings import OVERRIDES_FILE, PROJECT_FILE, PUBLISHED_FOLDER, Break, WaveSettings

if TYPE_CHECKING:
    import polars as pl

    from barometer.estimation import Categorical, Design, Estimates
    from barometer.findings import Finding, Findings
    from barometer.intake import Export, Responses
    from barometer.project.open_text import OpenText
    from barometer.project.report import Report
    from barometer.project.survey import Survey
    from barometer.publishing.message import Message
    from barometer.questionnaire import Question
    from barometer.validation import CheckResult


class Wave:
    """One wave. Each step is done when it is first asked for, and once.

    Attributes:
        id: Such as "2016-spring".
        survey: The barometer that it belongs to.
        settings: What its `wave.toml` says.
        inputs: SHA-256 of every file that its figures depend on.
    """

    def __init__(self, survey: Survey, id: str, settings: WaveSettings, inputs: Mapping[str, str]) -> None:
        self.survey = survey
        self.id = id
        self.settings = settings
        self.inputs = inputs

    def __repr__(self) -> str:
        return f"Wave({self.id!r}, {self.settings.fieldwork.text})"

    @cached_property
    def export(self) -> Export:
        """The export as it came, coded and not yet validated."""
        from barometer.intake import read_export

        folder = self.survey.wave_folder(self.id)
        path = folder / self.settings.responses
        return read_export(path, self.survey.questionnaire, self.id, self.settings.export, folder=folder)

    @cached_property
    def check(self) -> CheckResult:
        """The rules applied to the export, by polars alone: what decides which rows count. `barometer run` has it certified."""
        from barometer.project.checking import checked

        return checked(self)

    @cached_property
    def responses(self) -> Responses:
        """The accepted responses, with the attributes of the frame beside the answers.

        Raises:
            GateError: If no row is accepted.
        """
        from barometer.errors import GateError
        from barometer.intake import typed

        accepted = self.check.export.rows(self.check.accepted)
        if not len(accepted):
            raise GateError("No response is fit to be counted.", file=self.export.file, hint="Run 'barometer check' to see why.")
        responses = typed(accepted)
        frame, key = self.survey.frame, self.survey.settings.population.key
        if frame is None or key is None:
            return responses
        return responses.with_attributes(frame.rename({key: "post"}), on="post")

    @cached_property
    def design(self) -> Design:
        """Who was asked, and of how many: the design that every estimate of this wave uses."""
        import polars as pl

        from barometer.estimation import Design

        settings = self.survey.settings.design
        frame = self.responses.frame
        weight = "weight" if settings.weight else None
        strata: str | list[str] | None = list(settings.strata) or None
        population: Any = self.survey.population_size
        members = self.survey.frame
        if strata and members is not None:
            # Strata are crossed in the order of the project file; their sizes come from the frame.
            sizes = members.group_by(strata).len("stratum_size")
            frame = frame.join(sizes.with_columns(pl.col("stratum_size").cast(pl.Float64)), on=strata, how="left", maintain_order="left")
            population = "stratum_size"
        return Design(frame, weight=weight, strata=strata, population=population, lonely=settings.lonely)  # type: ignore[arg-type]

    def only(self, part: str = "", /, **where: str) -> Wave:
        """This wave as one group sees it, such as `only(region="north")`: its respondents, and its part of the population.

        Args:
            part: The group as "break=level", for a parameter of a report; an empty text is everybody.
            where: A break of `barometer.toml` and one of its levels; an empty level counts for nothing.

        Returns:
            A wave with the figures of the group, the same as in the tables of the whole wave, and with disclosure control across all
            groups. It is not compared with earlier waves.

        Raises:
            UsageError: If the group is unknown, more than one is given, or it is too small to be reported.
        """
        from barometer.project.variants import only

        return only(self, part, where)

    def question(self, question: str) -> Question:
        """A question that this wave asked.

        Raises:
            UsageError: If there is none of this id, or this wave did not ask it.
        """
        found = self.survey.questionnaire.question(question)
        if not found.asked_in(self.id):
            raise UsageError(
                f"The wave {self.id} did not ask this question.",
                where=f"question '{question}'",
                expected="one of the waves " + ", ".join(found.waves or ()),
                got=self.id,
                hint="Not asked is missing, not zero.",
            )
        return found

    def tabulate(self, question: str, by: str | Sequence[str] | None = None) -> Estimates:
        """Shares, nets and means of one question, for everybody and by breaks.

        Args:
            question: Its id.
            by: A break of `barometer.toml`, or several; none, everybody only.

        Returns:
            Estimates; shares are proportions (0 to 1), with counts and bases. Everybody has an empty `break` and `level`.

        Raises:
            UsageError: If this wave did not ask the question, or a break is unknown.
        """
        breaks = [by] if isinstance(by, str) else list(by or ())
        return self._tab_book([self.question(question)], breaks)

    def overlap(self, question: str) -> Estimates:
        """How the options of a select-all question overlap: the share that chose both of two options, for every pair.

        Returns:
            Estimates (proportions, 0 to 1) with the statistic `overlap`; the two options stand in `item` and `option`.

        Raises:
            UsageError: If this wave did not ask the question, or it is no select-all question.
        """
        from barometer.estimation import MultipleResponse
        from barometer.project.variables import as_of, variable

        found = variable(as_of(self.question(question), self.id, self.survey.settings.waves), self.id)
        if not isinstance(found, MultipleResponse):
            raise UsageError("Only the options of a select-all question overlap.", where=f"question '{question}'", expected="kind multiple")
        return self.design.overlap(found)

    @cached_property
    def estimates(self) -> Estimates:
        """Every question by every break of the plan, before disclosure control."""
        questions = [question for question in self.survey.questionnaire.asked_in(self.id) if question.kind != "text"]
        return self._tab_book(questions, list(self.survey.plan.breaks))

    @cached_property
    def published(self) -> Estimates:
        """Every question by every break of the plan as they may be published: small bases marked, disclosive cells suppressed."""
        from barometer.project.disclosing import protected

        return protected(self, self.estimates)

    def published_by(self, questions: Sequence[str], by: str) -> Estimates:
        """Questions by a break that need not be in the plan, as they may be published beside the tables of the plan.

        Args:
            questions: Their ids.
            by: A break of `barometer.toml`.

        Returns:
            Estimates for everybody and for the levels; shares are proportions (0 to 1).

        Raises:
            UsageError: If this wave did not ask a question, or the break is unknown.
        """
        from barometer.project.disclosing import published_by

        return published_by(self, questions, by)

    def published_overlap(self, question: str) -> Estimates:
        """How the options of a select-all question overlap, as it may be published; rows and errors as those of `overlap`."""
        from barometer.project.disclosing import published_overlap

        return published_overlap(self, question)

    def published_combinations(self, question: str, options: Sequence[str] = (), *, beside: Sequence[tuple[str, str]] = ()) -> Estimates:
        """Which options of a select-all question were given together, as it may be published: those of few are merged.

        Args:
            question: The question.
            options: The options that are looked at; left out, all.
            beside: Pairs of which it is told beside it how many gave both.

        Returns:
            Estimates (proportions, 0 to 1) with the statistic `combination`; see `barometer.project.disclosing`.
        """
        from barometer.project.disclosing import published_combinations

        return published_combinations(self, question, options, beside=beside)

    def published_values(self, question: str) -> dict[int, int]:
        """How many gave each number to a numeric question, as it may be published; empty where too few answered.

        Raises:
            UsageError: If this wave did not ask the question, or it is no numeric question with a range.
        """
        from barometer.project.disclosing import published_values

        return published_values(self, question)

    def published_association(self, first: tuple[str, str, str], second: tuple[str, str, str]) -> Estimates:
        """How many gave one answer among those who gave another and among all others, as it may be published.

        Args:
            first: Question, item ("" where there is none) and option or net that make the two groups.
            second: Question, item and option or net that is counted.

        Returns:
            The rows of `barometer.project.disclosing.published_association`: proportions (0 to 1) of all who took part.

        Raises:
            UsageError: If there is no such answer in this wave, or not everybody was shown the question.
        """
        from barometer.project.disclosing import published_association

        return published_association(self, first, second)

    def _tab_book(self, questions: Sequence[Question], breaks: Sequence[str]) -> Estimates:
        from barometer.project.variables import as_of, variable

        order = self.survey.settings.waves
        return self.design.tab_book(
            [variable(as_of(question, self.id, order), self.id) for question in questions],
            [self.break_variable(name) for name in breaks],
        )

    def break_variable(self, name: str) -> Categorical:
        """A break of the project file as a variable of this wave's design.

        Raises:
            UsageError: If the project file has no such break.
            ProjectError: If it is neither a column of the frame nor a question of this wave.
        """
        from barometer.project.variables import break_variable

        return break_variable(name, self._break(name))

    def _break(self, name: str) -> Break:
        known = self.survey.settings.breaks
        if name not in known:
            raise UsageError(
                "There is no such break.",
                where=f"[breaks] in {PROJECT_FILE}",
                expected="one of " + (", ".join(known) or "(none is named)"),
                got=name,
                hint=did_you_mean(name, known),
            )
        if name not in self.responses.frame.columns:
            raise ProjectError(
                "A break is neither a column of the frame nor a question of this wave.",
                file=self.survey.folder / PROJECT_FILE,
                where=f"[breaks.{name}]",
                hint=did_you_mean(name, self.responses.frame.columns),
            )
        return known[name]

    @cached_property
    def findings(self) -> Findings:
        """One finding for each figure that may be published, in the order of the questionnaire, and what is withheld."""
        from barometer.findings import make_findings
        from barometer.findings.overrides import load_overrides, overridden
        from barometer.findings.published import load_published
        from barometer.project.wording import finding_context

        survey, waves = self.survey, self.survey.settings.waves
        earlier = load_published(survey.folder / PUBLISHED_FOLDER, waves, survey.questionnaire, with_data=survey.waves)
        context = finding_context(self)
        made = make_findings(self.published.frame, survey.questionnaire, context, changes=self.changes, published=earlier)
        file = survey.folder / OVERRIDES_FILE
        return overridden(made, load_overrides(file), wave=self.id, waves=waves, file=file, organisations=context.organisations)

    @cached_property
    def changes(self) -> pl.DataFrame | None:
        """What findings say of earlier waves: every figure that can be compared, against the latest wave that can be; None without one."""
        from barometer.project.changing import changes_of

        return changes_of(self)

    def trend(self, question: str, *, item: str | None = None, option: str | None = None, by: str | None = None) -> Estimates:
        """Every figure of a question in every wave up to this one, oldest first: see `Survey.trend`."""
        return self.survey.trend(question, item=item, option=option, by=by, until=self.id)

    def finding(self, id: str) -> Finding:
        """One finding.

        Args:
            id: Such as "contracting.accountable_care_system", with or without the wave before it.

        Raises:
            UsageError: If there is none; the message names the nearest ids.
        """
        from barometer.findings import find

        return find(self.findings, id)

    def headlines(self) -> list[Finding]:
        """The findings that lead this wave: those that editors pinned in the plan, then by score."""
        from barometer.findings import headlines

        return headlines(self.findings, self.survey.plan.headlines, pins=self.survey.plan.pins)

    def sensitivity(self) -> Estimates | None:
        """The questions of the headlines as they are and raked to the frame's margins, side by side.

        Returns:
            Estimates with the columns of `barometer.estimation.sensitivity` (`weighted_estimate`, `difference_points`, ...); None where
            `[design]` in the project file names no columns to rake to.

        Raises:
            DesignError: If raking does not converge, or a margin has a level without respondents.
        """
        from barometer.estimation import sensitivity
        from barometer.project.variables import variable

        columns = self.survey.settings.design.rake
        if not columns or self.survey.frame is None:
            return None
        raked = self.design.rake(list(columns), population=self.survey.frame)
        questions = dict.fromkeys(finding.question for finding in self.headlines())
        return sensitivity(self.design, raked, [variable(self.question(question), self.id) for question in questions])

    def message(self, id: str) -> Message:
        """One message of the report: what `analyse(wave)` in `analysis/<id>.py` returns.

        Raises:
            UsageError: If the project has no such module.
        """
        from barometer.project.analysis import analyse

        return analyse(self, id)

    def open_text(self, question: str) -> OpenText:
        """The coded answers to an open question: themes, agreement of the coders, released quotes.

        Raises:
            UsageError: If this wave did not ask the question, or its answers are not coded.
        """
        from barometer.project.open_text import OpenText

        return OpenText(self, question)

    def open_texts(self) -> list[OpenText]:
        """The same for every open question whose answers are coded, in the order of the questionnaire."""
        from barometer.project.open_text import OpenText, coded_questions

        return [OpenText(self, question) for question in coded_questions(self)]

    def report(self) -> Report:
        """The standing parts of the report: headlines, method, data quality, topline."""
        return self._report

    @cached_property
    def _report(self) -> Report:
        """One for all pages: the front page, the report and the figures ask for the same charts and tables."""
        from barometer.project.report import Report

        return Report(self)

    def labels(self, question: str) -> Mapping[str, str]:
        """The short labels of a question's options, nets and items, by code."""
        asked = self.survey.questionnaire.question(question)
        return (
            {option.code: option.name for option in asked.options}
            | {net.id: net.label for net in asked.nets}
            | {item.id: item.name for item in asked.items}
        )
