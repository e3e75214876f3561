"""One wave from end to end: who answers, what and when, the spoilt rows among them, and the two files that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path

import numpy as np

from barometer.questionnaire import Questionnaire
from synthetic import coding, export, faults, sample
from synthetic.answers import Room, Sheet, fill
from synthetic.draws import Draws, top
from synthetic.frame import Row
from synthetic.plan import ExportNames, Fault, Fieldwork, WavePlan, verbatims, wave_file, wave_plan
from synthetic.traits import Traits, places

_MOODS = ("rating", "financial_position", "delegated_level", "region", "role")


@dataclass
class Group:
    """Respondents who are drawn together, the answers they gave and the traits behind them."""

    rows: list[Row]
    sheet: Sheet
    started: list[datetime]
    seconds: list[int]
    partial: set[int]
    traits: Traits

    @property
    def posts(self) -> list[str]:
        """Their posts."""
        return [row["post"] for row in self.rows]


@dataclass
class Made:
    """A wave that has been made: its plan, those who count, and who is left for the spoilt rows."""

    plan: WavePlan
    clean: Group
    spare: list[Row]
    texts: dict[str, dict[str, list[str]]]


@dataclass
class Series:
    """All waves: each is made once, with the neighbour on which its panel rests before it.

    Attributes:
        questionnaire: What was asked.
        frames: The frames, by the file that `wave.toml` names.
        folder: The folder of the waves.
    """

    questionnaire: Questionnaire
    frames: Mapping[str, Sequence[Row]]
    folder: Path
    _made: dict[str, Made] = field(default_factory=dict)

    def files(self, wave: str) -> dict[str, bytes]:
        """The files of a wave, by name: the responses and the list of the faults planted in them.

        Raises:
            ProjectError: If the plan does not fit the questionnaire.
        """
        made, settings = self._wave(wave), wave_file(self.folder / wave)
        plan = made.plan
        spoilt = faults.posts_of(plan.faults, made.spare)
        extra_draws = Draws(plan.seed, "faults.")
        maker = _Maker(extra_draws, plan, self.questionnaire, wave, self._frame(wave), settings.fieldwork, made.texts)
        extra = maker.group([row for _, row in spoilt], 0, 0, None)
        planted = [fault for fault, _ in spoilt]
        faults.spoil(extra.sheet, planted, self.questionnaire, wave, plan.own_post)
        end = datetime.combine(settings.fieldwork.end, time(10, 20))
        for place, fault in enumerate(planted):
            if faults.lateness(fault):
                extra.started[place] = end + faults.lateness(fault)
            if fault.name == "required_answer_missing":
                extra.partial.add(place)
                extra.seconds[place] //= 3
        files, ids = _files(Draws(plan.seed), plan, self.questionnaire, wave, settings.export, made.clean, extra, planted)
        return files | self._coded(wave, made, ids)

    def _coded(self, wave: str, made: Made, ids: Sequence[str]) -> dict[str, bytes]:
        """The coded rows of each open question that has a codeframe, and the quotes that were released of the first of them."""
        files: dict[str, bytes] = {}
        for question, themes in verbatims(wave, made.plan).items():
            if (self.folder.parent / "codeframes" / f"{question}.toml").is_file():
                answers = sorted((id, text) for id, text in zip(ids, made.clean.sheet[question], strict=True) if text)
                files[f"coded/{question}.csv"] = coding.coded(answers, themes, Draws(made.plan.seed, "coding."), question)
                files.setdefault("quotes.toml", coding.quotes(answers, themes, question))
        return files

    def _frame(self, wave: str) -> Sequence[Row]:
        return self.frames[wave_file(self.folder / wave).population.frame]

    def _wave(self, wave: str) -> Made:
        if wave not in self._made:
            plan, frame = wave_plan(wave, self.questionnaire), self._frame(wave)
            draws, texts = Draws(plan.seed), verbatims(wave, plan)
            other = self._wave(plan.panel.wave).clean if plan.panel else None
            answering, spare = sample.choose_posts(
                draws, frame, plan.sample, set(other.posts) if other else set(), plan.panel.loyalty if plan.panel else 0.0
            )
            maker = _Maker(draws, plan, self.questionnaire, wave, frame, wave_file(self.folder / wave).fieldwork, texts)
            self._made[wave] = Made(plan, maker.group(answering, plan.straight_liners, plan.partial, other), spare, texts)
        return self._made[wave]


@dataclass
class _Maker:
    """Makes groups of respondents of one wave."""

    draws: Draws
    plan: WavePlan
    questionnaire: Questionnaire
    wave: str
    frame: Sequence[Row]
    fieldwork: Fieldwork
    texts: dict[str, dict[str, list[str]]]

    def group(self, rows: list[Row], straight_liners: int, partial: int, other: Group | None) -> Group:
        draws, plan = self.draws, self.plan
        columns = [column for column in _MOODS if column in self.frame[0]]
        traits = Traits()
        traits.add_columns(rows, columns, {column: sorted({row[column] for row in self.frame}) for column in columns})
        traits.add_moods(draws, plan.traits, np.array(sample.organisation_numbers(rows)))
        if other is not None:
            traits.add_before([row["post"] for row in rows], other.traits, other.posts)
        haste = traits["haste"]
        straight = sample.straight_liners(draws, straight_liners, haste)
        patient = np.ones(len(rows), dtype=np.bool_)
        patient[straight] = False
        stopping = places(top(haste, partial, patient))
        room = Room(draws, plan, self.wave, traits, straight, stopping)
        asked = self.questionnaire.asked_in(self.wave)
        room.sheet[plan.own_post] = [row["role"] for row in rows]
        sheet = fill(room, tuple(question for question in asked if question.id != plan.own_post), self.texts)
        open_text = [question.id for question in asked if question.kind == "text"]
        words = [sum(len(sheet[question][place].split()) for question in open_text) for place in range(len(rows))]
        ids = [question.id for question in asked]
        seen = ids.index(plan.partial_from) / len(ids) if plan.partial_from else 1.0
        done = [seen if place in stopping else 1.0 for place in range(len(rows))]
        started = sample.start_times(draws, plan.timing, self.fieldwork.start, self.fieldwork.end, [row["role"] for row in rows])
        return Group(rows, sheet, started, sample.durations(draws, words, done, haste, straight), set(stopping), traits)


def _files(
    draws: Draws,
    plan: WavePlan,
    questionnaire: Questionnaire,
    wave: str,
    names: ExportNames,
    clean: Group,
    extra: Group,
    planted: Sequence[Fault],
) -> tuple[dict[str, bytes], list[str]]:
    """The files of a wave, and the identifiers of those who count, in the order of their group."""
    entries: list[tuple[datetime, Group, int, dict[str, str], Fault | None]] = []
    for group, group_faults in ((clean, [None] * len(clean.rows)), (extra, planted)):
        for place, (cells, fault) in enumerate(zip(export.labelled(group.sheet, questionnaire, wave), group_faults, strict=True)):
            entries.append((group.started[place], group, place, cells, fault))
    entries.sort(key=lambda entry: (entry[0], entry[1].rows[entry[2]]["post"]))
    rows: list[dict[str, str]] = []
    listed: list[dict[str, str]] = []
    known = [""] * len(clean.rows)
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
        if group is clean:
            known[place] = id
        row = {**before, **cells}
        copies = 2 if fault is not None and fault.name == "duplicate_submission" else 1
        rows.extend([row] * copies)
        if fault is not None:
            listed.extend([_listed(row, names, fault)] * copies)
    files = {
        "responses.csv": export.to_csv([*export.metadata_columns(names), *export.headers(questionnaire, wave).values()], rows),
        "planted_faults.csv": export.to_csv(list(listed[0]), listed),
    }
    return files, known


def _listed(row: Mapping[str, str], names: ExportNames, fault: Fault) -> dict[str, str]:
    return {
        "response_id": row[names.respondent],
        "post": row[names.post],
        "fault": fault.name,
        "meaning": fault.meaning,
        "synthetic": "yes",
    }
