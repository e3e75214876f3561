"""Message 2, roles: who expects to lead across the footprint, and who expects to step back."""

from __future__ import annotations

from barometer.project import Wave
from barometer.publishing import Message
from barometer.publishing.charts import contrast_title, fitted, grouped_share_chart, leading_title, marks_of, share_chart
from barometer.publishing.layouts import cross_table, topline


def analyse(wave: Wave) -> Message:
    """The message, its charts and its tables."""
    question, own = wave.question("stp_impact"), wave.question("own_role")
    labels = {option.code: option.name for option in question.options if not option.exclusive}
    everybody = wave.published.where(question="stp_impact", break_="", statistic="share")
    role = wave.survey.settings.breaks["role"]
    ordered = [code for code in everybody.frame.sort("estimate", descending=True, nulls_last=True)["option"].to_list() if code in labels]
    lead = wave.finding("stp_impact.i_set_strategy_across_footprint")
    expected = marks_of(everybody, {code: labels[code] for code in ordered})
    by_role = marks_of(
        wave.published.where(question="own_role", break_="role", statistic="share"),
        {option.code: option.name for option in own.options},
        groups=role.levels,
    )
    return Message(
        title="Who expects to lead, and who to step back",
        lead=lead,
        findings=(
            wave.finding("stp_impact.leaders_take_performance_and_finance"),
            wave.finding("stp_impact.some_leaders_step_back"),
            wave.finding("stp_impact.ccg_merges"),
            wave.finding("stp_impact.ccg_shares_more_functions"),
        ),
        charts={
            "shares": share_chart(
                expected,
                title=fitted(lead.title, leading_title(expected)),
                subtitle="What leaders expect of STP footprints in the next year",
                of="leaders who answered",
            ),
            "by_role": grouped_share_chart(
                by_role,
                title=contrast_title(by_role),
                subtitle=own.short,
                of="leaders who answered",
            ),
        },
        tables={
            "shares": topline(question, wave.published.frame),
            "by_role": cross_table(question, wave.published.frame, "role", role),
        },
    )
