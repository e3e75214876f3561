"""A wave's open answers: how many raised each theme, how far the coders agreed, and the quotes that were released.

| file | what it holds |
| ---- | ------------- |
| `data/codeframes/<question>.toml` | the codeframe, for every wave |
| `data/waves/<wave>/coded/<question>.csv` | the coded rows: respondent, coder, code; no text |
| `data/waves/<wave>/quotes.toml` | the quotes that were released, one by one |
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from barometer.coding import Coded, Codeframe, Quote, agreement, load_codeframe, load_quotes, prevalence, read_coded, released
from barometer.errors import UsageError
from barometer.findings.themes import theme_sentence, themes_brief
from barometer.project.settings import CODED_FOLDER, CODEFRAMES_FOLDER, QUOTES_FILE
from barometer.publishing.numbers import SUPPRESSED, half_up, per_cent
from barometer.publishing.prose import escaped
from barometer.publishing.tables import Column, Table

if TYPE_CHECKING:
    from barometer.estimation import Estimates
    from barometer.project.wave import Wave

_LED_BY = 3


def codeframe_file(wave: Wave, question: str) -> Path:
    """Where the codeframe of a question stands."""
    return wave.survey.folder / CODEFRAMES_FOLDER / f"{question}.toml"


def coded_file(wave: Wave, question: str) -> Path:
    """Where the coded rows of a question stand."""
    return wave.survey.wave_folder(wave.id) / CODED_FOLDER / f"{question}.csv"


def coded_questions(wave: Wave) -> tuple[str, ...]:
    """The open questions of a wave whose answers are coded, in the order of the questionnaire."""
    asked = wave.survey.questionnaire.asked_in(wave.id)
    return tuple(
        question.id
        for question in asked
        if question.kind == "text" and coded_file(wave, question.id).is_file() and codeframe_file(wave, question.id).is_file()
    )


class OpenText:
    """The coded answers to one open question of a wave.

    Attributes:
        wave: The wave.
        question: The question's id.

    Raises:
        UsageError: If the wave did not ask the question, it is no open question, or its answers are not coded.
    """

    def __init__(self, wave: Wave, question: str) -> None:
        asked = wave.question(question)
        if asked.kind != "text":
            raise UsageError("Only open answers are coded.", where=f"question '{question}'", expected="a text question", got=asked.kind)
        for path in (codeframe_file(wave, question), coded_file(wave, question)):
            if not path.is_file():
                raise UsageError(
                    "The answers to this question are not coded.",
                    file=path,
                    where=f"question '{question}', wave {wave.id}",
                    expected="a codeframe and coded rows",
                    hint="'barometer themes --sheet CODER' makes a sheet for a coder.",
                )
        self.wave = wave
        self.question = question

    @property
    def title(self) -> str:
        """The question's short label."""
        return self.wave.question(self.question).short

    @cached_property
    def codeframe(self) -> Codeframe:
        """What the coders looked for."""
        return load_codeframe(codeframe_file(self.wave, self.question))

    @cached_property
    def answers(self) -> pl.DataFrame:
        """The accepted answers, for the team's own eyes: `source` (the respondent) and `text`."""
        return answers_of(self.wave, self.question)

    @cached_property
    def coded(self) -> Coded:
        """The coded rows.

        Raises:
            ProjectError: If a row names somebody who wrote no accepted answer, or a code that the codeframe does not have.
        """
        return read_coded(coded_file(self.wave, self.question), self.codeframe, sources=self.answers["source"].to_list())

    @cached_property
    def themes(self) -> Estimates:
        """How many raised each theme, as it may be published: shares (proportions, 0 to 1) of the answers that were coded."""
        from barometer.project.disclosing import protected

        return protected(self.wave, prevalence(self.coded, self.wave.design))

    def themes_by(self, by: str) -> Estimates:
        """The same by a break of the project file, with the rows for everybody."""
        from barometer.project.disclosing import protected

        return protected(self.wave, prevalence(self.coded, self.wave.design, by=self.wave.break_variable(by)))

    @cached_property
    def agreement(self) -> pl.DataFrame | None:
        """How far the coders agree (see `barometer.coding.agreement`); None where only one coded."""
        return agreement(self.coded) if len(self.coded.coders) > 1 else None

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes that were released and may be published.

        Raises:
            ProjectError: If one of them may not.
        """
        return tuple(quote for quote in quotes_of(self.wave) if quote.question == self.question)

    @property
    def base(self) -> int:
        """How many answers were coded."""
        return len(self.coded.final.sources)

    @property
    def sentences(self) -> list[str]:
        """A sentence on each theme, the most frequent first, each with its count and base; suppressed themes have none."""
        return [theme_sentence(says, count, self.base, who=self._who) for says, count in self._counted()]

    @property
    def brief(self) -> str:
        """The leading themes in one sentence."""
        return themes_brief(self._counted()[:_LED_BY], self.base, who=self._who) if self._counted() else ""

    @property
    def _who(self) -> str:
        return f"{self.wave.survey.settings.population.respondents.split(' who ')[0]} who wrote an answer"

    def _counted(self) -> list[tuple[str, int]]:
        says = {code.id: code.says or f"spoke of {code.label[:1].lower()}{code.label[1:]}" for code in self.codeframe.codes}
        return [(says[row["option"]], row["count"]) for row in self._ranked() if row["count"] is not None]

    @property
    def table(self) -> Table:
        """The themes, the most frequent first: counts and per cent of the coded answers."""
        rows = [
            (self.codeframe.labels[row["option"]], SUPPRESSED, SUPPRESSED)
            if row["count"] is None
            else (self.codeframe.labels[row["option"]], str(row["count"]), per_cent(row["estimate"]))
            for row in self._ranked()
        ]
        note = f"Of {self.base} answers that were coded. An answer may raise several themes."
        return Table((Column("Theme", "left"), Column("Answers"), Column("Per cent")), tuple(rows), (note,))

    def table_by(self, by: str) -> Table:
        """The themes by a break: per cent of the coded answers in each level, with the levels' bases in the last row."""
        levels = self.wave.survey.settings.breaks[by].levels if by in self.wave.survey.settings.breaks else {}
        found = self.themes_by(by).frame.filter((pl.col("item") == "") & (pl.col("break").is_in(["", by])))
        cells = {(row["option"], row["level"]): row for row in found.to_dicts()}
        shown = ["", *(level for level in found["level"].unique(maintain_order=True) if level)]
        columns = (Column("Theme", "left"), *(Column(levels.get(level, level) if level else "All") for level in shown))
        rows = [(self.codeframe.labels[row["option"]], *(_cell(cells[row["option"], level]) for level in shown)) for row in self._ranked()]
        first = self._ranked()[0]["option"]
        whole = [cells[first, level] for level in shown]
        bases = ("Answers that were coded", *(SUPPRESSED if row["count"] is None else str(row["base"]) for row in whole))
        return Table(columns, (*rows, bases), ("Per cent of the answers that were coded. An answer may raise several themes.",))

    @property
    def agreement_sentence(self) -> str | None:
        """How the coding was checked, in a sentence; None where only one coded."""
        if self.agreement is None:
            return None
        row = self.agreement.row(0, named=True)
        coders = f"{len(self.coded.coders)} coders" if len(self.coded.coders) != 2 else "Two coders"
        if row["alpha"] is None:
            return f"{coders} read {row['sources']} of the answers independently; nothing varied that could be agreed on."
        limits = f"{half_up(row['alpha_low'], 2)} to {half_up(row['alpha_high'], 2)}"
        return (
            f"{coders} read {row['sources']} of the answers independently before they settled on one coding. Krippendorff's alpha of their "
            f"sets of themes was {half_up(row['alpha'], 2)} (95 per cent interval {limits}; 1 is perfect agreement, 0 chance)."
        )

    @property
    def agreement_table(self) -> Table | None:
        """Agreement on each theme; None where only one coded."""
        if self.agreement is None:
            return None
        columns = (Column("Theme", "left"), Column("Answers"), Column("Agreed, %"), Column("Kappa"), Column("Alpha"))
        rows = [
            (
                row["label"],
                str(row["used"]),
                "-" if row["agreed"] is None else half_up(round(100 * row["agreed"], 9)),
                "-" if row["kappa"] is None else half_up(row["kappa"], 2),
                "-" if row["alpha"] is None else half_up(row["alpha"], 2),
            )
            for row in self.agreement.iter_rows(named=True)
        ]
        note = "Answers: those in which either coder saw the theme. Kappa is Cohen's, alpha Krippendorff's; - where nothing varies."
        return Table(columns, tuple(rows), (note,))

    @property
    def markdown(self) -> str:
        """The question's part of a report: sentences, table, how it was coded, quotes by theme."""
        asked = self.wave.question(self.question)
        parts = [f"> {escaped(asked.wording(self.wave.id))}", escaped(self.brief), self.table._repr_markdown_()]
        if self.agreement_sentence:
            parts.append(escaped(self.agreement_sentence))
        if self.quotes:
            parts.append("In their words, released one by one; changes stand in square brackets:")
            order = {row["option"]: place for place, row in enumerate(self._ranked())}
            quotes = sorted(self.quotes, key=lambda quote: (order.get(quote.code or "", len(order)), quote.id))
            parts += [f"> \u201c{escaped(quote.text)}\u201d\n>\n> {escaped(quote.attribution)}" for quote in quotes]
        return "\n\n".join(parts)

    def _ranked(self) -> list[dict[str, Any]]:
        rows = self.themes.frame.filter((pl.col("break") == "") & (pl.col("item") == ""))
        return rows.sort("count", descending=True, nulls_last=True, maintain_order=True).to_dicts()


