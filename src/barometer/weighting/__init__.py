"""From margins to weights: post-stratification, raking, calibration, trimming, and what they cost.

Everything works on a polars frame and weights alone; a `Design` (see `barometer.estimation`) has methods of the same names.

| module | idea |
| ------ | ---- |
| `margins` | the population at each level of a variable, from mappings or frames, checked |
| `collapsing` | respondents as a small table of cells |
| `raking` | post-stratification and raking on that table |
| `distances`, `calibrating` | calibration to margins and totals: linear (GREG), raking, logit, with bounds |
| `trimming` | weights cut to limits, on request |
| `regressing` | the variance of calibrated weights: residuals |
| `adjusting` | the result of a step and the log |
| `reporting` | diagnostics: Kish efficiency, extremes, margins before and after |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.weighting.adjusting import Adjustment, Entry, Total, Weighted
    from barometer.weighting.calibrating import calibrate
    from barometer.weighting.margins import Margin, read_margins
    from barometer.weighting.raking import poststratify, rake
    from barometer.weighting.reporting import WeightingReport, effective_base, report
    from barometer.weighting.trimming import trim

_HOMES = {
    "Adjustment": "adjusting",
    "Entry": "adjusting",
    "Margin": "margins",
    "Total": "adjusting",
    "Weighted": "adjusting",
    "WeightingReport": "reporting",
    "calibrate": "calibrating",
    "effective_base": "reporting",
    "poststratify": "raking",
    "rake": "raking",
    "read_margins": "margins",
    "report": "reporting",
    "trim": "trimming",
}

__all__ = [
    "Adjustment",
    "Entry",
    "Margin",
    "Total",
    "Weighted",
    "WeightingReport",
    "calibrate",
    "effective_base",
    "poststratify",
    "rake",
    "read_margins",
    "report",
    "trim",
]

__getattr__, __dir__ = exports(__name__, _HOMES)
