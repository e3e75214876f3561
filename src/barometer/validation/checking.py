"""Checks an export: polars tells the rows that fail, Great Expectations certifies it, and every row read is accepted or quarantined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from barometer.errors import EvaluationError, GateError, ProjectError, did_you_mean
from barometer.intake import Export
from barometer.validation.amendments import Amended, Amendments, amend
from barometer.validation.compiling import compile_rules
from barometer.validation.prepared import Prepared, prepare
from barometer.validation.rules import SEVERITIES, Rule
from barometer.validation.settings import CheckContext

if TYPE_CHECKING:
    from barometer.validation.certifying import Certificate, Job

#: How many rules are evaluated at once on a table of more rows than this.
_RULES_AT_ONCE, _LARGE = 8, 100_000
#: What a submission that was removed on record fails, as it were.
REMOVED = "submission.removed"
QUICK = "polars only (quick)"
FAILURES: dict[str, pl.DataType | type[pl.DataType]] = {
    "row": pl.Int64,
    "respondent": pl.String,
    "rule": pl.String,
    "severity": pl.Enum(SEVERITIES),
    "reason": pl.String,
    "columns": pl.String,
}
FailOn = Literal["critical", "warning"]


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    Attributes:
        export: What came in, with amendments applied and without the submissions that they removed.
        rules: All rules that were checked.
        failures: One row a failing submission and rule: `row`, `respondent`, `rule`, `severity`, `reason`, `columns` (joined with
            blanks). A rule about the whole, such as a quota, has neither row nor respondent. Never an answer.
        accepted: The row numbers of accepted submissions, in the order of the export.
        quarantined: The row numbers of submissions that fail a critical rule.
        counts: `read`, `accepted` and `quarantined`, where read = accepted + quarantined.
        summary: What `summary.json` says: counts, the gate, and the failures of each rule.
        passed: Whether the gate of `rules.toml` is passed.
        witness: Who certified it: `great_expectations 1.24.1`, or `polars only (quick)`, which cannot be published.
        amendments: The decisions on record that were applied: `row`, `respondent`, `what`, `column`, `who`, `why`. Never a value.
        table: The prepared table that rules looked at. Holds answers.
        flags: For each rule that a submission fails, one flag a submission.
        failing: For each rule that fails, how many submissions fail it, or the shortfall of a quota.
    """

    export: Export = field(repr=False)
    rules: tuple[Rule, ...]
    failures: pl.DataFrame
    accepted: pl.Series
    quarantined: pl.Series
    counts: dict[str, int]
    summary: dict[str, Any]
    passed: bool
    witness: str
    amendments: pl.DataFrame
    table: pl.DataFrame = field(repr=False)
    flags: dict[str, pl.Series] = field(repr=False)
    failing: dict[str, int] = field(repr=False)

    @property
    def wave(self) -> str:
        """The wave that was checked."""
        return self.export.wave

    @property
    def certified(self) -> bool:
        """Whether Great Expectations agreed, so that it can be published."""
        return self.witness != QUICK

    def job(self, docs: Path | None = None) -> Job:
        """What Great Expectations is asked to certify."""
        from barometer.validation.certifying import job_of

        return job_of(self.wave, self.rules, self.table, self.failing, docs)

    def certified_by(self, certificate: Certificate, job: Job) -> CheckResult:
        """The same result with Great Expectations as its witness.

        Raises:
            EvaluationError: If it does not agree on every failing row.
        """
        from barometer.validation.certifying import agree

        agree(certificate, job, self.flags, self.failing, self.table["row"])
        witness = f"great_expectations {certificate.version}" + (" (failure counts)" if not job.rows else "")
        return replace(self, witness=witness, summary={**self.summary, "witness": witness})

    def worst_first(self) -> pl.DataFrame:
        """The failing rules, worst first: `rule`, `severity`, `failures` (submissions) and `label`."""
        labels = pl.DataFrame(
            {
                "rule": [*(rule.id for rule in self.rules), REMOVED],
                "label": [*(rule.label for rule in self.rules), "no submission is removed on record"],
            }
        )
        counted = self.failures.group_by("rule", "severity").agg(pl.len().alias("failures"))
        return counted.join(labels, on="rule").sort(["severity", "failures", "rule"], descending=[False, True, False])


