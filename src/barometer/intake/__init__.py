"""Intake: the export of a survey platform becomes typed `Responses`.

`read_export` finds the question behind each column and codes the answers (`Export`, one row a submission, nothing dropped); after
validation has said which rows hold, `typed` makes `Responses` of them, with answered, not answered, not shown and not asked told apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.intake.companions import companions
    from barometer.intake.export import Export, read_export
    from barometer.intake.headers import ExportSettings
    from barometer.intake.mapping import ColumnMapping, load_mapping, mapping_text
    from barometer.intake.platforms.reading import FORMATS
    from barometer.intake.platforms.source import Choice, Detection, Source, Variable, detect, read_source
    from barometer.intake.responses import Responses, State, routed, shown_to, typed
    from barometer.intake.tables import Table, read_table
    from barometer.intake.writing.spss import write_sav
    from barometer.intake.writing.triple_s import write_triple_s

# Imported when first used: a command that only reads settings need not wait for polars.
_HOME_OF = {
    "FORMATS": "platforms.reading",
    "Choice": "platforms.source",
    "ColumnMapping": "mapping",
    "Detection": "platforms.source",
    "Export": "export",
    "ExportSettings": "headers",
    "Responses": "responses",
    "Source": "platforms.source",
    "State": "responses",
    "Table": "tables",
    "Variable": "platforms.source",
    "companions": "companions",
    "detect": "platforms.source",
    "load_mapping": "mapping",
    "mapping_text": "mapping",
    "read_export": "export",
    "read_source": "platforms.source",
    "read_table": "tables",
    "routed": "responses",
    "shown_to": "responses",
    "typed": "responses",
    "write_sav": "writing.spss",
    "write_triple_s": "writing.triple_s",
}

__all__ = [
    "FORMATS",
    "Choice",
    "ColumnMapping",
    "Detection",
    "Export",
    "ExportSettings",
    "Responses",
    "Source",
    "State",
    "Table",
    "Variable",
    "companions",
    "detect",
    "load_mapping",
    "mapping_text",
    "read_export",
    "read_source",
    "read_table",
    "routed",
    "shown_to",
    "typed",
    "write_sav",
    "write_triple_s",
]

__getattr__, __dir__ = exports(__name__, _HOME_OF)
