"""One wave from end to end: who answers, what and when, the spoilt rows among them, and the two files that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

import numpy as np

from barometer.questionnaire import Questionnaire
from synthetic import export, faults, sample
from synthetic.answers import Room, Sheet, fill
from synthetic.draws import Draws, top
from synthetic.frame import Row
from synthetic.plan import ExportNames, Fieldwork, WavePlan, verbatims, wave_file, wave_plan
from synthetic.traits import Traits, places

_MOODS = ("rating", "financial_position", "delegated_level", "region", "role")


@dataclass
class Group:
    """Respondents who are drawn together, and the answers they gave."""

    rows: list[Row]
    sheet: Sheet
    started: list[datetime]
    seconds: list[int]
    partial: set[int]


def make_wave(wave: str, questionnaire: Questionnaire, frame: Sequence[Row], folder: Path) -> dict[str, bytes]:
    """The files of a wave, by name: the responses and the list of the faults planted in them.

    Raises:
        ProjectError: If the plan does not fit the questionnaire.
    """
    plan = wave_plan(wave, questionnaire)
    settings = wave_file(folder)
    texts = verbatims(wave, plan)
    draws = Draws(plan.seed)
    answering, spare = sample.choose_posts(draws, frame, plan.sample)
    spoilt = faults.posts_of(spare)
    clean = _group(draws, plan, questionnaire, wave, answering, frame, settings.fieldwork, texts, plan.straight_liners, plan.partial)
    extra_draws = Draws(plan.seed, "faults.")
    extra = _group(extra_draws, plan, questionnaire, wave, [row for _, row in spoilt], frame, settings.fieldwork, texts, 0, 0)
    planted = [fault for fault, _ in spoilt]
    faults.spoil(extra.sheet, planted, questionnaire, wave)
    end = datetime.combine(settings.fieldwork.end, time(10, 20))
    for place, fault in enumerate(planted):
        if faults.lateness(fault):
            extra.started[place] = end + faults.lateness(fault)
        if fault is faults.MISSING:
            extra.partial.add(place)
            extra.seconds[place] //= 3
    return _files(draws, plan, questionnaire, wave, settings.export, clean, extra, planted)


def _group(
    draws: Draws,
    plan: WavePlan,
    questionnaire: Questionnaire,
    wave: str,
    rows: list[Row],
    frame: Sequence[Row],
    fieldwork: Fieldwork,
    texts: dict[str, dict[str, list[str]]],
    straight_liners: int,
    partial: int,
) -> Group:
    traits = Traits()
    traits.add_columns(rows, _MOODS, {column: sorted({row[column] for row in frame}) for column in _MOODS})
    traits.add_moods(draws, plan.traits, np.array(sample.organisation_numbers(rows)))
    haste = traits["haste"]
    straight = sample.straight_liners(draws, straight_liners, haste)
    patient = np.ones(len(rows), dtype=np.bool_)
    patient[straight] = False
    stopping = places(top(haste, partial, patient))
    room = Room(draws, plan, wave, traits, straight, stopping)
    asked = questionnaire.asked_in(wave)
    room.sheet[plan.own_post] = [row["role"] for row in rows]
    sheet = fill(room, tuple(question for question in asked if question.id != plan.own_post), texts)
    open_text = [question.id for question in asked if question.kind == "text"]
    words = [sum(len(sheet[question][place].split()) for question in open_text) for place in range(len(rows))]
    seen = [question.id for question in asked].index(plan.partial_from) / len(asked)
    done = [seen if place in stopping else 1.0 for place in range(len(rows))]
    started = sample.start_times(draws, plan.timing, fieldwork.start, fieldwork.end, [row["role"] for row in rows])
    return Group(rows, sheet, started, sample.durations(draws, words, done, haste, straight), set(stopping))


def _files(
    draws: Draws,
    plan: WavePlan,
    questionnaire: Questionnaire,
    wave: str,
    names: ExportNames,
    clean: Group,
    extra: Group,
    planted: Sequence[faults.Fault],
) -> dict[str, bytes]:
    entries: list[tuple[datetime, Group, int, dict[str, str], faults.Fault | None]] = []
    for group, group_faults in ((clean, [None] * len(clean.rows)), (extra, planted)):
        for place, (cells, fault) in enumerate(zip(export.labelled(group.sheet, questionnaire, wave), group_faults, strict=True)):
            entries.append((group.started[place], group, place, cells, fault))
    entries.sort(key=lambda entry: (entry[0], entry[1].rows[entry[2]]["post"]))
    rows: list[dict[str, str]] = []
    listed: list[dict[str, str]] = []
    for id, (started, group, place, cells, fault) in zip(
        sample.response_ids(draws, plan.timing.first_id, len(entries)), entries, strict=True
    ):
        before = export.metadata(
            names,
            id=id,
            started=started,
            seconds=group.seconds[place],
            post=group.rows[place]["post"],
            complete=place not in group.partial,
        )
        row = {**before, **cells}
        copies = 2 if fault is faults.DUPLICATE else 1
        rows.extend([row] * copies)
        if fault is not None:
            listed.extend([_listed(row, names, fault)] * copies)
    return {
        "responses.csv": export.to_csv([*export.metadata_columns(names), *export.headers(questionnaire, wave).values()], rows),
        "planted_faults.csv": export.to_csv(list(listed[0]), listed),
    }


def _listed(row: Mapping[str, str], names: ExportNames, fault: faults.Fault) -> dict[str, str]:
    return {
        "response_id": row[names.respondent],
        "post": row[names.post],
        "fault": fault.name,
        "meaning": fault.meaning,
        "synthetic": "yes",
    }
