"""Message 3, financial confidence: how sure leaders are of their plan, and what they expect at the year's end."""

from __future__ import annotations

from barometer.findings import Finding
from barometer.project import Wave
from barometer.publishing import Message
from barometer.publishing.charts import contrast_title, fitted, grouped_share_chart, marks_of, number_chart
from barometer.publishing.layouts import cross_table, topline
from barometer.publishing.numbers import SUPPRESSED, half_up

QUESTION = "financial_confidence"


def analyse(wave: Wave) -> Message:
    """The message, its charts and its tables."""
    year_end = wave.question("year_end")
    mean = wave.published.row(question=QUESTION, break_="", statistic="mean")
    rating = wave.survey.settings.breaks["rating"]
    lead = wave.finding("financial_confidence.mean")
    positions = marks_of(
        wave.published.where(question="year_end", break_="role", statistic="share"),
        {option.code: option.name for option in year_end.options},
        groups=wave.survey.settings.breaks["role"].levels,
    )
    return Message(
        title="How confident leaders are about money",
        lead=lead,
        findings=(wave.finding("year_end.balance_or_surplus"), wave.finding("year_end.deficit")),
        charts={
            "scores": number_chart(
                wave.published_values(QUESTION),
                mean=mean["estimate"],
                low=mean["conf_low"],
                high=mean["conf_high"],
                title=fitted(lead.title, f"Mean confidence: {_decimal(mean['estimate'])} out of 10"),
                x_title="From 1, not at all confident, to 10, completely confident; columns are counts of leaders",
                people="leaders",
            ),
            "year_end": grouped_share_chart(
                positions,
                title=contrast_title(positions),
                subtitle=year_end.short,
                of="leaders who answered",
            ),
        },
        tables={
            "year_end": topline(year_end, wave.published.frame),
            "by_rating": cross_table(wave.question(QUESTION), wave.published.frame, "rating", rating),
        },
        notes={"change": _change(wave, lead)},
    )


def _decimal(number: float | None) -> str:
    return SUPPRESSED if number is None else half_up(round(number, 10), 1)


def _change(wave: Wave, lead: Finding) -> str:
    """What the earlier wave that can be compared says, in a sentence."""
    if lead.comparison is None:
        return "No earlier wave with data asked this question in these words, so no change is given."
    return lead.comparison.sentences[wave.survey.settings.style]
