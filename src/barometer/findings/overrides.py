"""Sentences that an editor has worded anew: `analysis/overrides.toml`, checked against the figures before anything is published.

    ["2016-spring/contracting.accountable_care_system"]
    hsj = "Fewer than three in five of the 100 leaders who answered expected to form an accountable care system."
    by = "A. Editor"
    why = "The headline of the issue of 18 May"

A table is named after a finding, with its wave; `hsj`, `ons` and `plain` are the sentences of the sample in these styles, one of them at
least. What the sentence claims must be licensed by the figure: see `barometer.findings.claims`. The finding keeps the toolkit's own
sentence in `edited.original`, and wherever the new one is shown, "[edited]" follows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from barometer.errors import ProjectError, did_you_mean
from barometer.findings.claims import faults
from barometer.findings.storing import Findings
from barometer.findings.styles import STYLES
from barometer.questionnaire import read_toml, validated
from barometer.questionnaire.model import Model, Text

if TYPE_CHECKING:
    from barometer.findings.model import Finding

FILE = "analysis/overrides.toml"


class Override(Model):
    """One finding's sentences in the words of an editor."""

    hsj: Text | None = None
    ons: Text | None = None
    plain: Text | None = None
    by: Text = Field(description="Who worded it.")
    why: Text = Field(description="The reason, for whoever asks.")

    @model_validator(mode="after")
    def _one_sentence_at_least(self) -> Override:
        if not self.sentences:
            raise ValueError("a sentence for one of " + ", ".join(STYLES))
        return self

    @property
    def sentences(self) -> dict[str, str]:
        """Style -> sentence, of those that are given."""
        given = {"hsj": self.hsj, "ons": self.ons, "plain": self.plain}
        return {style: " ".join(sentence.split()) for style, sentence in given.items() if sentence is not None}


class _File(Model):
    findings: dict[str, Override]


def load_overrides(path: Path) -> dict[str, Override]:
    """Finding id (with its wave) -> override; none where there is no file.

    Raises:
        ProjectError: If the file is broken, or a table lacks a sentence, `by` or `why`; all problems are gathered.
    """
    if not path.exists():
        return {}
    tables = read_toml(path)
    known = {*STYLES, "by", "why"}
    problems = [
        _Problem(f"'{id}', key '{key}'", "one of " + ", ".join(sorted(known)), key, did_you_mean(key, known))
        for id, table in tables.items()
        if isinstance(table, dict)
        for key in table
        if key not in known
    ]
    _raise(problems, path, "An override has a key that is neither a style nor 'by' or 'why'.")
    return validated(_File, {"findings": tables}, file=path).findings


def overridden(
    findings: Findings,
    overrides: Mapping[str, Override],
    *,
    wave: str,
    waves: Collection[str],
    file: Path | None = None,
    organisations: str | None = None,
) -> Findings:
    """The findings with the sentences that editors put in place of the toolkit's.

    Args:
        findings: The findings of one wave.
        overrides: Finding id (with its wave) -> override, of any waves; those of other waves are left for those waves' runs.
        wave: The wave.
        waves: All waves of the project.
        file: The file of the overrides, for errors.
        organisations: What respondents lead and must not be mistaken for, such as "CCGs".

    Returns:
        The same findings in the same order; those that are edited say so in `edited`.

    Raises:
        ProjectError: If an override names an unknown wave or finding, one that is withheld, or claims what the figure does not license.
            All problems are gathered into one error.
    """
    if not overrides:
        return findings
    by_id = {finding.id: finding for finding in findings}
    problems = [problem for id in overrides if (problem := _unknown(id, wave, waves, by_id, findings))]
    edited = {}
    for id, override in overrides.items():
        finding = by_id.get(id)
        if finding is None:
            continue
        for style, sentence in override.sentences.items():
            problems += [
                _Problem(f"'{id}', {style}", fault.expected, fault.got)
                for fault in faults(finding, sentence, finding.voices[style]["sample"], organisations=organisations)
            ]
        edited[id] = _edited(finding, override)
    _raise(problems, file, "An override claims what its figure does not license.")
    return Findings([edited.get(finding.id, finding) for finding in findings], findings.withheld)


class _Problem:
    def __init__(self, where: str, expected: str, got: str, hint: str | None = None, what: str | None = None) -> None:
        self.where, self.expected, self.got, self.hint, self.what = where, expected, got, hint, what


def _unknown(id: str, wave: str, waves: Collection[str], by_id: Mapping[str, Finding], findings: Findings) -> _Problem | None:
    named, _, _ = id.rpartition("/")
    if named not in waves:
        nearest = did_you_mean(id, [f"{wave}/{known.split('/', 1)[1]}" for known in by_id]) if not named else did_you_mean(named, waves)
        return _Problem(f"'{id}'", "a finding with its wave, one of " + ", ".join(waves), id, nearest, "An override names no wave.")
    if named != wave or id in by_id:
        return None
    held = next((one for one in findings.withheld if one.id == id), None)
    if held is not None:
        return _Problem(f"'{id}'", "a figure that is published", held.reason, None, "An override states a figure that is not published.")
    return _Problem(f"'{id}'", "a finding of this wave", id, did_you_mean(id, by_id), "An override names no finding.")


def _edited(finding: Finding, override: Override) -> Finding:
    from barometer.findings.model import Edited

    voices = {style: {**said, "sample": override.sentences.get(style, said["sample"])} for style, said in finding.voices.items()}
    original = {style: finding.voices[style]["sample"] for style in override.sentences}
    return finding.model_copy(update={"voices": voices, "edited": Edited(by=override.by, why=override.why, original=original)})


def _raise(problems: Sequence[_Problem], file: Path | None, what: str) -> None:
    if not problems:
        return
    first = problems[0]
    if len(problems) == 1:
        raise ProjectError(first.what or what, file=file, where=first.where, expected=first.expected, got=first.got, hint=first.hint)
    told = [
        f"{problem.where}: {problem.what or what} Got: {problem.got}. Expected: {problem.expected}."
        + (f" {problem.hint}" if problem.hint else "")
        for problem in problems
    ]
    raise ProjectError(f"The overrides have {len(problems)} problems.", file=file, where=first.where, got="\n       ".join(told))
