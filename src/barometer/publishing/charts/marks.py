"""What charts draw: a `Mark` is one figure with its interval and base, and says of whom and when it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from barometer.estimation import Estimates
from barometer.estimation.estimates import Flag
from barometer.publishing.numbers import NOT_AVAILABLE, SUPPRESSED, half_up


@dataclass(frozen=True)
class Mark:
    """One figure to draw. Shares are proportions (0 to 1); charts that take means say so.

    Attributes:
        label: The option or item.
        estimate: The figure; None where there is none to show, and `flag` says why.
        low: Lower end of its 95 per cent interval.
        high: Upper end.
        base: Unweighted respondents behind it; None where it is suppressed or was not asked.
        group: The level of a break.
        count: Unweighted respondents who gave the answer.
        flag: "" or "small base", "suppressed", "not asked", "undefined", as in `Estimates`.
        wave: The wave as it is printed: "Spring 2016".
        segment: Marks of one label with the same number may be joined by a line; another number is another series.
        broken: Why the series breaks before this wave.

    Example:
        >>> Mark("Alliance contract", 0.55, 0.46, 0.63, 100).shown
        '55%'
        >>> Mark("Alliance contract", None, None, None, None, flag="suppressed").shown
        '[c]'
    """

    label: str
    estimate: float | None
    low: float | None
    high: float | None
    base: int | None
    group: str | None = None
    count: int | None = None
    flag: str = ""
    wave: str = ""
    segment: int = 1
    broken: str = ""

    @property
    def shown(self) -> str:
        """The share as it is printed: "58%", "<1%" for some but under half a per cent, "[c]" suppressed, "[x]" not available."""
        if self.estimate is None:
            return SUPPRESSED if self.flag == Flag.SUPPRESSED else NOT_AVAILABLE
        return percentage(self.estimate)

    def row(self) -> dict[str, Any]:
        """The mark in per cent, as a row of a chart's data."""
        estimate = 0.0 if self.estimate is None else self.estimate
        low = estimate if self.low is None else self.low
        high = estimate if self.high is None else self.high
        return {
            "label": self.label,
            "group": self.group or "",
            "per_cent": round(estimate * 100, 4),
            "low": round(low * 100, 4),
            "high": round(high * 100, 4),
            "base": self.base,
            "shown": self.shown,
        }


def percentage(proportion: float) -> str:
    """A proportion as a percentage that never calls some nobody, nor all but some everybody.

    Example:
        >>> percentage(0.585), percentage(0.004), percentage(0.0), percentage(0.997)
        ('59%', '<1%', '0%', '>99%')
    """
    number = half_up(round(proportion * 100, 10))
    if number == "0" and proportion > 0:
        return "<1%"
    if number == "100" and proportion < 1:
        return ">99%"
    return f"{number}%"


def marks_of(
    estimates: Estimates,
    labels: Mapping[str, str],
    *,
    name: Literal["option", "item"] = "option",
    groups: Mapping[str, str] | None = None,
    missing: bool = False,
) -> list[Mark]:
    """Marks from rows of published estimates.

    Args:
        estimates: Rows of shares, nets or means. Rows of a trend (`survey.trend`) give marks with waves.
        labels: From option or item to its label; rows of others are left out, and the order of the labels is kept.
        name: Whether options or items name the rows.
        groups: From level to its label, where the rows are of a break; the order of the groups is kept.
        missing: Whether rows without a figure (suppressed, not asked) are kept: maps, heat tables and trends show them as such. They are
            left out otherwise.

    Returns:
        Marks in the order of labels, then groups; those of a trend oldest first.
    """
    rows = [row for row in estimates if (missing or row["estimate"] is not None) and row[name] in labels]
    levels = list(groups) if groups else [""]
    places = {label: place for place, label in enumerate(labels)}
    rows = [row for row in rows if not groups or row["level"] in groups]
    rows.sort(key=lambda row: (places[row[name]], levels.index(row["level"]) if groups else 0))
    return [
        Mark(
            labels[row[name]],
            row["estimate"],
            row["conf_low"],
            row["conf_high"],
            row["base"],
            groups[row["level"]] if groups else None,
            row["count"],
            row["flag"],
            row.get("wave_title") or row.get("wave") or "",
            row.get("segment", 1),
            row.get("broken") or "",
        )
        for row in rows
    ]


def tidy(marks: Sequence[Mark], *, mean: bool = False) -> pl.DataFrame:
    """Marks as a chart's data: one row each, shares in per cent.

    Args:
        marks: The marks.
        mean: Whether the figures are means, which stay in units of the answer.

    Returns:
        `label`, then `group` and `wave` where marks have them, `per_cent` (or `mean`), `low`, `high`, `count` where it is known,
        `base`, and `flag` where any is set. A figure that is suppressed or was not asked is null.
    """
    factor = 1 if mean else 100

    def scaled(value: float | None) -> float | None:
        return None if value is None else round(value * factor, 4)

    columns: dict[str, pl.Series] = {
        "label": pl.Series([mark.label for mark in marks], dtype=pl.String),
        "group": pl.Series([mark.group or "" for mark in marks], dtype=pl.String),
        "wave": pl.Series([mark.wave for mark in marks], dtype=pl.String),
        "mean" if mean else "per_cent": pl.Series([scaled(mark.estimate) for mark in marks], dtype=pl.Float64),
        "low": pl.Series([scaled(mark.low) for mark in marks], dtype=pl.Float64),
        "high": pl.Series([scaled(mark.high) for mark in marks], dtype=pl.Float64),
        "count": pl.Series([mark.count for mark in marks], dtype=pl.Int64),
        "base": pl.Series([mark.base for mark in marks], dtype=pl.Int64),
        "flag": pl.Series([mark.flag for mark in marks], dtype=pl.String),
    }
    frame = pl.DataFrame(columns)
    idle = [name for name in ("group", "wave", "flag") if not any(frame[name])]
    return frame.drop(idle, *(["count"] if frame["count"].is_null().all() or mean else []))


def bases(marks: Sequence[Mark]) -> str:
    """The bases of some marks in words for a subtitle: "base 99", "bases 15 to 32".

    Example:
        >>> bases([Mark("A", 0.5, None, None, 15), Mark("B", 0.5, None, None, 32)])
        'bases 15 to 32'
    """
    known = sorted({mark.base for mark in marks if mark.base is not None})
    if not known:
        return "no base to show"
    return f"base {known[0]}" if len(known) == 1 else f"bases {known[0]} to {known[-1]}"


def span(mark: Mark) -> str:
    """The interval of a share in per cent, in words: "49 to 66"; empty where there is none.

    Example:
        >>> span(Mark("A", 0.58, 0.492, 0.6627, 100))
        '49 to 66'
    """
    if mark.low is None or mark.high is None:
        return ""
    return f"{half_up(round(mark.low * 100, 10))} to {half_up(round(mark.high * 100, 10))}"


def told(mark: Mark) -> str:
    """A share with its interval for an alternative text: "58% (49 to 66)", "suppressed", "not asked"."""
    if mark.estimate is None:
        return mark.flag or "no figure"
    between = span(mark)
    return mark.shown + (f" ({between})" if between else "")


def ordered(values: Sequence[str]) -> list[str]:
    """Each value once, in the order in which it came first."""
    return list(dict.fromkeys(values))
