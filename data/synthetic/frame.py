"""The synthetic frame: one row a post, two posts a CCG."""

from __future__ import annotations

import numpy as np

from synthetic.draws import Draws
from synthetic.plan import FramePlan
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
SUFFIXES = {"chair": "C", "ao": "A"}

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
    ]
    return [{column: row[column] for column in COLUMNS} for row in rows]


def _organisations(plan: FramePlan) -> list[Row]:
    rows: list[Row] = []
    footprint = 0
    for region in plan.regions:
        for members in region.stps:
            footprint += 1
            for _ in range(members):
                rows.append({"organisation": f"CCG-{len(rows) + 1:03d}", "region": region.code, "stp": f"STP-{footprint:02d}"})
    return rows
