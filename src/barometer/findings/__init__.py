"""Findings: from estimates to the sentence that an editor may print.

Every name is imported when it is first used, so that reading a file of findings and printing one sentence stays fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.findings.comparing import comparison_from_counts
    from barometer.findings.context import BreakLabels, Expectation, FindingContext
    from barometer.findings.leading import headlines, why
    from barometer.findings.making import make_findings
    from barometer.findings.model import (
        Breakdown,
        Comparison,
        Edited,
        Fieldwork,
        Finding,
        Interval,
        Provenance,
        Scoring,
        Withheld,
        json_schema,
    )
    from barometer.findings.overrides import Override, load_overrides, overridden
    from barometer.findings.published import PublishedFigure, PublishedWave, load_published
    from barometer.findings.searching import search
    from barometer.findings.storing import Findings, dump_findings, find, load_findings
    from barometer.findings.styles import STYLES, Style
    from barometer.findings.wording import Phrase, licensed, population_claim

_HOMES = {
    "comparing": ("comparison_from_counts",),
    "context": ("BreakLabels", "Expectation", "FindingContext"),
    "leading": ("headlines", "why"),
    "making": ("make_findings",),
    "model": ("Breakdown", "Comparison", "Edited", "Fieldwork", "Finding", "Interval", "Provenance", "Scoring", "Withheld", "json_schema"),
    "overrides": ("Override", "load_overrides", "overridden"),
    "published": ("PublishedFigure", "PublishedWave", "load_published"),
    "searching": ("search",),
    "storing": ("Findings", "dump_findings", "find", "load_findings"),
    "styles": ("STYLES", "Style"),
    "wording": ("Phrase", "licensed", "population_claim"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "STYLES",
    "BreakLabels",
    "Breakdown",
    "Comparison",
    "Edited",
    "Expectation",
    "Fieldwork",
    "Finding",
    "FindingContext",
    "Findings",
    "Interval",
    "Override",
    "Phrase",
    "Provenance",
    "PublishedFigure",
    "PublishedWave",
    "Scoring",
    "Style",
    "Withheld",
    "comparison_from_counts",
    "dump_findings",
    "find",
    "headlines",
    "json_schema",
    "licensed",
    "load_findings",
    "load_overrides",
    "load_published",
    "make_findings",
    "overridden",
    "population_claim",
    "search",
    "why",
]

__getattr__, __dir__ = exports(__name__, _HOME_OF)
