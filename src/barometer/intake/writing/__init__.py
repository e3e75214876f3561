"""Writing: responses as files that statistics packages and tabulation software read, and that intake reads back."""

from __future__ import annotations

from barometer.intake.writing.spss import write_sav
from barometer.intake.writing.triple_s import write_triple_s

__all__ = ["write_sav", "write_triple_s"]
