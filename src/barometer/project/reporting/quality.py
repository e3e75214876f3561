"""What the check of a wave found: counts, rules, signs of careless answering, and the decisions on record. Never an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barometer.project.reporting.facts import capital, counted
from barometer.project.reporting.method import great_expectations
from barometer.publishing.prose import Prose
from barometer.publishing.tables import Column, Table

if TYPE_CHECKING:
    from barometer.project.wave import Wave

_DECISIONS = {"corrected": "A value was corrected", "accepted": "A rule was waived", "removed": "The submission was removed"}


def sentence(wave: Wave) -> Prose:
    """How many submissions came in, and how many were left out."""
    counts, decisions = wave.check.counts, wave.check.amendments.height
    recorded = "decision on record was" if decisions == 1 else "decisions on record were"
    amended = f" Before they were checked, {decisions} {recorded} applied." if decisions else ""
    return Prose(
        f"Of {counts['read']} submissions read, {counts['accepted']} were accepted and {counts['quarantined']} left out; nothing is lost "
        f"between the two.{amended}"
    )


def counts(wave: Wave) -> Table:
    """Submissions read, accepted and left out, and the limits of the gate."""
    found, gate = wave.check.counts, wave.check.summary["gate"]
    rows = (
        ("Read", str(found["read"]), ""),
        ("Accepted", str(found["accepted"]), f"at least {gate['minimum_accepted']}"),
        ("Left out", str(found["quarantined"]), f"at most {100 * gate['maximum_quarantined']:g} per cent of those read"),
    )
    return Table((Column("Submissions", "left"), Column("Number"), Column("Limit for publication", "left")), rows)


def broken(wave: Wave) -> Table:
    """The rules that submissions broke, worst first, with how many broke them."""
    worst = wave.check.worst_first()
    rows = [(capital(label), severity, str(failures)) for _, severity, failures, label in worst.iter_rows()]
    columns = (Column("What must hold", "left"), Column("Severity", "left"), Column("Submissions"))
    return Table(columns, tuple(rows) or (("Every rule held", "-", "0"),))


def held(wave: Wave) -> Prose:
    """How many rules were checked, and how many held for every submission."""
    rules = [rule for rule in wave.check.summary["rules"] if not rule["failures"]]
    whole = len(wave.check.summary["rules"])
    return Prose(f"Of {whole} rules that were checked, {len(rules)} held for every submission. The others are listed, worst first.")


def indices(wave: Wave) -> Table:
    """The signs of careless answering that were looked for, and how many submissions show each. None removes a submission by itself."""
    rows = [
        (capital(rule["label"]), str(rule["failures"]))
        for rule in wave.check.summary["rules"]
        if rule["id"].startswith("quality.") or rule["id"].endswith(".straight")
    ]
    columns = (Column("What a careful answer looks like", "left"), Column("Submissions that differ"))
    return Table(columns, tuple(rows) or (("None was looked for", "-"),))


def amendments(wave: Wave) -> Table:
    """The decisions on record: which row and column, what was decided, by whom and why. The values themselves are not shown."""
    rows = tuple(
        (str(row["row"]), "-" if row["what"] == "removed" else row["column"], _DECISIONS[row["what"]], row["who"], row["why"])
        for row in wave.check.amendments.iter_rows(named=True)
    )
    columns = tuple(Column(heading, "left") for heading in ("Row of the export", "Column", "Decision", "Who", "Why"))
    return Table(columns, rows or (("None", "-", "-", "-", "-"),))


def certificate(wave: Wave) -> Prose:
    """Who vouches for the check."""
    rules = len(wave.check.rules)
    return Prose(
        f"Two programs that share no code decided each of the {counted(rules, 'rule')}: polars, which names the rows, and "
        f"{great_expectations()}, which certifies them. This page is published only if they agree on every row and every limit is met. "
        "The file validation.json, beside this page, lists each rule with its result."
    )
