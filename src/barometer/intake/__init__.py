"""Intake: the export of a survey platform becomes typed `Responses`.

`read_export` finds the question behind each column and codes the answers (`Export`, one row a submission, nothing dropped); after
validation has said which rows hold, `typed` makes `Responses` of them, with answered, not answered, not shown and not asked told apart.
"""

from __future__ import annotations

from barometer.intake.export import Export, read_export
from barometer.intake.headers import ExportSettings
from barometer.intake.responses import Responses, State, routed, shown_to, typed
from barometer.intake.tables import Table, read_table

__all__ = ["Export", "ExportSettings", "Responses", "State", "Table", "read_export", "read_table", "routed", "shown_to", "typed"]