def _cell(row: dict[str, Any]) -> str:
    return SUPPRESSED if row["count"] is None else per_cent(row["estimate"])


def answers_of(wave: Wave, question: str) -> pl.DataFrame:
    """The accepted answers to an open question, for the team's own eyes: `source` (the respondent) and `text`."""
    frame = wave.responses.frame
    return frame.select(pl.col("respondent").cast(pl.String).alias("source"), pl.col(question).alias("text")).filter(
        pl.col("text").is_not_null()
    )


def quotes_of(wave: Wave) -> tuple[Quote, ...]:
    """Every quote of a wave that may be published; none where none was released.

    Raises:
        ProjectError: If a quote may not be published; see `barometer.coding.released`.
    """
    path = wave.survey.wave_folder(wave.id) / QUOTES_FILE
    if not path.is_file():
        return ()
    texts = [question.id for question in wave.survey.questionnaire.asked_in(wave.id) if question.kind == "text"]
    answers = {question: dict(answers_of(wave, question).iter_rows()) for question in texts}
    return released(load_quotes(path), answers, _attributions(wave), names=_names(wave), file=path)


def _attributions(wave: Wave) -> dict[str, str]:
    """For each respondent a role, or, where few who answered have it, only that they took part."""
    settings = wave.survey.settings
    frame, roles = wave.responses.frame, settings.population.roles
    everybody = f"one of the {settings.population.respondents}"
    if roles is None or roles.question not in frame.columns:
        return dict.fromkeys(frame["respondent"].cast(pl.String), everybody)
    labels = {option.code: option.label.lower() for option in wave.question(roles.question).options}
    sizes = dict(frame[roles.question].value_counts().iter_rows())
    return {
        str(respondent): _with_article(labels[role]) if sizes.get(role, 0) >= settings.disclosure.minimum_base else everybody
        for respondent, role in frame.select("respondent", roles.question).iter_rows()
    }


def _with_article(label: str) -> str:
    return f"{'an' if label[:1] in 'aeiou' else 'a'} {label}"


def _names(wave: Wave) -> dict[str, list[str]]:
    """For each respondent what the frame says of their post and few others share: names, organisations, places."""
    members, key = wave.survey.frame, wave.survey.settings.population.key
    if members is None or key is None:
        return {}
    few = 3 * wave.survey.settings.disclosure.minimum_base
    columns = [name for name, dtype in members.schema.items() if dtype == pl.String and members[name].n_unique() > 1]
    shared = {name: dict(members[name].drop_nulls().value_counts().iter_rows()) for name in columns}
    by_post = {
        row[key]: [row[name] for name in columns if row[name] is not None and shared[name][row[name]] < few] for row in members.to_dicts()
    }
    posts = wave.responses.frame.select("respondent", "post").iter_rows() if "post" in wave.responses.frame.columns else ()
    return {str(respondent): by_post.get(post, []) for respondent, post in posts}
