"""What is known or felt about each respondent, and lies behind the answers: columns of the frame, moods, and earlier answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from barometer.errors import ProjectError, did_you_mean
from synthetic.draws import Bools, Draws, Floats, Ints, descending, top
from synthetic.plan import Ladder, Trait

#: What the names of answers to another wave begin with.
BEFORE = "before."


class Traits(dict[str, Floats]):
    """Named numbers, one a respondent: 0 or 1 for a column of the frame or an option, a centred value for a scale."""

    def __missing__(self, name: str) -> Floats:
        raise ProjectError(
            "The plan names a trait that does not exist, or not yet.",
            where=name,
            expected="a mood, 'column.value' of the frame, or an earlier 'question.option' or 'question.item'",
            hint=did_you_mean(name, self),
        )

    def add_columns(self, rows: Sequence[Mapping[str, str]], columns: Sequence[str], values: Mapping[str, Sequence[str]]) -> None:
        """Adds `column.value` for every value that a column of the frame can have."""
        for column in columns:
            for value in values[column]:
                self[f"{column}.{value}"] = np.array([float(row[column] == value) for row in rows])

    def add_before(self, posts: Sequence[str], other: Traits, other_posts: Sequence[str]) -> None:
        """Adds `before.NAME` for every answer of another wave: how far each respondent was from its mean; 0 for who was not in it."""
        at = {post: place for place, post in enumerate(other_posts)}
        for name, values in other.items():
            middle = _mean(values)
            spread = _mean(np.abs(values - middle))
            if spread > 0:
                self[f"{BEFORE}{name}"] = np.array([(float(values[at[post]]) - middle) / spread if post in at else 0.0 for post in posts])

    def add_moods(self, draws: Draws, plans: Mapping[str, Trait], organisation: Ints) -> None:
        """Adds the planned traits; two leaders of one organisation share part of them."""
        for name, plan in plans.items():
            scores = draws.score(f"trait.{name}", len(organisation), plan.on, plan.noise, self)
            if plan.organisation:
                shared = draws.normal(f"trait.{name}.organisation", 1000)[organisation]
                scores = scores + plan.organisation * shared
            self[name] = scores


def climb(draws: Draws, name: str, ladder: Ladder, traits: Traits, pinned: Mapping[int, str], last: Floats) -> list[str]:
    """Codes in the planned counts: the highest scores get the first code, and so on.

    Args:
        draws: The random numbers.
        name: The stream.
        ladder: Codes with counts, the highest first, and what the score depends on. The code `dont_know` is given out at random.
        traits: What the score may depend on.
        pinned: Respondents whose code is already certain; it uses up a place of that code.
        last: Who is the likeliest to give no answer; the counts decide how many do not.

    Returns:
        A code for each respondent, empty for no answer.
    """
    size = len(last)
    left = dict(ladder.counts)
    codes = [""] * size
    open_ = np.ones(size, dtype=np.bool_)
    for place, code in pinned.items():
        codes[place] = code
        left[code] -= 1
        open_[place] = False
    silent = top(last, size - sum(ladder.counts.values()), open_)
    open_ &= ~silent
    unsure = top(draws.uniform(f"{name}.dont_know", size), left.pop("dont_know", 0), open_)
    for place in places(unsure):
        codes[place] = "dont_know"
    open_ &= ~unsure
    order = descending(draws.score(name, size, ladder.on, ladder.noise, traits))
    queue = iter([int(place) for place in order if open_[place]])
    for code, count in left.items():
        for _ in range(count):
            codes[next(queue)] = code
    return codes


def _mean(values: Floats) -> float:
    total = 0.0
    for value in values:
        total = total + float(value)
    return total / len(values)


def places(chosen: Bools) -> list[int]:
    """The positions that are true."""
    return [int(place) for place in np.flatnonzero(chosen)]