def check(
    export: Export,
    *,
    frame: pl.DataFrame | None = None,
    context: CheckContext | None = None,
    amendments: Amendments | None = None,
    certify: bool = True,
    docs: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> CheckResult:
    """What holds and what does not in an export.

    Args:
        export: What came in.
        frame: The population frame, one row a post; without it no post is looked up.
        context: The team's rules, the fieldwork and the roles.
        amendments: Decisions on record, applied before anything is checked; without, the export is checked as it came.
        certify: Whether Great Expectations certifies it. Without, the result says `polars only (quick)` and cannot be published.
        docs: A folder for Data Docs, which only a certified check has.
        progress: Called with a sentence as the check goes on.

    Returns:
        The result; every row read is accepted or quarantined.

    Raises:
        ProjectError: If a rule, the population frame or an amendment is broken (exit 2).
        EvaluationError: If the two witnesses do not agree, or a rule could not be evaluated (exit 3).

    Example:
        >>> from pathlib import Path
        >>> from barometer.questionnaire import parse
        >>> mood = {"id": "mood", "number": "Q1", "kind": "numeric", "theme": "t", "text": "Mood?", "short": "Mood"}
        >>> mood |= {"minimum": 1, "maximum": 5}
        >>> questionnaire = parse({"title": "T", "themes": [{"id": "t", "title": "T"}], "questions": [mood]})
        >>> frame = pl.DataFrame({"row": [2, 3], "respondent": ["A", "B"], "mood": ["4", "9"]})
        >>> nothing = pl.DataFrame(schema={"row": pl.Int64, "column": pl.String})
        >>> result = check(Export(Path("responses.csv"), "w1", questionnaire, "utf-8", frame, nothing), certify=False)
        >>> result.counts
        {'read': 2, 'accepted': 1, 'quarantined': 1}
        >>> result.failures.select("row", "reason").rows()
        [(3, 'the answer to Q1 is not from 1 to 5')]
        >>> result.witness
        'polars only (quick)'
    """
    context = context or CheckContext()
    tell = progress or (lambda _: None)
    amended = amend(export, amendments)
    prepared, rules = compile_rules(prepare(amended.export, frame, context), context)
    tell(f"checking {len(rules)} rules on {len(export)} submissions")
    result = _decided(prepared, rules, context, amended)
    if not certify:
        return result
    from barometer.validation.certifying import certify as run_job

    tell("certifying with Great Expectations")
    job = result.job(docs)
    return result.certified_by(run_job(job), job)


def gate(result: CheckResult, *, fail_on: FailOn | None = None, file: Path | None = None) -> None:
    """Nothing, if the data are fit to publish.

    Args:
        result: The check.
        fail_on: `critical` lets no critical failure pass, `warning` no warning either; left out, the limits of `rules.toml` decide.
        file: The export, for messages.

    Raises:
        GateError: If they are not (exit 1). Write the quarantine first, so that the team can see which rows.
    """
    limits = result.summary["gate"]
    read, quarantined, accepted = (result.counts[key] for key in ("read", "quarantined", "accepted"))
    worst = result.worst_first()
    hint = "; ".join(f"{label} ({_rows(number)})" for label, number in worst.head(3).select("label", "failures").iter_rows()) or None
    if fail_on is not None:
        counted = worst.filter(pl.col("severity").is_in(["critical"] if fail_on == "critical" else ["critical", "warning"]))
        if counted.height:
            raise GateError(
                f"{counted.height} {'rule does' if counted.height == 1 else 'rules do'} not hold.",
                file=file,
                expected=f"no failure that is {'critical' if fail_on == 'critical' else 'critical or a warning'}",
                got=f"{counted['failures'].sum()} failures",
                hint=hint,
            )
    if quarantined > limits["maximum_quarantined"] * read:
        raise GateError(
            "Too many submissions are in the quarantine.",
            file=file,
            expected=f"at most {100 * limits['maximum_quarantined']:g} per cent of {read}",
            got=f"{quarantined} of {read} ({100 * quarantined / read:.1f} per cent)",
            hint=hint,
        )
    if accepted < limits["minimum_accepted"]:
        raise GateError(
            "Too few submissions are accepted.",
            file=file,
            expected=f"at least {limits['minimum_accepted']}",
            got=f"{accepted} of {read}",
            hint=hint,
        )


def _rows(number: int) -> str:
    return f"{number} {'row' if number == 1 else 'rows'}"


def _decided(prepared: Prepared, rules: list[Rule], context: CheckContext, amended: Amended) -> CheckResult:
    table = prepared.table
    read = table.height + amended.removed.height
    by_row = [rule for rule in rules if not rule.table]
    flags = _flags(by_row, table)
    waived = _waived(rules, flags, amended, table)
    stopping = [rule.id for rule in by_row if rule.severity == "critical" and rule.id in flags]
    critical = [flags[id] & ~waived[id] if id in waived else flags[id] for id in stopping]
    held = pl.select(pl.any_horizontal(critical)).to_series() if critical else pl.Series([False] * table.height, dtype=pl.Boolean)
    of_whole = _of_whole([rule for rule in rules if rule.table], table, ~held)
    failing = {rule: int(flag.sum()) for rule, flag in flags.items()} | of_whole
    failures = _failures(rules, flags, of_whole, table, waived, amended)
    accepted, quarantined = table["row"].filter(~held), table["row"].filter(held)
    quarantined = quarantined.append(amended.removed["row"]).sort()
    counts = {"read": read, "accepted": len(accepted), "quarantined": len(quarantined)}
    if counts["read"] != counts["accepted"] + counts["quarantined"] or pl.concat([accepted, quarantined]).n_unique() != read:
        raise EvaluationError(
            "Rows were lost in the check.",
            file=prepared.export.file,
            expected=f"{read} rows accepted or quarantined",
            got=f"{counts['accepted']} accepted, {counts['quarantined']} quarantined",
        )
    summary = _summary(prepared.export, rules, context, amended, counts, failures, failing)
    return CheckResult(
        prepared.export,
        tuple(rules),
        failures,
        accepted,
        quarantined,
        counts,
        summary,
        summary["passed"],
        QUICK,
        amended.record,
        table,
        flags,
        failing,
    )


def _summary(
    export: Export,
    rules: list[Rule],
    context: CheckContext,
    amended: Amended,
    counts: dict[str, int],
    failures: pl.DataFrame,
    failing: dict[str, int],
) -> dict[str, Any]:
    """What `summary.json` says."""
    limits = context.rules
    few = counts["quarantined"] <= limits.maximum_quarantined * counts["read"]
    return {
        "schema": 1,
        "wave": export.wave,
        "export": export.file.name,
        "witness": QUICK,
        "passed": few and counts["accepted"] >= limits.minimum_accepted,
        **counts,
        "gate": {"maximum_quarantined": limits.maximum_quarantined, "minimum_accepted": limits.minimum_accepted},
        "amendments": {what: amended.record.filter(pl.col("what") == what).height for what in ("corrected", "accepted", "removed")},
        "failures": {severity: failures.filter(pl.col("severity") == severity).height for severity in SEVERITIES},
        "rules": [
            {
                "id": rule.id,
                "severity": rule.severity,
                "label": rule.label,
                "columns": list(rule.columns),
                "failures": failing.get(rule.id, 0),
            }
            for rule in rules
        ],
    }


def _flags(rules: list[Rule], table: pl.DataFrame) -> dict[str, pl.Series]:
    """One flag a submission for each rule that a submission fails."""
    flags: dict[str, pl.Series] = {}
    # All at once is fastest, and holds the intermediate columns of all rules; a large table takes some at a time.
    step = len(rules) if table.height <= _LARGE else _RULES_AT_ONCE
    for first in range(0, len(rules), max(step, 1)):
        found = table.select(rule.fails.alias(rule.id) for rule in rules[first : first + step])
        flags |= {flag.name: flag for flag in found.iter_columns() if flag.any()}
    return flags


def _waived(rules: list[Rule], flags: dict[str, pl.Series], amended: Amended, table: pl.DataFrame) -> dict[str, pl.Series]:
    """For each rule that somebody decided to let pass, the rows; every decision must be about a failure that is there."""
    waived: dict[str, pl.Series] = {}
    known = [rule.id for rule in rules if not rule.table]
    for id, lines in amended.accepted.items():
        rows = table["row"].is_in(list(lines))
        failing = rows & flags[id] if id in flags else pl.Series([False] * len(rows), dtype=pl.Boolean)
        if failing.sum() != len(lines):
            line = next(line for row, line in lines.items() if row not in table["row"].filter(failing))
            raise ProjectError(
                "An amendment accepts a failure that is not there.",
                file=amended.file,
                where=f"line {line}",
                expected="a rule that this submission fails",
                got=id or "nothing",
                hint=None if id in known else did_you_mean(id, known),
            )
        waived[id] = failing
    return waived


def _of_whole(rules: list[Rule], table: pl.DataFrame, accepted: pl.Series) -> dict[str, int]:
    """The shortfall of each quota that is not met."""
    if not rules:
        return {}
    used = table.select(list(dict.fromkeys(column for rule in rules for column in rule.columns))).filter(accepted)
    short = used.select(rule.fails.alias(rule.id) for rule in rules).row(0, named=True)
    return {rule: int(number) for rule, number in short.items() if number}


def _failures(
    rules: list[Rule],
    flags: dict[str, pl.Series],
    of_whole: dict[str, int],
    table: pl.DataFrame,
    waived: dict[str, pl.Series],
    amended: Amended,
) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=FAILURES)]
    respondent = pl.col("respondent") if "respondent" in table.columns else pl.lit(None, dtype=pl.String).alias("respondent")
    for rule in rules:
        if rule.id not in flags and rule.id not in of_whole:
            continue
        severity, reason = pl.lit(rule.severity), rule.says if rule.says is not None else pl.lit(rule.reason)
        if rule.id in waived:
            severity = pl.when(waived[rule.id]).then(pl.lit("info")).otherwise(severity)
            reason = pl.when(waived[rule.id]).then(reason + "; accepted on record").otherwise(reason)
        said = {"rule": pl.lit(rule.id), "severity": severity, "reason": reason, "columns": pl.lit(" ".join(rule.columns))}
        whose = {"row": pl.col("row"), "respondent": respondent} if rule.id in flags else {"row": pl.lit(None), "respondent": pl.lit(None)}
        columns = {**whose, **said}
        cells = [columns[name].cast(dtype).alias(name) for name, dtype in FAILURES.items()]
        # The reason of a group (two submissions for one post) is counted before the rows are picked.
        parts.append(table.select(cells).filter(flags[rule.id]) if rule.id in flags else pl.select(cells))
    gone = amended.removed.select(
        "row",
        "respondent",
        pl.lit(REMOVED).alias("rule"),
        pl.lit("critical").alias("severity"),
        pl.col("why").alias("reason"),
        columns=pl.lit("row"),
    )
    parts.append(gone.select(pl.col(name).cast(dtype) for name, dtype in FAILURES.items()))
    place = {rule.id: number for number, rule in enumerate(rules)}
    order = pl.col("rule").replace_strict(place, return_dtype=pl.Int64, default=None)
    return pl.concat(parts).sort(pl.col("row"), order, nulls_last=True, maintain_order=True)
