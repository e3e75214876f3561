"""Groups that differ significantly from all others.

Each level of each break is compared with the rest of the sample (column `p_rest` of the estimates, the design-based test); the p values of
all levels and breaks of one figure are a family, adjusted by Holm's method (Holm 1979). A group is left out where it or the rest is
below the minimum base, or where it is small and 0 or 100 per cent of it gave the answer, which would tell how each member answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from barometer.findings.context import BreakLabels, FindingContext
from barometer.findings.model import Breakdown
from barometer.findings.numbers import exact, half_up, numeral
from barometer.findings.styles import STYLES
from barometer.findings.wording import exact_percent

TEST = "group against the rest, design-based, p values adjusted by Holm over all groups of the figure"


def holm(values: Sequence[float]) -> list[float]:
    """P values adjusted for the number of tests by Holm's step-down method (Holm 1979).

    Example:
        >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    adjusted, largest = [0.0] * len(values), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = largest
    return adjusted


def breakdowns(rows: Sequence[dict[str, Any]], context: FindingContext) -> dict[tuple[str, str, str, str], list[Breakdown]]:
    """Question, item, option and statistic -> the groups that differ, in the order of the rows.

    Only unweighted shares and nets are broken down: the rest's share is the total's count less the group's.
    """
    totals = {_key(row): row for row in rows if not row["break"]}
    families: dict[tuple[str, str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["break"] and row["statistic"] in ("share", "net") and row.get("p_rest") is not None and _key(row) in totals:
            families[_key(row)].append(row)
    found = {}
    for key, family in families.items():
        adjusted = holm([row["p_rest"] for row in family])
        kept = [_breakdown(row, totals[key], p, context) for row, p in zip(family, adjusted, strict=True) if p < context.significance]
        found[key] = [breakdown for breakdown in kept if breakdown is not None]
    return found


def _key(row: dict[str, Any]) -> tuple[str, str, str, str]:
    return row["question"], row["item"], row["option"], row["statistic"]


def _breakdown(row: dict[str, Any], total: dict[str, Any], p_value: float, context: FindingContext) -> Breakdown | None:
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
    text = (
        f"{labels.label}: {label}, {exact_percent(share)} ({numeral(count)} of {numeral(base)}); "
        f"all others, {exact_percent(rest)} ({numeral(rest_count)} of {numeral(rest_base)})."
    )
    return Breakdown(
        split=row["break"],
        level=row["level"],
        label=label,
        estimate=round(float(exact(row["estimate"])), 12),
        percent=half_up(share * 100),
        count=count,
        base=base,
        rest=round(float(rest), 12),
        rest_percent=half_up(rest * 100),
        rest_base=rest_base,
        p_value=round(p_value, 12),
        test=TEST,
        sentences={style.id: style.sentence(text) for style in STYLES.values()},
    )
