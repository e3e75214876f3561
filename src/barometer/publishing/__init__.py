"""Publishing: charts, tables, workbook, reports and the publication that holds them.

| module | what it holds |
| ------ | ------------- |
| `numbers`, `tables`, `layouts` | how figures are printed, a table, and the tables that readers know |
| `charts` | dots with intervals, diverging bars, columns |
| `message` | one theme of the report: findings, charts and tables |
| `workbook`, `tidy` | all figures as XLSX and CSV |
| `rendering` | a Quarto document to HTML, PDF and DOCX |
| `publication` | the files of one wave, put in place all at once |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.publishing.charts import Chart
    from barometer.publishing.message import Message
    from barometer.publishing.prose import Prose
    from barometer.publishing.publication import Publication
    from barometer.publishing.tables import Column, Table

_HOME_OF = {
    "Chart": "charts",
    "Column": "tables",
    "Message": "message",
    "Prose": "prose",
    "Publication": "publication",
    "Table": "tables",
}

__all__ = ["Chart", "Column", "Message", "Prose", "Publication", "Table"]

__getattr__, __dir__ = exports(__name__, _HOME_OF)
