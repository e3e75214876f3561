"""Message 6, delivery: how far leaders trust in their STP, what stands in its way, and what it will change."""

from __future__ import annotations

from barometer.project import Wave
from barometer.publishing import Message
from barometer.publishing.charts import Chart, contrast_title, fitted, grouped_share_chart, leading_title, marks_of, share_chart
from barometer.publishing.layouts import topline

CONFIDENCE = "stp_confidence"
BARRIERS = "barriers"
FUNCTIONS = "functions_to_providers"
CHANGES = "service_change"
#: How many barriers are said in sentences; the table has all of them.
SAID = 5


def analyse(wave: Wave) -> Message:
    """The message, its charts and its tables."""
    lead = wave.finding(f"{CONFIDENCE}.net_low")
    barriers = _barriers(wave)
    named = marks_of(
        wave.published.where(question=BARRIERS, break_="", statistic="share"),
        {code: wave.labels(BARRIERS)[code] for code in barriers},
    )
    return Message(
        title="Whether STPs will deliver, and what stands in their way",
        lead=lead,
        findings=(
            wave.finding(f"{CONFIDENCE}.very_high"),
            wave.finding(f"{CONFIDENCE}.high"),
            *(wave.finding(f"{BARRIERS}.{code}") for code in barriers[:SAID]),
            wave.finding(f"{FUNCTIONS}.substantial"),
            wave.finding(f"{CHANGES}.more_integration"),
            wave.finding(f"{CHANGES}.fewer_hospital_beds"),
        ),
        charts={
            "confidence": share_chart(
                marks_of(
                    wave.published.where(question=CONFIDENCE, break_="", statistic="share"),
                    {option.code: option.name for option in wave.question(CONFIDENCE).options},
                ),
                title=fitted(lead.title, f"Low or very low confidence: {lead.percent} per cent"),
                subtitle=wave.question(CONFIDENCE).short,
                of="leaders who answered",
            ),
            "barriers": share_chart(
                named,
                title=fitted(wave.finding(f"{BARRIERS}.{barriers[0]}").title, leading_title(named)),
                subtitle=wave.question(BARRIERS).short,
                of="leaders who answered",
            ),
            "functions": _functions(wave),
            "changes": _changes(wave),
        },
        tables={
            question: topline(wave.question(question), wave.published.frame) for question in (CONFIDENCE, BARRIERS, FUNCTIONS, CHANGES)
        },
    )


def _barriers(wave: Wave) -> list[str]:
    """The barriers by how many named them; not those who named another one, or none."""
    question = wave.question(BARRIERS)
    last = {option.code for option in question.options if option.exclusive or option.other}
    ranked = wave.published.where(question=BARRIERS, break_="", statistic="share").frame.sort("estimate", descending=True, nulls_last=True)
    return [code for code in ranked["option"].to_list() if code not in last]


def _functions(wave: Wave) -> Chart:
    marks = marks_of(
        wave.published.where(question=FUNCTIONS, break_="role", statistic="share"),
        {option.code: option.name for option in wave.question(FUNCTIONS).options},
        groups=wave.survey.settings.breaks["role"].levels,
    )
    return grouped_share_chart(marks, title=contrast_title(marks), subtitle=wave.question(FUNCTIONS).short, of="leaders who answered")


def _changes(wave: Wave) -> Chart:
    """The changes of services, the likeliest first."""
    rows = wave.published.where(question=CHANGES, break_="", option="likely")
    names = {item.id: item.name for item in wave.question(CHANGES).items_in(wave.id)}
    ordered = rows.frame.sort("estimate", descending=True, nulls_last=True)["item"].to_list()
    marks = marks_of(rows, {item: names[item] for item in ordered if item in names}, name="item")
    return share_chart(
        marks,
        title=leading_title(marks),
        subtitle="Very or fairly likely in their area in the next two years",
        of="leaders who answered each item",
    )
