"""Groups that differ significantly from all others.

Each level of each break is compared with the rest of the sample: the design-based test of the tab book, corrected for the number of
comparisons there (column `p_rest_adjusted`), so that a sentence and a table never disagree. A group is left out where it or the rest is
below the minimum base, or where it is small and 0 or 100 per cent of it gave the answer, which would tell how each member answered. Of two
groups that differ from each other only the first is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from barometer.findings.context import BreakLabels, FindingContext
from barometer.findings.model import Breakdown
from barometer.findings.numbers import exact, half_up, numeral
from barometer.findings.predicates import within
from barometer.findings.styles import STYLES
from barometer.findings.subjects import SHARES
from barometer.findings.wording import exact_percent

TEST = "group against the rest, design-based, p value corrected for all comparisons of the question within the break"


def breakdowns(rows: Sequence[dict[str, Any]], context: FindingContext) -> dict[tuple[str, str, str, str], list[Breakdown]]:
    """Question, item, option and statistic -> the groups that differ, in the order of the rows.

    Only unweighted shares and nets are broken down: the rest's share is the total's count less the group's.
    """
    totals = {_key(row): row for row in rows if not row["break"]}
    levels: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        if row["break"]:
            levels[*_key(row), row["break"]].append(row["level"])
    found: dict[tuple[str, str, str, str], list[Breakdown]] = defaultdict(list)
    for row in rows:
        p_value = row.get("p_rest_adjusted")
        total = totals.get(_key(row))
        if not row["break"] or row["statistic"] not in SHARES or total is None or p_value is None or not p_value < context.significance:
            continue
        others = [level for level in levels[*_key(row), row["break"]] if level != row["level"]]
        if len(others) == 1 and others[0] in {told.level for told in found[_key(row)] if told.split == row["break"]}:
            continue
        breakdown = _breakdown(row, total, p_value, others, context)
        if breakdown is not None:
            found[_key(row)].append(breakdown)
    return found


def _key(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return row["question"], row["item"], row["option"], row["statistic"]


def _breakdown(
    row: dict[str, Any], total: dict[str, Any], p_value: float, others: Sequence[str], context: FindingContext
) -> Breakdown | None:
    if row["estimate"] is None or row["count"] is None or total["count"] is None or row["flag"] in ("suppressed", "not asked", "undefined"):
        return None
    count, base = int(row["count"]), int(row["base"])
    rest_count, rest_base = int(total["count"]) - count, int(total["base"]) - base
    if min(base, rest_base) < context.minimum_base or abs(row["estimate"] - count / base) > 1e-9:
        return None
    for part, whole in ((count, base), (rest_count, rest_base)):
        if whole < context.small_base and part in (0, whole):
            return None
    share, rest = Fraction(count, base), Fraction(rest_count, rest_base)
    labels = context.breaks.get(row["break"], BreakLabels(row["break"]))
    label = labels.levels.get(row["level"], row["level"])
    rest_label = labels.levels.get(others[0], others[0]) if len(others) == 1 else "all others"
    told = [_told(count, base, context), _told(rest_count, rest_base, context)]
    text = f"by {within(labels.label)}: {label}, {told[0]}; {rest_label}, {told[1]}."
    return Breakdown(
        split=row["break"],
        level=row["level"],
        label=label,
        estimate=round(float(exact(row["estimate"])), 12),
        percent=half_up(share * 100),
        count=count,
        base=base,
        rest=round(float(rest), 12),
        rest_label=rest_label,
        rest_percent=half_up(rest * 100),
        rest_base=rest_base,
        p_value=round(p_value, 12),
        test=TEST,
        sentences={style.id: style.sentence(text) for style in STYLES.values()},
    )


def _told(count: int, base: int, context: FindingContext) -> str:
    """A group's figure: "70 per cent (38 of 54)", or counts alone where the base is small or nobody or everybody is meant."""
    counts = f"{numeral(count)} of {numeral(base)}"
    if base < context.small_base or count in (0, base):
        return {0: f"none of {numeral(base)}", base: f"all {numeral(base)}"}.get(count, counts)
    return f"{exact_percent(Fraction(count, base))} ({counts})"
