"""From a sample to estimates: the statistics of small finite populations, on any polars frame.

A `Design` binds a frame to how it was sampled. Its methods give `Estimates`, a frame with one vocabulary of columns. A tab book is
finished from sums (`cells`, `finish`), which may be made wherever the data live. The modules, in the order of the flow:

| module | idea |
| ------ | ---- |
| `variables` | what to tabulate: `Categorical`, `MultipleResponse`, `Battery`, `Ranking`, `Allocation`, `Numeric` |
| `structure`, `design` | columns checked and made arrays; `Design`, to which everything else is a method |
| `linearisation` | one function for the variance of everything: Taylor linearisation over the stages, lonely units |
| `domains` | breaks and conditions, which never remove anyone from the design |
| `sources`, `tabulation` | answers as small codes; every statistic as a ratio of two sums over them |
| `rowwise` | scores of a statistic on rows, and its estimate by domain |
| `ratios`, `quantiles`, `joint`, `overlap` | estimators: shares, means, totals, quantiles, covariances, pairs |
| `cubes`, `sums` | `cells`: the sums of a tab book, counted in few passes |
| `remote`, `remote_design`, `remote_expressions` | the same `cells`, counted by DuckDB, Spark or another engine where the data live |
| `moments`, `finishing`, `comparisons`, `book` | `finish`, `tab_book`: statistics, tests and letters from sums |
| `changes`, `change_overlap` | change between two waves of a panel, with the covariance of overlapping samples |
| `association`, `ranks` | tests: Rao-Scott with Cramer's V, t, Wilcoxon, Kruskal-Wallis |
| `models`, `models_formula`, `ordinal`, `marginal` | linear, logistic and proportional-odds models, average marginal effects |
| `calibrated` | the tab book's variances for calibrated weights |
| `sensitivities` | the same figures under two sets of weights, side by side |
| `replicates` (`_schemes`, `_hadamard`, `_estimating`, `_functions`) | bootstrap, jackknife, BRR, Fay and supplied replicate weights |
| `intervals`, `distributions` | confidence intervals; Student, beta and friends without scipy.stats |
| `estimates` | the result, its columns and flags |

Importing this package costs nothing until a name is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.estimation.book import tab_book
    from barometer.estimation.changes import change, change_frame
    from barometer.estimation.design import Calibration, Design
    from barometer.estimation.estimates import Estimates, Flag
    from barometer.estimation.finishing import finish
    from barometer.estimation.joint import Joint, Term
    from barometer.estimation.linearisation import covariance, variance
    from barometer.estimation.models import Model
    from barometer.estimation.replicates import Replicates
    from barometer.estimation.sensitivities import sensitivity
    from barometer.estimation.sums import Cells, cells
    from barometer.estimation.variables import Allocation, Battery, Categorical, MultipleResponse, Numeric, Ranking

_HOMES = {
    "Allocation": "variables",
    "Battery": "variables",
    "Calibration": "design",
    "Categorical": "variables",
    "Cells": "sums",
    "Design": "design",
    "Estimates": "estimates",
    "Flag": "estimates",
    "Joint": "joint",
    "Model": "models",
    "MultipleResponse": "variables",
    "Numeric": "variables",
    "Ranking": "variables",
    "Replicates": "replicates",
    "Term": "joint",
    "cells": "sums",
    "change": "changes",
    "change_frame": "changes",
    "covariance": "linearisation",
    "finish": "finishing",
    "sensitivity": "sensitivities",
    "tab_book": "book",
    "variance": "linearisation",
}

__all__ = [
    "Allocation",
    "Battery",
    "Calibration",
    "Categorical",
    "Cells",
    "Design",
    "Estimates",
    "Flag",
    "Joint",
    "Model",
    "MultipleResponse",
    "Numeric",
    "Ranking",
    "Replicates",
    "Term",
    "cells",
    "change",
    "change_frame",
    "covariance",
    "finish",
    "sensitivity",
    "tab_book",
    "variance",
]

__getattr__, __dir__ = exports(__name__, _HOMES)
