"""Barometer: from the answers of a leadership barometer to a published quarterly report.

```python
import barometer

survey = barometer.open(".")                                # a folder with barometer.toml
wave = survey.wave("2016-spring")                           # read and validated
wave.tabulate("contracting", by="role").frame               # Estimates as a polars frame
wave.finding("contracting.accountable_care_system").sentence("hsj")
```

The estimators work without a project as well: `barometer.Design(frame, weight=..., strata=..., population=...)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports
from barometer._version import __version__

if TYPE_CHECKING:
    from barometer.errors import BarometerError
    from barometer.estimation import (
        Allocation,
        Battery,
        Categorical,
        Design,
        Estimates,
        MultipleResponse,
        Numeric,
        Ranking,
        change,
    )
    from barometer.findings import Finding
    from barometer.project import Survey, Wave, open
    from barometer.publishing import Chart, Message, Table

# Imported when first used: the command line must answer in a fraction of a second.
_HOME_OF = {
    "__version__": "_version",
    "Allocation": "estimation",
    "BarometerError": "errors",
    "Battery": "estimation",
    "Categorical": "estimation",
    "Chart": "publishing",
    "Design": "estimation",
    "Estimates": "estimation",
    "Finding": "findings",
    "Message": "publishing",
    "MultipleResponse": "estimation",
    "Numeric": "estimation",
    "Ranking": "estimation",
    "Survey": "project",
    "Table": "publishing",
    "Wave": "project",
    "change": "estimation",
    "open": "project",
}

__all__ = [
    "Allocation",
    "BarometerError",
    "Battery",
    "Categorical",
    "Chart",
    "Design",
    "Estimates",
    "Finding",
    "Message",
    "MultipleResponse",
    "Numeric",
    "Ranking",
    "Survey",
    "Table",
    "Wave",
    "__version__",
    "change",
    "open",
]

__getattr__, __dir__ = exports(__name__, _HOME_OF)
