"""The synthetic frames: one row a post, two posts a CCG from 2015 on and three before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthetic.draws import Draws
from synthetic.plan import EarlierFrame, FramePlan
from synthetic.traits import Traits, climb

COLUMNS = (
    "post",
    "organisation",
    "role",
    "region",
    "rating",
    "stp",
    "financial_position",
    "delegated_level",
    "as_of",
    "synthetic",
)
EARLIER_COLUMNS = ("post", "organisation", "role", "region", "as_of", "synthetic")
SUCCESSORS_COLUMNS = ("post", "successor", "on", "why", "synthetic")
SUFFIXES = {"chair": "C", "ao": "A", "other": "S"}

Row = dict[str, str]


def make_frame(plan: FramePlan) -> list[Row]:
    """The rows of the frame, in the order of the posts: all values are codes."""
    draws = Draws(plan.seed)
    organisations = _organisations(plan)
    size = len(organisations)
    traits = Traits()
    traits.add_columns(organisations, ["region"], {"region": [region.code for region in plan.regions]})
    traits.add_moods(draws, plan.traits, np.zeros(size, dtype=np.int64))
    nobody = np.zeros(size)
    for column, ladder in (
        ("rating", plan.rating),
        ("financial_position", plan.financial_position),
        ("delegated_level", plan.delegated_level),
    ):
        for row, code in zip(organisations, climb(draws, column, ladder, traits, {}, nobody), strict=True):
            row[column] = code
    fixed = {"as_of": plan.as_of.isoformat(), "synthetic": "yes"}
    rows = [
        {**row, **fixed, "post": f"{row['organisation']}-{suffix}", "role": role}
        for row in organisations
        for role, suffix in SUFFIXES.items()
        if role != "other"
    ]
    return [{column: row[column] for column in COLUMNS} for row in rows]


def make_earlier_frame(plan: EarlierFrame, frame: Sequence[Row]) -> list[Row]:
    """The rows of the frame before the mergers: a merged CCG is not there yet, and the CCGs that became it still are."""
    regions = {row["organisation"]: row["region"] for row in frame}
    for merger in plan.mergers:
        region = regions.pop(merger.new)
        regions.update(dict.fromkeys(merger.old, region))
    fixed = {"as_of": plan.as_of.isoformat(), "synthetic": "yes"}
    return [
        {**fixed, "post": f"{organisation}-{SUFFIXES[role]}", "organisation": organisation, "role": role, "region": region}
        for organisation, region in sorted(regions.items())
        for role in plan.roles
    ]


def make_successors(plan: EarlierFrame, frame: Sequence[Row]) -> list[Row]:
    """What became of each post of the merged CCGs: the post in which it went on, or nothing where it ended."""
    later = {(row["organisation"], row["role"]): row["post"] for row in frame}
    rows = []
    for merger in plan.mergers:
        why = f"{', '.join(merger.old)} became {merger.new}"
        for organisation in merger.old:
            for role in plan.roles:
                goes_on = later.get((merger.new, role), "") if organisation == merger.continues else ""
                post = f"{organisation}-{SUFFIXES[role]}"
                rows.append({"post": post, "successor": goes_on, "on": merger.on.isoformat(), "why": why, "synthetic": "yes"})
    return rows


def _organisations(plan: FramePlan) -> list[Row]:
    rows: list[Row] = []
    footprint = 0
    for region in plan.regions:
        for members in region.stps:
            footprint += 1
            for _ in range(members):
                rows.append({"organisation": f"CCG-{len(rows) + 1:03d}", "region": region.code, "stp": f"STP-{footprint:02d}"})
    return rows
