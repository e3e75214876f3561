"""A folder with `barometer.toml` as an object: its questionnaire, its frame and its waves."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from barometer.errors import ProjectError, UsageError, did_you_mean
from barometer.project.hashes import sha256_of_files
from barometer.project.settings import (
    AMENDMENTS_FILE,
    CODED_FOLDER,
    CODEFRAMES_FOLDER,
    OVERRIDES_FILE,
    PLAN_FILE,
    PROJECT_FILE,
    PUBLISHED_FOLDER,
    QUESTIONNAIRE_FILE,
    QUOTES_FILE,
    RULES_FILE,
    WAVES_FOLDER,
    Plan,
    ProjectSettings,
    WaveSettings,
    load_plan,
    load_project,
    load_wave,
    of_wave,
)
from barometer.questionnaire import Questionnaire, load

if TYPE_CHECKING:
    import polars as pl

    from barometer.estimation import Estimates
    from barometer.project.wave import Wave

# A report opens its project in its first cell: the wave that the run has already computed is found here by the hash of its inputs.
_COMPUTED: dict[tuple[Path, str, str], Wave] = {}
_KEPT = 16


def open(folder: str | Path = ".") -> Survey:
    """The barometer project in a folder, or in the nearest folder above it.

    Args:
        folder: A folder with `barometer.toml`, or one within such a folder.

    Returns:
        The survey. Nothing but `barometer.toml` is read yet.

    Raises:
        ProjectError: If there is no `barometer.toml`, or it is broken.
    """
    start = Path(folder).resolve()
    for candidate in (start, *start.parents):
        if (candidate / PROJECT_FILE).is_file():
            return Survey(candidate, load_project(candidate / PROJECT_FILE))
    raise ProjectError(
        "This is not a barometer project.",
        file=start,
        expected=f"a folder with {PROJECT_FILE}, or a folder within one",
        got="no such folder" if not start.exists() else f"no {PROJECT_FILE} here or above",
        hint="Give the folder with --project.",
    )


def _of_wave(pin: str, wave: str, not_asked: set[str]) -> bool:
    """Whether a pin may name a finding of a wave: it is not that of another wave, nor of a question that this one did not ask."""
    of, _, key = pin.rpartition("/")
    return of in ("", wave) and key.partition(".")[0] not in not_asked


class Survey:
    """A barometer project.

    Attributes:
        folder: The folder with `barometer.toml`.
        settings: What `barometer.toml` says.
    """

    def __init__(self, folder: Path, settings: ProjectSettings) -> None:
        self.folder = folder
        self.settings = settings
        self._written = settings
        self._whole = self
        self._wave: str | None = None
        self._known: dict[str, Wave] = {}

    def as_of(self, wave: str, own: WaveSettings) -> Survey:
        """The survey as it was for one wave: populations, their frames and the levels of breaks may differ from wave to wave.

        `wave.survey` is this, so that whoever works on a wave meets its population and no other.

        Args:
            wave: The wave's id.
            own: What its `wave.toml` says.
        """
        survey = Survey(self.folder, of_wave(self._written, wave, own))
        survey._written, survey._whole, survey._wave = self._written, self._whole, wave
        return survey

    def __repr__(self) -> str:
        return f"Survey({self.settings.title!r}, waves: {', '.join(self.waves)})"

    @cached_property
    def questionnaire(self) -> Questionnaire:
        """What was asked, over all waves.

        Raises:
            QuestionnaireError: If `data/questionnaire.toml` is broken, contradicts itself or names a wave that the project does not.
        """
        from barometer.errors import QuestionnaireError

        if self._whole is not self:
            return self._whole.questionnaire
        path = self.folder / QUESTIONNAIRE_FILE
        questionnaire = load(path)
        for wave in sorted(questionnaire.waves() - set(self.settings.waves)):
            raise QuestionnaireError(
                "The questionnaire names a wave that the project does not have.",
                file=path,
                expected="one of " + ", ".join(self.settings.waves) + f" (key 'waves' in {PROJECT_FILE})",
                got=wave,
                hint=did_you_mean(wave, self.settings.waves),
            )
        return questionnaire

    @cached_property
    def plan(self) -> Plan:
        """What is computed: `analysis/plan.toml`; of a wave's own survey, what is computed for that wave."""
        plan, wave = load_plan(self.folder / PLAN_FILE, self._written), self._wave
        if wave is None:
            return plan
        not_asked = {question.id for question in self.questionnaire if not question.asked_in(wave)}
        return plan.model_copy(
            update={
                "breaks": tuple(name for name in plan.breaks if name in self.settings.breaks),
                "messages": tuple(message for message in plan.messages if message.waves is None or wave in message.waves),
                "pins": tuple(pin for pin in plan.pins if _of_wave(pin, wave, not_asked)),
            }
        )

    @cached_property
    def frame(self) -> pl.DataFrame | None:
        """The population, one row a member; None where the project has no frame."""
        from barometer.project.population import read_frame

        population = self.settings.population
        if population.frame is None:
            return None
        return read_frame(self.folder / population.frame, population, self.settings.breaks)

    @property
    def population_size(self) -> int | None:
        """The number of members of the population; None where it is taken as very large."""
        return self.frame.height if self.frame is not None else self.settings.population.size

    @cached_property
    def waves(self) -> tuple[str, ...]:
        """The waves that have data (a folder with `wave.toml`), oldest first.

        Raises:
            ProjectError: If a folder of a wave is not named in `barometer.toml`.
        """
        found = {path.parent.name for path in (self.folder / WAVES_FOLDER).glob("*/wave.toml")}
        for wave in sorted(found - set(self.settings.waves)):
            raise ProjectError(
                "A folder holds a wave that the project does not name.",
                file=self.folder / WAVES_FOLDER / wave,
                expected="one of " + ", ".join(self.settings.waves),
                got=wave,
                hint=f"Add it to 'waves' in {PROJECT_FILE}.",
            )
        return tuple(wave for wave in self.settings.waves if wave in found)

    def wave_id(self, wave: str | None = None) -> str:
        """The wave's id; the latest wave with data if none is given.

        Raises:
            UsageError: If there is no such wave, or it has no data.
        """
        if not self.waves:
            raise ProjectError("The project has no wave with data.", file=self.folder / WAVES_FOLDER, expected="a folder with wave.toml")
        if wave is None:
            return self.waves[-1]
        if wave in self.waves:
            return wave
        named = wave in self.settings.waves
        raise UsageError(
            "The wave has no data yet." if named else "There is no such wave.",
            where=f"folder {WAVES_FOLDER}/{wave}" if named else None,
            expected="a folder with wave.toml and responses" if named else "one of " + ", ".join(self.waves),
            got=wave,
            hint=None if named else did_you_mean(wave, self.waves),
        )

    def wave(self, wave: str | None = None) -> Wave:
        """One wave: read, validated and ready for estimates.

        A survey gives the same object each time; open the project anew to see what has changed on the disk. The same inputs give the
        same object within a process.

        Args:
            wave: Its id, such as "2016-spring"; left out, the latest with data.

        Raises:
            UsageError: If there is no such wave.
            ProjectError: If its `wave.toml` is broken.
        """
        id = self.wave_id(wave)
        if id not in self._known:
            self._known[id] = self._computed(id)
        return self._known[id]

    def _computed(self, id: str) -> Wave:
        from barometer.project.wave import Wave

        inputs = sha256_of_files(self.folder, self.input_files(id))
        key = (self.folder, id, "".join(inputs.values()))
        if key not in _COMPUTED:
            settings = load_wave(self.wave_folder(id) / "wave.toml")
            while len(_COMPUTED) >= _KEPT:
                _COMPUTED.pop(next(iter(_COMPUTED)))
            _COMPUTED[key] = Wave(self.as_of(id, settings), id, settings, inputs)
        return _COMPUTED[key]

    def previous(self, question: str, wave: str) -> str | None:
        """The latest earlier wave with data whose answers to a question may be compared with this wave's, or None."""
        order = self.settings.waves
        earlier = [other for other in self.waves if order.index(other) < order.index(wave)]
        comparable = [other for other in earlier if self.questionnaire.comparable(question, other, wave, order) is None]
        return comparable[-1] if comparable else None

    def change(self, question: str, *, first: str | None = None, second: str | None = None, by: str | None = None) -> Estimates:
        """How much each figure of a question changed between two waves that may share respondents.

        Args:
            question: Its id.
            first: The earlier wave; left out, the latest one before `second` that is comparable.
            second: The later wave; left out, the latest with data.
            by: A break of `barometer.toml`.

        Returns:
            The estimates of `barometer.change`: differences (proportions for shares), `points`, intervals, `p_value`, `word`. Posts that
            answered both times are matched where there is a frame, respondents elsewhere.

        Raises:
            UsageError: If the two waves may not be compared; the message says why.
        """
        from barometer.project.changing import change_between

        later = self.wave_id(second)
        earlier = self.wave_id(first) if first is not None else self.previous(question, later)
        if earlier is None:
            raise UsageError(
                "No earlier wave with data can be compared.",
                where=f"question '{question}', wave {later}",
                expected="an earlier wave that asked the same in the same words",
                got="waves with data: " + ", ".join(self.waves),
            )
        reason = self.questionnaire.comparable(question, earlier, later, self.settings.waves)
        if reason is not None:
            raise UsageError("The two waves may not be compared.", where=f"question '{question}', {earlier} and {later}", got=reason)
        return change_between(self.wave(earlier), self.wave(later), question, by)

    def trend(
        self, question: str, *, item: str | None = None, option: str | None = None, by: str | None = None, until: str | None = None
    ) -> Estimates:
        """Every figure of a question in every wave with data, oldest first, as each wave published it.

        See `barometer.project.trends.trend`. What a wave did not ask is missing, never zero; `segment` and `broken` say where the
        series breaks.

        Args:
            question: Its id.
            item: One item; left out, all.
            option: One option or net; left out, all, and the mean. "" for the mean alone.
            by: A break of `barometer.toml`; left out, everybody.
            until: The last wave; left out, the latest with data.
        """
        from barometer.project.trends import trend

        return trend(self, question, item=item, option=option, by=by, until=until)

    def wave_folder(self, wave: str) -> Path:
        """The folder with a wave's `wave.toml` and responses."""
        return self.folder / WAVES_FOLDER / wave

    def input_files(self, wave: str) -> list[Path]:
        """Every file that a wave's figures depend on, as far as they exist."""
        from barometer.intake.companions import companions

        files = [self.folder / name for name in (PROJECT_FILE, QUESTIONNAIRE_FILE, PLAN_FILE, RULES_FILE)]
        files += [*sorted((self.folder / "analysis").glob("*.py")), self.folder / OVERRIDES_FILE]
        files += [path for name in (PUBLISHED_FOLDER, CODEFRAMES_FOLDER) for path in sorted((self.folder / name).glob("*.toml"))]
        population = self._written.population
        named = [population.successors]
        # Earlier waves too: findings compare with them.
        order = self.settings.waves
        for other in (other for other in self.waves if order.index(other) <= order.index(wave)):
            folder, own = self.wave_folder(other), load_wave(self.wave_folder(other) / "wave.toml")
            files += [folder / "wave.toml", folder / own.responses, folder / AMENDMENTS_FILE]
            files += companions(folder / own.responses, own.export, folder)
            if other == wave:
                files += [folder / QUOTES_FILE, *sorted((folder / CODED_FOLDER).glob("*.csv"))]
            named.append(own.population.frame or (None if own.population.size else population.frame))
        files += [self.folder / name for name in dict.fromkeys(named) if name is not None]
        return [path for path in files if path.is_file()]

    def build_folder(self, wave: str) -> Path:
        """Where the publication of a wave goes."""
        return self.folder / "build" / wave

    def checks_folder(self, wave: str) -> Path:
        """Where the results of validation go. They name respondents: never part of the publication."""
        return self.folder / "checks" / wave
