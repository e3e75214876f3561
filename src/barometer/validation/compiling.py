"""One rule list: what the questionnaire implies, what a submission must have, and what the team adds."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import polars as pl

from barometer.errors import ProjectError, did_you_mean
from barometer.validation.implied import implied, stated
from barometer.validation.prepared import FRAME, Prepared
from barometer.validation.privacy import of_free_text
from barometer.validation.quality import with_signs
from barometer.validation.rules import Rule
from barometer.validation.settings import CheckContext, Coverage, Quota
from barometer.validation.submissions import of_submissions


def compile_rules(prepared: Prepared, context: CheckContext) -> tuple[Prepared, list[Rule]]:
    """The prepared table with the indices of response quality, and all rules of a wave.

    The order is: submission, questionnaire, free text, response quality, team, quotas, coverage.

    Raises:
        ProjectError: If a rule of the team cannot be understood, two rules have the same id, or a severity names no rule.
    """
    prepared, signs = with_signs(prepared, context)
    rules = [*of_submissions(prepared, context), *implied(prepared), *of_free_text(prepared, context), *signs]
    rules += [*_of_the_team(prepared, context), *_quotas(prepared, context), *_coverage(prepared, context)]
    twice = [id for id, times in Counter(rule.id for rule in rules).items() if times > 1]
    if twice:
        raise ProjectError("Two rules have the same id.", file=context.rules_file, where=f"rule '{twice[0]}'", hint="Choose another id.")
    _severities_known(rules, prepared, context)
    return prepared, [_with_severity(rule, context, rule in signs) for rule in rules]


def _of_the_team(prepared: Prepared, context: CheckContext) -> list[Rule]:
    return [
        stated(
            own.id,
            own.severity,
            own.label,
            own.reason or f"it does not hold that {own.label}",
            own.fails_if,
            prepared,
            file=context.rules_file,
        )
        for own in context.rules.rules
        if own.waves is None or prepared.export.wave in own.waves
    ]


def _quotas(prepared: Prepared, context: CheckContext) -> list[Rule]:
    wave = prepared.export.wave
    return [_quota(quota, prepared, context) for quota in context.rules.quotas if quota.waves is None or wave in quota.waves]


def _quota(quota: Quota, prepared: Prepared, context: CheckContext) -> Rule:
    column = next((name for name in (FRAME + quota.column, quota.column) if prepared.has(name)), None)
    if column is None:
        known = [name.removeprefix(FRAME) for name in prepared.vocabulary.columns]
        raise ProjectError(
            "A quota names a column that there is not.",
            file=context.rules_file,
            where=f"quota '{quota.column}'",
            expected="a column of the population frame or of the questionnaire",
            got=quota.column,
            hint=did_you_mean(quota.column, known),
        )
    counted = (pl.col(column).cast(pl.String) == quota.level).sum().cast(pl.Int64)
    wanted = f"at least {quota.minimum} accepted submissions have {quota.column} '{quota.level}'"
    return Rule(
        f"quota.{quota.column}.{quota.level}",
        quota.severity,
        wanted,
        f"fewer than {quota.minimum} accepted submissions have {quota.column} '{quota.level}'",
        (column,),
        pl.max_horizontal(quota.minimum - counted, pl.lit(0, dtype=pl.Int64)),
        table=True,
    )


def _coverage(prepared: Prepared, context: CheckContext) -> list[Rule]:
    return [_covered(coverage, prepared, context) for coverage in context.rules.coverage]


def _covered(coverage: Coverage, prepared: Prepared, context: CheckContext) -> Rule:
    column = "post" if coverage.column == context.key else FRAME + coverage.column
    if column not in prepared.values or not prepared.has(column):
        known = [name.removeprefix(FRAME) for name in prepared.values]
        raise ProjectError(
            "A coverage names a column that the population frame does not have.",
            file=context.rules_file,
            where=f"coverage '{coverage.column}'",
            expected="a column of the population frame",
            got=coverage.column if known else f"{coverage.column}, and there is no population frame",
            hint=did_you_mean(coverage.column, known),
        )
    exist = prepared.values[column]
    # A share of 0.1 of 30 is 3, although the product is a little more.
    wanted = math.ceil(round(coverage.minimum * exist, 9))
    reached = pl.col(column).drop_nulls().n_unique().cast(pl.Int64)
    if column == "post":
        reached = pl.col(column).filter(pl.col(column).is_in(list(prepared.posts or ()))).n_unique().cast(pl.Int64)
    said = f"{wanted} of the {exist} values of {coverage.column} in the population frame"
    return Rule(
        f"coverage.{coverage.column}",
        coverage.severity,
        f"accepted submissions cover at least {said}",
        f"accepted submissions cover fewer than {said}",
        (column,),
        pl.max_horizontal(wanted - reached, pl.lit(0, dtype=pl.Int64)),
        table=True,
    )


def _severities_known(rules: list[Rule], prepared: Prepared, context: CheckContext) -> None:
    names = {name for rule in rules for name in (rule.id, rule.check)}
    waves_of_others = {own.id for own in context.rules.rules if own.waves is not None and prepared.export.wave not in own.waves}
    for name in context.rules.severity:
        if name not in names | waves_of_others | CHECKS and name.partition(".")[0] not in _questions(prepared):
            raise ProjectError(
                "A severity names no rule.",
                file=context.rules_file,
                where="table [severity]",
                expected="the id of a rule, or a check such as 'other_text'",
                got=name,
                hint=did_you_mean(name, names | CHECKS),
            )


#: What rules check, whether or not this wave has a question that needs it.
CHECKS = frozenset(
    {
        *("present", "unique", "in_frame", "role", "readable", "blank", "order", "window", "code", "box", "number", "range", "total"),
        *("ranks", "incomplete", "required", "routing", "exclusive", "unticked", "missing", "email", "phone", "name"),
        *("straight", "limit", "look"),
    }
)


def _questions(prepared: Prepared) -> set[str]:
    """Questions of other waves, whose rules may have a severity all the same."""
    wave = prepared.export.wave
    return {question.id for question in prepared.export.questionnaire if not question.asked_in(wave)}


def _with_severity(rule: Rule, context: CheckContext, sign: bool) -> Rule:
    chosen = context.rules.severity.get(rule.id) or context.rules.severity.get(rule.check)
    if sign and chosen == "critical":
        raise ProjectError(
            "A sign of careless answering is not critical.",
            file=context.rules_file,
            where="table [severity]",
            expected="'warning' or 'info'",
            got=f"'critical' for '{rule.id}'",
            hint="Signs never remove a submission by themselves; a person decides, and records it in amendments.csv.",
        )
    return replace(rule, severity=chosen) if chosen else rule
