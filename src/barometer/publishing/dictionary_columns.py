"""What the columns of the tidy table and those fields of findings mean that do not say so in their schema."""

from __future__ import annotations

_SAME = "that of the estimate"
_SHARE = "proportion, 0 to 1"
_COUNT = "respondents"
_FLAGS = " | ".join(("(empty)", "small base", "suppressed", "not asked", "undefined"))

#: Column -> meaning, unit, allowed values.
COLUMNS: dict[str, tuple[str, str, str]] = {
    "question": ("The code of the question.", "", ""),
    "item": ("The row of a battery, ranking or allocation; empty elsewhere.", "", ""),
    "option": ("The code of an answer or the name of a net; empty for means.", "", ""),
    "break": ("The variable that splits the sample; empty for everybody.", "", ""),
    "level": ("The group of that variable; empty for everybody.", "", ""),
    "statistic": ("What is estimated.", "", "share | net | mean | mean_rank | share_first | share_ranked | balance | top_box | total"),
    "estimate": (
        "The figure. Empty where it is suppressed or was not asked.",
        f"{_SHARE}, for shares and nets; else that of the answer",
        "",
    ),
    "std_error": ("The standard error of the estimate.", _SAME, ""),
    "conf_low": ("The lower end of the 95 per cent confidence interval.", _SAME, ""),
    "conf_high": ("The upper end of the 95 per cent confidence interval.", _SAME, ""),
    "df": ("Degrees of freedom of the design.", "", ""),
    "count": ("Respondents who gave the answer; for a mean, those who answered. Unweighted.", _COUNT, ""),
    "base": ("Respondents of the group who answered. Unweighted.", _COUNT, ""),
    "weighted_base": ("The sum of their weights.", "members of the population", ""),
    "design_effect": ("The variance over that of a simple random sample of the same base.", "ratio", ""),
    "flag": ("Why a figure needs care, or is not there.", "", _FLAGS),
    "method": ("The method of the interval.", "", "logit | korn-graubard | t | (empty)"),
    "rest": ("The estimate among all others of the same question.", _SAME, ""),
    "p_rest": ("The p-value of the difference between the group and all others, two-sided.", "probability, 0 to 1", ""),
    "p_rest_adjusted": ("The same after the correction for many tests.", "probability, 0 to 1", ""),
    "letter": ("The letter of the group's column.", "", ""),
    "letters": ("The letters of the groups of this break that it exceeds significantly.", "", ""),
    "differs": ("Whether the corrected p-value is below 0.05; empty where no comparison was made.", "", "true | false | (empty)"),
    "question_label": ("The short label of the question.", "", ""),
    "item_label": ("The short label of the item.", "", ""),
    "option_label": ("The short label of the answer or net.", "", ""),
    "synthetic": ("Whether the responses are made up.", "", "true | false"),
}

#: Field of findings, with those it lies in -> meaning, unit.
FIELDS: dict[str, tuple[str, str]] = {
    "schema_version": ("The version of this format.", ""),
    "findings": ("The figures that may be published, in the order of the questionnaire.", ""),
    "withheld": ("The figures that are not published.", ""),
    "findings.wave": ("The wave.", ""),
    "findings.fieldwork": ("When the answers came in.", ""),
    "findings.fieldwork.start": ("The first day of fieldwork.", "date"),
    "findings.fieldwork.end": ("The last day of fieldwork.", "date"),
    "findings.theme": ("The code of the part of the questionnaire.", ""),
    "findings.question": ("The code of the question.", ""),
    "findings.item": ("The code of the row of the question; empty where it has none.", ""),
    "findings.statistic": ("What is estimated.", ""),
    "findings.count": ("", _COUNT),
    "findings.base": ("", _COUNT),
    "findings.not_answered": ("", _COUNT),
    "findings.estimate": ("The figure.", f"{_SHARE}, for shares and nets; that of the answer for means"),
    "findings.percent": ("", "per cent"),
    "findings.weighted": ("Whether weights were used.", ""),
    "findings.interval": ("The confidence interval for the whole population.", ""),
    "findings.interval.low": ("", _SAME),
    "findings.interval.high": ("The upper end.", _SAME),
    "findings.interval.level": ("", _SHARE),
    "findings.population_size": ("The number of members of the population.", "members of the population"),
    "findings.people": ("What the members of the population are called.", ""),
    "findings.respondents": ("What those who answered are called.", ""),
    "findings.comparison": ("The same figure in the latest earlier wave that may be compared.", ""),
    "findings.comparison.difference": ("", _SAME),
    "findings.comparison.points": ("", "percentage points"),
    "findings.comparison.low": ("", _SAME),
    "findings.comparison.high": ("The upper bound of the difference.", _SAME),
    "findings.comparison.significant": ("Whether the difference is more than chance.", ""),
    "findings.comparison.p_value": ("The p-value of the difference, two-sided.", "probability, 0 to 1"),
    "findings.breakdowns": ("Groups that differ from all others by more than chance.", ""),
    "findings.breakdowns.percent": ("The share in the group as a whole percentage.", "per cent"),
    "findings.breakdowns.rest_percent": ("The share among all others as a whole percentage.", "per cent"),
    "findings.caveats": ("What must be kept in mind with the figure.", ""),
    "findings.not_to_be_said": ("What the figure may not be said to mean.", ""),
    "findings.score": ("", "points, 0 to 100"),
    "findings.synthetic": ("Whether the responses are made up.", ""),
    "findings.provenance": ("What the figure was made from.", ""),
    "withheld.reason": ("Why it is not published.", ""),
}
