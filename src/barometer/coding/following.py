"""Whether recommendations were followed: each has a status in each wave, which is the shape of coded rows with the wave as code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import polars as pl
from pydantic import Field

from barometer.coding.coded import Coded
from barometer.errors import ProjectError
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Code, Model, Text


class Recommendation(Model):
    """What a review recommended."""

    id: Code = Field(description="Its name.")
    text: Text = Field(description="What was recommended.")
    element: Code | None = Field(default=None, description="The element of the codeframe that it is about.")


class _Recommendations(Model):
    recommendations: Annotated[tuple[Recommendation, ...], Field(min_length=1)]


def load_recommendations(path: str | Path) -> tuple[Recommendation, ...]:
    """The recommendations of a review: `[[recommendations]]` with `id`, `text` and `element`.

    Raises:
        ProjectError: If the file is missing or broken, or an id stands twice.
    """
    found = validated(_Recommendations, read_toml(path, ProjectError), file=Path(path)).recommendations
    ids = [one.id for one in found]
    twice = next((id for id in ids if ids.count(id) > 1), None)
    if twice is not None:
        raise ProjectError("A recommendation stands twice.", file=path, got=twice)
    return found


def follow_up(coded: Coded, recommendations: Sequence[Recommendation]) -> pl.DataFrame:
    """The status of each recommendation in each wave.

    Args:
        coded: Rows whose source is a recommendation, whose code is a wave (with the codes in the order of time) and whose valence is
            its status then, with the statuses in order from the least to the most done.
        recommendations: All of them, also those of which no wave says anything.

    Returns:
        One row a recommendation: `recommendation`, `text`, one column a wave with the status (null where nothing is on record),
        `latest` (the last status on record) and `moved`: "forward", "back", "unchanged" between its first and last record, null where
        there are fewer than two.

    Raises:
        ProjectError: If a row names a recommendation that there is not, or one has two statuses in a wave.
    """
    final = coded.final.frame
    waves = [code.id for code in coded.codeframe.codes]
    order = {valence.id: place for place, valence in enumerate(coded.codeframe.valences)}
    known = {one.id for one in recommendations}
    strange = sorted(set(final["source"]) - known)
    if strange:
        raise ProjectError(
            "There is no such recommendation.", file=coded.file, expected="one of " + ", ".join(sorted(known)), got=strange[0]
        )
    twice = final.group_by("source", "code").len().filter(pl.col("len") > 1).sort("source", "code")
    if twice.height:
        source, wave, _ = twice.row(0)
        raise ProjectError("A recommendation has two statuses in one wave.", file=coded.file, where=f"recommendation '{source}', {wave}")
    status = {(source, wave): valence for source, wave, valence in final.select("source", "code", "valence").iter_rows()}
    rows = []
    for one in recommendations:
        told = [status.get((one.id, wave)) for wave in waves]
        known_ = [state for state in told if state is not None]
        moved = None
        if len(known_) > 1:
            step = order[known_[-1]] - order[known_[0]]
            moved = "forward" if step > 0 else "back" if step < 0 else "unchanged"
        rows.append(
            {"recommendation": one.id, "text": one.text}
            | dict(zip(waves, told, strict=True))
            | {"latest": known_[-1] if known_ else None, "moved": moved}
        )
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys([*waves, "latest", "moved"], pl.String), infer_schema_length=None)
