"""Who answers, and when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np

from synthetic.draws import Bools, Draws, Floats, descending, top
from synthetic.frame import Row
from synthetic.plan import Sample, Timing
from synthetic.traits import Traits, places

#: Seconds: to read and tick everything, its spread, for each word typed, and the least that a careful respondent takes.
_TICKING, _SPREAD, _A_WORD, _AT_LEAST = 480, 130, 3, 250
_INTERRUPTED = 0.04


def choose_posts(
    draws: Draws, frame: Sequence[Row], plan: Sample, panel: Collection[str] = (), loyalty: float = 0.0
) -> tuple[list[Row], list[Row]]:
    """The posts that answer, in random order, and the posts that do not, in random order.

    Args:
        draws: The random numbers.
        frame: The population.
        plan: How many answer, by role and region.
        panel: Posts that answered the neighbouring wave.
        loyalty: How much likelier these are to answer.
    """
    columns = [column for column in ("rating", "financial_position", "delegated_level") if column in frame[0]]
    traits = Traits()
    traits.add_columns(frame, columns, {column: sorted({row[column] for row in frame}) for column in columns})
    scores = draws.score("sample", len(frame), plan.on, 1.0, traits)
    if panel:
        scores = scores + loyalty * np.array([float(row["post"] in panel) for row in frame])
    chosen = np.zeros(len(frame), dtype=np.bool_)
    for role, regions in plan.cells.items():
        for region, count in regions.items():
            cell = np.array([row["role"] == role and row["region"] == region for row in frame])
            if region not in plan.organisations:
                chosen |= top(scores, count, cell)
    for region, organisations in plan.organisations.items():
        chosen |= _spread(frame, scores, region, organisations, {role: regions[region] for role, regions in plan.cells.items()})
    order = [int(place) for place in descending(draws.uniform("sample.order", len(frame)))]
    return [frame[place] for place in order if chosen[place]], [frame[place] for place in order if not chosen[place]]


def _spread(frame: Sequence[Row], scores: Floats, region: str, organisations: int, wanted: Mapping[str, int]) -> Bools:
    """So many posts of each role in a region that they come from exactly so many organisations: first one post of each, then second ones.

    The organisation of the likeliest post comes first; of its posts the likeliest whose role is still wanted.
    """
    left = dict(wanted)
    chosen = np.zeros(len(frame), dtype=np.bool_)
    members: set[str] = set()
    order = [int(place) for place in descending(scores) if frame[int(place)]["region"] == region]
    for first in (True, False):
        for place in order:
            row = frame[place]
            if chosen[place] or not left[row["role"]]:
                continue
            if first and len(members) < organisations and row["organisation"] not in members:
                members.add(row["organisation"])
            elif first or row["organisation"] not in members:
                continue
            chosen[place] = True
            left[row["role"]] -= 1
    return chosen


def start_times(draws: Draws, plan: Timing, first: date, last: date, roles: Sequence[str]) -> list[datetime]:
    """When each respondent begins: most soon after a mailing, on working days and in the hours of their role."""
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    which = _pick(draws.uniform("time.day", len(roles)), [_weight_of_day(day, plan) for day in days])
    hours = {role: _pick(draws.uniform("time.hour", len(roles)), weights) for role, weights in plan.hours.items()}
    seconds = draws.integers("time.second", len(roles), 0, 3599)
    return [
        datetime.combine(days[which[place]], time(plan.first_hour + hours[role][place])) + timedelta(seconds=int(seconds[place]))
        for place, role in enumerate(roles)
    ]


def durations(draws: Draws, words: Sequence[int], done: Sequence[float], haste: Floats, hurried: Sequence[int]) -> list[int]:
    """Seconds taken.

    Args:
        draws: The random numbers.
        words: How many words each respondent typed.
        done: The share of the questions that each respondent saw, from 0 to 1.
        haste: Who is in a hurry.
        hurried: Those who clicked through in under two minutes.
    """
    size = len(words)
    seconds = _TICKING + _SPREAD * draws.normal("time.taken", size) - 40 * haste
    paused = draws.uniform("time.paused", size) < _INTERRUPTED
    pause = draws.integers("time.pause", size, 1500, 9000)
    least = draws.integers("time.least", size, _AT_LEAST, _AT_LEAST + 80)
    rushed = draws.integers("time.rushed", size, 84, 112)
    taken = []
    for place in range(size):
        own = max(int(least[place]), int(seconds[place]) + _A_WORD * words[place])
        own = int(own * done[place]) + int(pause[place]) * int(paused[place])
        taken.append(int(rushed[place]) if place in hurried else own)
    return taken


def response_ids(draws: Draws, first: int, count: int) -> list[str]:
    """Ids in the order in which people began: the platform counts the answers to all its surveys, so they have gaps."""
    ids, current = [], first
    for gap in draws.integers("time.id", count, 900, 14000):
        current += int(gap)
        ids.append(str(current))
    return ids


def organisation_numbers(rows: Sequence[Mapping[str, str]]) -> list[int]:
    """The number in `CCG-001`."""
    return [int(row["organisation"].rpartition("-")[2]) for row in rows]


def straight_liners(draws: Draws, count: int, haste: Floats) -> list[int]:
    """Positions of those who give one and the same answer to every item: the hastiest, with some chance."""
    return places(top(draws.score("straight", len(haste), {"haste": 1.0}, 0.5, {"haste": haste}), count))


def _weight_of_day(day: date, plan: Timing) -> float:
    since = min([(day - mailing).days for mailing in plan.mailings if mailing <= day], default=None)
    if since is None:
        return 0.0
    weight = 1.0 / (1 + since)
    if day in plan.holidays:
        return weight * plan.holiday
    return weight * plan.weekend if day.weekday() >= 5 else weight


def _pick(uniform: Floats, weights: Sequence[float]) -> list[int]:
    total = 0.0
    edges = []
    for weight in weights:
        total = total + weight
        edges.append(total)
    return [min(int(np.searchsorted(edges, share * total, side="right")), len(weights) - 1) for share in uniform]
