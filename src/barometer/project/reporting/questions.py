"""The questions of a wave as readers meet them: wording, figures for everybody, and tables by every break."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer.publishing.layouts import Figures, cross_table, topline
from barometer.publishing.prose import escaped

if TYPE_CHECKING:
    from barometer.project.wave import Wave
    from barometer.publishing.tables import Table
    from barometer.questionnaire import Condition, Question


def toplines(wave: Wave) -> str:
    """Every question with its wording and its figures for everybody, in the order in which it was asked (Markdown)."""
    return "\n\n".join(_block(wave, question, _own(wave, question), level=3) for question in wave.survey.questionnaire.asked_in(wave.id))


def tables(wave: Wave) -> str:
    """Every question with its wording, its figures for everybody, and a tab with a table for each break (Markdown, for HTML pages)."""
    return "\n\n".join(_with_breaks(wave, question) for question in wave.survey.questionnaire.asked_in(wave.id))


def _with_breaks(wave: Wave, question: Question) -> str:
    own = _own(wave, question)
    parts = [_block(wave, question, own, level=2, html=True)]
    breaks = {name: wave.survey.settings.breaks[name] for name in wave.survey.plan.breaks}
    if question.kind != "text" and breaks:
        parts.append("::: {.panel-tabset}")
        for name, settings in breaks.items():
            table = cross_table(question, own, name, settings, weighted_bases=True)
            parts += [f"### {escaped(settings.label)} {{.unnumbered .unlisted}}", _html(table)]
        parts.append(":::")
    return "\n\n".join(parts)


def _own(wave: Wave, question: Question) -> Figures:
    """The question's published figures: looked for once, and not for each of its tables."""
    return Figures(question, wave.published.frame)


def _block(wave: Wave, question: Question, own: Figures, *, level: int, html: bool = False) -> str:
    number = f"{question.number}. " if question.number else ""
    wording = question.wording(wave.id)
    # Where the wording is its own short name the heading has said it.
    said = " ".join(filter(None, ("" if wording.strip() == question.short.strip() else wording, question.instruction)))
    # An identifier from the question's own, so that a link to it outlives a change of its short name.
    name = f" {{#q-{question.id}}}" if html else ""
    parts = [f"{'#' * level} {escaped(number + question.short)}{name}", *([f"> {escaped(said)}"] if said else [])]
    if question.shown_if is not None:
        parts.append(escaped(f"Asked of those who {_routing(wave, question.shown_if)}."))
    if question.kind == "text":
        answered = wave.responses.frame[question.id].is_not_null().sum()
        who = "respondent" if answered == 1 else "respondents"
        parts.append(f"{answered} {who} wrote an answer. Answers are quoted only where they were released for it.")
    else:
        table = topline(question, own)
        parts.append(_html(table) if html else table._repr_markdown_())
    return "\n\n".join(parts)


def _html(table: Table) -> str:
    """A table as it stands in HTML, where the cells of its first column are headings too."""
    return f"```{{=html}}\n{table._repr_html_()}\n```"


def _routing(wave: Wave, condition: Condition) -> str:
    from barometer.findings.predicates import is_sentence, quoted

    asked = wave.survey.questionnaire.question(condition.question)
    labels = {option.code: option.label for option in asked.options}
    where = asked.number or (quoted(asked.short.removesuffix(".")) if is_sentence(asked.short) else asked.short)
    chose = " or ".join(f'"{labels[code]}"' for code in condition.any_of)
    avoided = " nor ".join(f'"{labels[code]}"' for code in condition.none_of)
    parts = ([f"chose {chose} at {where}"] if chose else []) + ([f"did not choose {avoided} at {where}"] if avoided else [])
    return " and ".join(parts)
