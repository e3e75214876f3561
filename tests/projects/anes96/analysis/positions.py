"""Where respondents place themselves and the two candidates."""

from __future__ import annotations

from barometer.project import Wave
from barometer.publishing import Message
from barometer.publishing.charts import grouped_share_chart, marks_of
from barometer.publishing.layouts import cross_table


def analyse(wave: Wave) -> Message:
    """The message, its chart and its table."""
    question = wave.question("self_position")
    vote = wave.survey.settings.breaks["vote"]
    lead = wave.finding("self_position.any_conservative")
    by_vote = wave.published.where(question="self_position", break_="vote", statistic="share")
    return Message(
        title="Where people place themselves and the candidates",
        lead=lead,
        findings=(wave.finding("clinton_position.any_liberal"), wave.finding("dole_position.any_conservative")),
        charts={"by_vote": grouped_share_chart(marks_of(by_vote, wave.labels("self_position"), groups=vote.levels), title=lead.title)},
        tables={"by_vote": cross_table(question, wave.published.frame, "vote", vote)},
    )
