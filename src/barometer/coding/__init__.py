"""Coding: open answers, interview excerpts and recommendations become rows of one shape: source, element, code and valence.

A codeframe says what may be coded; coded rows come from coders' CSV files; agreement says whether two coders see the same; prevalence
counts sources, never mentions, on the base of the sources that were coded; quotes are released one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer._lazy import exports

if TYPE_CHECKING:
    from barometer.coding.agreeing import agreement, cohens_kappa, krippendorffs_alpha
    from barometer.coding.coded import Coded, coding_sheet, read_coded
    from barometer.coding.codeframe import Codeframe, load_codeframe
    from barometer.coding.counting import crossed, prevalence
    from barometer.coding.following import Recommendation, follow_up, load_recommendations
    from barometer.coding.quotes import Quote, load_quotes, released

_HOME_OF = {
    "Coded": "coded",
    "Codeframe": "codeframe",
    "Quote": "quotes",
    "Recommendation": "following",
    "agreement": "agreeing",
    "coding_sheet": "coded",
    "cohens_kappa": "agreeing",
    "crossed": "counting",
    "follow_up": "following",
    "krippendorffs_alpha": "agreeing",
    "load_codeframe": "codeframe",
    "load_quotes": "quotes",
    "load_recommendations": "following",
    "prevalence": "counting",
    "read_coded": "coded",
    "released": "quotes",
}

__all__ = [
    "Coded",
    "Codeframe",
    "Quote",
    "Recommendation",
    "agreement",
    "coding_sheet",
    "cohens_kappa",
    "crossed",
    "follow_up",
    "krippendorffs_alpha",
    "load_codeframe",
    "load_quotes",
    "load_recommendations",
    "prevalence",
    "read_coded",
    "released",
]

__getattr__, __dir__ = exports(__name__, _HOME_OF)
