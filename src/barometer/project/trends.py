"""A question over the waves of a project: what each wave published, what it did not ask, and where the series breaks.

Each wave's rows are those of its own publication: made from its own population, and disclosure-controlled as they were in its report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from barometer.errors import UsageError, did_you_mean
from barometer.estimation import Estimates
from barometer.estimation.estimates import Flag

if TYPE_CHECKING:
    from barometer.project.survey import Survey
    from barometer.project.wave import Wave
    from barometer.questionnaire import Question

#: The statistics that are followed, those of which findings are made: and of rankings the share that ranked an item, `share_top_three`.
STATISTICS = ("share", "net", "mean")
RANKED = "share_top_"
_KEYS = ("question", "item", "option", "break", "level", "statistic")
_FIGURES = ("estimate", "std_error", "conf_low", "conf_high", "df", "count", "base", "weighted_base", "design_effect")


def trend(
    survey: Survey,
    question: str,
    *,
    item: str | None = None,
    option: str | None = None,
    by: str | None = None,
    until: str | None = None,
) -> Estimates:
    """Every figure of a question in every wave with data, oldest first.

    Args:
        survey: The project.
        question: The question's id.
        item: One item of a battery, ranking or allocation; left out, all.
        option: One option or net; left out, all, and the mean. "" for the mean alone.
        by: A break of `barometer.toml`; left out, everybody.
        until: The last wave; left out, the latest with data.

    Returns:
        Estimates, a row a figure and wave, wave by wave; shares are proportions (0 to 1). Beside the usual columns:

        | column | meaning |
        | ------ | ------- |
        | `wave`, `wave_title` | the wave, and how it is printed |
        | `fieldwork_start`, `fieldwork_end` | its first and last day in the field |
        | `segment` | waves with the same number may be compared; another number is another series. 0 where it was not asked |
        | `broken` | why this wave begins a new segment although an earlier one asked the question; "" elsewhere |

        A wave that did not ask the question, the item or the option has rows with the flag "not asked" whose figures, count and base
        are null: missing, never zero. A suppressed figure is null and flagged as in its wave's own report.

    Raises:
        UsageError: If there is no such question, item, option, break or wave, if the question is open text, or no wave with data asked it.

    Example:
        `survey.trend("financial_confidence", option="").frame.select("wave", "estimate", "conf_low", "conf_high", "base", "segment")`
    """
    asked = survey.questionnaire.question(question)
    _check(survey, asked, item, option, by)
    last = survey.wave_id(until)
    waves = [survey.wave(wave) for wave in survey.waves[: survey.waves.index(last) + 1]]
    segments = segments_of(survey, asked, [wave.id for wave in waves])
    if not any(number for number, _ in segments.values()):
        raise UsageError(
            "No wave with data asked the question.", where=f"question '{question}'", expected="one of " + ", ".join(asked.waves or ())
        )
    parts = {wave.id: _published(wave, asked, by) for wave in waves if asked.asked_in(wave.id)}
    wanted = pl.lit(True)
    if item is not None:
        wanted &= pl.col("item") == item
    if option is not None:
        wanted &= pl.col("option") == option
    figures = pl.concat([part.select(_KEYS) for part in reversed(parts.values())]).unique(maintain_order=True).filter(wanted)
    return Estimates(_series(waves, _ordered(figures, asked), parts, segments))


def segments_of(survey: Survey, question: Question, waves: list[str]) -> dict[str, tuple[int, str]]:
    """The parts of a series: from each wave to the number of its segment, and why it begins a new one.

    A wave belongs to the segment of the latest earlier wave with which it may be compared. 0 stands for waves that did not ask.

    Example:
        >>> from types import SimpleNamespace
        >>> from barometer.questionnaire import parse
        >>> asked = {"id": "plans", "kind": "text", "theme": "t", "text": "Plans?", "short": "Plans", "waves": ["w1", "w3", "w4"],
        ...     "breaks_in_series": [{"wave": "w3", "reason": "asked of two years"}]}
        >>> questionnaire = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [asked]})
        >>> waves = ["w1", "w2", "w3", "w4"]
        >>> survey = SimpleNamespace(questionnaire=questionnaire, settings=SimpleNamespace(waves=tuple(waves)))
        >>> segments_of(survey, questionnaire.question("plans"), waves)
        {'w1': (1, ''), 'w2': (0, ''), 'w3': (2, 'break in series at w3: asked of two years'), 'w4': (2, '')}
    """
    found: dict[str, tuple[int, str]] = {}
    for wave in waves:
        if not question.asked_in(wave):
            found[wave] = (0, "")
            continue
        earlier = [other for other in found if found[other][0]]
        reasons = {other: survey.questionnaire.comparable(question.id, other, wave, survey.settings.waves) for other in earlier}
        same = [other for other in earlier if reasons[other] is None]
        if same:
            found[wave] = (found[same[-1]][0], "")
        else:
            found[wave] = (1 + max((number for number, _ in found.values()), default=0), (reasons[earlier[-1]] or "") if earlier else "")
    return found


def _check(survey: Survey, question: Question, item: str | None, option: str | None, by: str | None) -> None:
    if question.kind == "text":
        raise UsageError("Open text has no figures of its own.", where=f"question '{question.id}'", expected="a question with figures")
    options = ["", *(one.code for one in question.options), *(net.id for net in question.nets)]
    for kind, given, known in (("item", item, [one.id for one in question.items]), ("option or net", option, options)):
        if given is not None and given not in known:
            raise UsageError(
                f"The question '{question.id}' has no such {kind}.",
                expected="one of " + ", ".join(filter(None, known)) if any(known) else f"no {kind}",
                got=given,
                hint=did_you_mean(given, known),
            )
    if by is None:
        return
    # The breaks of all waves: one that a wave did not have is missing there.
    breaks = {name for wave in survey.waves for name in survey.wave(wave).survey.settings.breaks}
    if by not in breaks:
        raise UsageError("There is no such break.", expected="one of " + (", ".join(sorted(breaks)) or "(none is named)"), got=by)


def _published(wave: Wave, question: Question, by: str | None) -> pl.DataFrame:
    if by is None:
        frame, name = wave.published.frame, ""
    elif by in wave.survey.settings.breaks:
        frame, name = wave.published_by([question.id], by).frame, by
    else:
        return wave.published.frame.clear()
    followed = pl.col("statistic").is_in(STATISTICS) | pl.col("statistic").str.starts_with(RANKED)
    return frame.filter(pl.col("question") == question.id, pl.col("break") == name, followed)


def _ordered(figures: pl.DataFrame, question: Question) -> pl.DataFrame:
    """The figures in the order of the questionnaire, over all waves."""
    items = [one.id for one in question.items]
    options = [*(one.code for one in question.options), *(net.id for net in question.nets)]
    levels = figures["level"].unique(maintain_order=True).to_list()
    ranks = [
        pl.col(name).replace_strict(known, list(range(len(known))), default=len(known), return_dtype=pl.Int64).alias(f"_{name}")
        for name, known in (("level", levels), ("item", items), ("option", options))
        if known
    ]
    return figures.with_columns(ranks).sort([rank.meta.output_name() for rank in ranks], maintain_order=True).select(_KEYS)


def _series(waves: list[Wave], figures: pl.DataFrame, parts: dict[str, pl.DataFrame], segments: dict[str, tuple[int, str]]) -> pl.DataFrame:
    """Every figure in every wave, with what the waves published of it."""
    fieldwork = [wave.settings.fieldwork for wave in waves]
    all_waves = pl.DataFrame(
        {
            "wave": [wave.id for wave in waves],
            "wave_title": [wave.settings.title for wave in waves],
            "fieldwork_start": pl.Series([one.start for one in fieldwork], dtype=pl.Date),
            "fieldwork_end": pl.Series([one.end for one in fieldwork], dtype=pl.Date),
            "segment": [segments[wave.id][0] for wave in waves],
            "broken": [segments[wave.id][1] for wave in waves],
        }
    )
    published = pl.concat([part.with_columns(pl.lit(wave).alias("wave")) for wave, part in parts.items()], how="diagonal")
    unasked = pl.col("flag") == Flag.NOT_ASKED
    rows = (
        all_waves.lazy()
        .with_row_index("_wave")
        .join(figures.lazy().with_row_index("_figure"), how="cross")
        .join(published.lazy(), on=[*_KEYS, "wave"], how="left")
        .sort("_wave", "_figure")
        .with_columns(pl.col("flag").fill_null(Flag.NOT_ASKED))
        .with_columns(
            *(pl.when(unasked).then(None).otherwise(pl.col(name)).alias(name) for name in _FIGURES),
            pl.when(unasked).then(0).otherwise(pl.col("segment")).alias("segment"),
            pl.when(unasked).then(pl.lit("")).otherwise(pl.col("broken")).alias("broken"),
        )
        .collect()
    )
    # Beside the usual columns, those of the waves come last.
    return rows.select(pl.exclude("_wave", "_figure", *all_waves.columns), *all_waves.columns)
