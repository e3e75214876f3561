"""From rows of estimates to findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from barometer.findings.breakdowns import breakdowns
from barometer.findings.cautions import caveats, no_direction, prohibitions
from barometer.findings.comparing import comparisons
from barometer.findings.context import FindingContext
from barometer.findings.facts import MeanFacts, ShareFacts, mean_facts, share_facts
from barometer.findings.leading import scored
from barometer.findings.model import Breakdown, Comparison, Fieldwork, Finding, Interval, Provenance, Withheld
from barometer.findings.numbers import half_up, numeral
from barometer.findings.predicates import keywords
from barometer.findings.published import PublishedWave, latest_published
from barometer.findings.sentences import mean_figures, mean_title, mean_voices, share_briefs, share_figures, share_title, share_voices
from barometer.findings.storing import Findings
from barometer.findings.styles import STYLES
from barometer.findings.subjects import Subject, subject_of

if TYPE_CHECKING:
    import polars as pl

    from barometer.questionnaire.model import Questionnaire

NOT_ASKED = "not asked"
UNDEFINED = "undefined"
SUPPRESSED = "suppressed"
SMALL_BASE = "small base"
_TEXTS = ("question", "item", "option", "break", "level", "statistic", "flag", "method")
_NUMBERS = ("estimate", "conf_low", "conf_high", "count", "base", "weighted_base", "p_rest_adjusted")


@dataclass(frozen=True)
class _Wave:
    """All that the findings of one wave share."""

    questionnaire: Questionnaire
    context: FindingContext
    base: int
    counts: dict[tuple[str, str, str], int]
    published: tuple[PublishedWave, ...] = ()


def make_findings(
    estimates: pl.DataFrame,
    questionnaire: Questionnaire,
    context: FindingContext,
    *,
    changes: pl.DataFrame | None = None,
    published: Sequence[PublishedWave] = (),
) -> Findings:
    """The findings of a wave, in the order of the questionnaire.

    Args:
        estimates: Rows with the columns `question, item, option, break, level, statistic, estimate, conf_low, conf_high, count, base,
            flag`; `method`, `weighted_base` and `p_rest_adjusted` are used where they are present. Rows for everybody (empty `break`)
            become findings: shares and nets of coded questions, means, and of rankings the share that put an item among the ranks asked
            for (`share_top_three` for three, or a plain `share`). Rows of a break become breakdowns of those findings. Other statistics
            make no finding.
        questionnaire: What was asked.
        context: The wave, its population and the rules of the house.
        changes: Rows that compare with the previous comparable wave: see `barometer.findings.comparing.comparisons`.
        published: Earlier waves of which only published figures are left: compared with where `changes` has nothing.

    Returns:
        The findings, and in `withheld` what is not published because its base is too small or the wave did not ask it. No number of a
        withheld figure goes any further.

    Raises:
        UsageError: If a row names a question, item or option that the questionnaire does not have.

    Example:
        >>> import polars as pl
        >>> from barometer.questionnaire import parse
        >>> options = [{"code": "yes", "label": "Yes", "says": "said that they would"}, {"code": "no", "label": "No"}]
        >>> question = {"id": "plans", "kind": "single", "theme": "t", "text": "Will you?", "short": "Plans", "options": options}
        >>> asked = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [question]})
        >>> rows = pl.DataFrame({"question": "plans", "option": "yes", "statistic": "share", "estimate": 0.58, "count": 58, "base": 100})
        >>> context = FindingContext("w1", "Wave 1", {"text": "May"}, people="leaders", respondents="leaders who answered")
        >>> make_findings(rows, asked, context)[0].sentence("hsj")
        'More than half of the 100 leaders who answered (58 per cent) said that they would.'
    """
    rows = [_plain(row) for row in estimates.iter_rows(named=True)]
    wave = _wave_of(rows, questionnaire, context, published)
    groups = breakdowns(rows, context)
    earlier = comparisons(changes, questionnaire, context) if changes is not None else {}
    place = {question.id: number for number, question in enumerate(questionnaire.questions)}
    inside: dict[tuple[int, ...], Finding] = {}
    outside: dict[tuple[int, ...], Withheld] = {}
    for row, subject in _subjects(rows, questionnaire):
        order = (place[subject.question.id], *subject.order)
        reason = _why_withheld(row, subject, context)
        if reason is not None:
            outside[order] = _withheld(subject, context, reason)
            continue
        key = (row["question"], row["item"], row["option"], row["statistic"])
        inside[order] = _finding(row, subject, wave, earlier.get(key), groups.get(key, []))
    held = [outside[order] for order in sorted(outside)]
    told = [inside[order] for order in sorted(inside)]
    return Findings(scored(told, questionnaire, context, [one.id for one in held]), held)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """The row with empty text for missing text, and None for missing numbers."""
    numbers = {name: row.get(name) for name in _NUMBERS}
    return {
        **row,
        **{name: row.get(name) or "" for name in _TEXTS},
        **{name: None if value != value else value for name, value in numbers.items()},
    }


def _wave_of(
    rows: list[dict[str, Any]], questionnaire: Questionnaire, context: FindingContext, published: Sequence[PublishedWave]
) -> _Wave:
    totals = [row for row in rows if not row["break"]]
    base = context.wave_base or max((row["base"] or 0 for row in totals), default=0)
    shares = [row for row in totals if row["statistic"] in ("share", "net") and row["count"] is not None]
    counts = {(row["question"], row["item"], row["option"]): int(row["count"]) for row in shares}
    return _Wave(questionnaire, context, base, counts, tuple(published))


def _subjects(rows: list[dict[str, Any]], questionnaire: Questionnaire) -> Iterator[tuple[dict[str, Any], Subject]]:
    for row in rows:
        subject = None if row["break"] else subject_of(row, questionnaire)
        if subject is not None:
            yield row, subject


def _why_withheld(row: dict[str, Any], subject: Subject, context: FindingContext) -> str | None:
    parts = (subject.question, subject.item, subject.choice)
    asked = all(part.asked_in(context.wave) for part in parts if part is not None and hasattr(part, "asked_in"))
    if row["flag"] == NOT_ASKED or not asked or subject.key in context.not_asked or subject.question.id in context.not_asked:
        return "it was not asked in this wave"
    if row["flag"] == SUPPRESSED or (row["base"] or 0) < context.minimum_base:
        return f"fewer than {numeral(context.minimum_base)} people answered"
    if row["flag"] == UNDEFINED or row["estimate"] is None or row["count"] is None:
        return "there is no estimate"
    return None


def _withheld(subject: Subject, context: FindingContext, reason: str) -> Withheld:
    return Withheld(
        id=f"{context.wave}/{subject.key}",
        wave=context.wave,
        question=subject.question.id,
        item=subject.item.id if subject.item else "",
        option=subject.option,
        label=subject.label,
        reason=reason,
    )


def _fieldwork(value: Any) -> Fieldwork:
    if isinstance(value, Fieldwork):
        return value
    named = value if isinstance(value, dict) else {name: getattr(value, name, None) for name in ("text", "start", "end")}
    return Fieldwork(text=named["text"], start=named.get("start"), end=named.get("end"))


def _finding(row: dict[str, Any], subject: Subject, wave: _Wave, comparison: Comparison | None, groups: list[Breakdown]) -> Finding:
    question, item, choice, context = subject.question, subject.item, subject.choice, wave.context
    facts: ShareFacts | MeanFacts = (
        mean_facts(row, subject, context, wave.base) if subject.statistic == "mean" else share_facts(row, subject, context, wave.base)
    )
    base = int(row["base"])
    refused: list[str] = []
    if comparison is None and wave.published and isinstance(facts, ShareFacts) and not facts.weighted:
        comparison, refused = latest_published(subject, facts.count, base, wave.published, context)
    return Finding(
        id=f"{context.wave}/{subject.key}",
        wave=context.wave,
        wave_title=context.wave_title,
        fieldwork=_fieldwork(context.fieldwork),
        theme=question.theme,
        theme_title=wave.questionnaire.theme_title(question.theme),
        question=question.id,
        item=item.id if item else "",
        option=subject.option,
        statistic=subject.statistic,
        question_number=question.number,
        question_text=question.wording(context.wave),
        question_short=question.short,
        instruction=question.instruction,
        item_label=item.label if item else None,
        option_label=choice.label if choice else None,
        count=int(row["count"]),
        base=base,
        not_answered=wave.base - base if wave.base >= base else None,
        estimate=round(float(row["estimate"]), 12),
        interval=_interval(row, facts),
        population_size=context.population_size,
        people=context.people,
        respondents=context.respondents,
        citations=_citations(facts, subject, context),
        comparison=comparison,
        breakdowns=tuple(groups),
        caveats=(
            *caveats(subject, facts, wave.questionnaire, context, wave.base),
            *([comparison.note] if comparison and comparison.note else []),
            *refused,
        ),
        not_to_be_said=(*prohibitions(subject, facts, wave.counts, context), *(no_direction(comparison) if comparison else ())),
        keywords=keywords(question, item, choice),
        flag=SMALL_BASE if base < context.small_base else "",
        synthetic=context.synthetic,
        provenance=Provenance(version=context.version, inputs=dict(sorted(context.inputs_sha256.items()))),
        weighted=facts.weighted,
        **_worded(facts),
    )


def _worded(facts: ShareFacts | MeanFacts) -> dict[str, Any]:
    """What differs between a share and a mean: sentences, figure, percentage, phrases and claim."""
    if isinstance(facts, MeanFacts):
        voices = mean_voices(facts)
        return {
            "voices": voices,
            "briefs": {style: said["sample"] for style, said in voices.items()},
            "title": mean_title(facts),
            "figures": mean_figures(facts),
        }
    return {
        "voices": share_voices(facts),
        "briefs": share_briefs(facts),
        "title": share_title(facts),
        "figures": share_figures(facts),
        "percent": half_up(facts.share * 100),
        "phrases": tuple(phrase.text for phrase in facts.phrases),
        "claim": facts.claim,
    }


def _interval(row: dict[str, Any], facts: ShareFacts | MeanFacts) -> Interval | None:
    if facts.bounds is None:
        return None
    return Interval(low=round(row["conf_low"], 12), high=round(row["conf_high"], 12), level=facts.bounds.level, method=facts.bounds.method)


def _citations(facts: ShareFacts | MeanFacts, subject: Subject, context: FindingContext) -> dict[str, str]:
    figures = mean_figures(facts) if isinstance(facts, MeanFacts) else share_figures(facts)
    number = f"{subject.question.number}: " if subject.question.number else ""
    source = ", ".join(part for part in (context.series, context.publisher, context.wave_title) if part)
    fieldwork = _fieldwork(context.fieldwork).text
    asked = f'{number}"{subject.question.wording(context.wave)}"'
    made_up = " Synthetic responses." if context.synthetic else ""
    return {
        style: f"{source} (fieldwork: {fieldwork}). {asked} {figures[style]}. {context.wave}/{subject.key}.{made_up}" for style in STYLES
    }
