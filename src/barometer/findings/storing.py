"""Findings as a sequence and as a file: read lazily, so that one sentence is printed without checking hundreds of entries.

Nothing here imports pydantic until a `Finding` itself is asked for; `Findings.entry` and `Findings.say` do without it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from barometer.errors import ProjectError, UsageError, did_you_mean

if TYPE_CHECKING:
    from barometer.findings.model import Finding, Withheld

SCHEMA_VERSION = "1.0"
Entry = Mapping[str, Any]


class Findings(Sequence["Finding"]):
    """The findings of a wave, in the order of the questionnaire, and what is withheld. It cannot be changed.

    Args:
        findings: Findings, or entries of a file that become findings when they are asked for.
        withheld: Markers of figures that are not published.
    """

    def __init__(self, findings: Iterable[Finding | Entry], withheld: Iterable[Withheld | Entry] = ()) -> None:
        self._held: list[Finding | Entry] = list(findings)
        self._withheld = tuple(withheld)
        self._places: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self._held)

    @overload
    def __getitem__(self, place: int) -> Finding: ...
    @overload
    def __getitem__(self, place: slice) -> Findings: ...
    def __getitem__(self, place: int | slice) -> Finding | Findings:
        if isinstance(place, slice):
            return Findings(self._held[place], self._withheld)
        held = self._held[place]
        if isinstance(held, Mapping):
            held = self._held[place] = _finding(held)
        return held

    def __iter__(self) -> Iterator[Finding]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Findings) and list(self) == list(other) and self.withheld == other.withheld

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Findings: {len(self)} published, {len(self._withheld)} withheld"

    @property
    def ids(self) -> list[str]:
        """The ids, in order."""
        return [field(held, "id") for held in self._held]

    def entries(self) -> list[Entry]:
        """The findings as JSON holds them; those that came from a file are not made into findings for it."""
        return [held if isinstance(held, Mapping) else held.model_dump(mode="json") for held in self._held]

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """What is not published, and why."""
        from barometer.findings.model import Withheld

        return tuple(Withheld.model_validate(held) if isinstance(held, Mapping) else held for held in self._withheld)

    def place(self, id: str) -> int:
        """Where a finding stands.

        Args:
            id: With the wave ("2016-spring/contracting.alliance_contract") or without.

        Raises:
            UsageError: If there is no such finding, or it is withheld; the message says which, and names the nearest ids.
        """
        if self._places is None:
            ids = self.ids
            self._places = {known.split("/", 1)[-1]: place for place, known in enumerate(ids)} | {
                known: place for place, known in enumerate(ids)
            }
        if id in self._places:
            return self._places[id]
        for held in self._withheld:
            if id in (field(held, "id"), field(held, "id").split("/", 1)[-1]):
                raise UsageError("The figure is not published.", where=f"finding '{id}'", got=field(held, "reason"))
        near = did_you_mean(id, [known for known in self._places if ("/" in known) == ("/" in id)])
        raise UsageError(
            "There is no such finding.", got=id, hint=near or "'barometer findings --search WORDS' lists findings by their words."
        )

    def find(self, id: str) -> Finding:
        """The finding with this id, with or without the wave; errors as for `place`."""
        return self[self.place(id)]

    def entry(self, id: str) -> dict[str, Any]:
        """The finding with this id as plain data, as it stands in the file; errors as for `place`. Fast: nothing is checked again."""
        held = self._held[self.place(id)]
        return dict(held) if isinstance(held, Mapping) else held.model_dump(mode="json")

    def say(self, id: str, style: str = "hsj", voice: str = "sample") -> str:
        """The sentence of a finding, fast; errors as for `place` and `Finding.sentence`."""
        from barometer.findings.styles import check_voice, style_named

        entry = self.entry(id)
        sentences = entry["voices"][style_named(style).id]
        if check_voice(voice) not in sentences:
            raise UsageError("The figure says nothing of the population: it has no interval.", where=f"finding '{entry['id']}'")
        return str(sentences[voice])

    def held(self) -> list[Finding | Entry]:
        """The findings as they are held: checked ones as `Finding`, others as entries."""
        return list(self._held)


def field(held: Any, name: str) -> Any:
    """A field of a finding, or of an entry that has not become one."""
    return held[name] if isinstance(held, Mapping) else getattr(held, name)


def _finding(entry: Entry) -> Finding:
    from pydantic import ValidationError

    from barometer.findings.model import Finding

    try:
        return Finding.model_validate_json(json.dumps(entry))
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        raise ProjectError(
            "A finding does not fit the schema.",
            where=f"finding '{entry.get('id')}', " + ".".join(map(str, first["loc"])),
            expected=first["msg"],
            hint="Run 'barometer run' again: the file was changed or made by another version.",
        ) from None


def find(findings: Iterable[Finding], id: str) -> Finding:
    """The finding with this id, with or without the wave.

    Raises:
        UsageError: If there is none, or the figure is withheld; the message says which, and names the nearest ids.
    """
    return (findings if isinstance(findings, Findings) else Findings(findings)).find(id)


def load_findings(path: str | Path) -> Findings:
    """The findings in a file. Entries are checked when they are asked for.

    Raises:
        ProjectError: If the file is missing, is not JSON, or has another schema version.
    """
    path = Path(path)
    try:
        tables = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectError("There are no findings yet.", file=path, hint="'barometer run' makes them.") from None
    except (OSError, UnicodeDecodeError):
        raise ProjectError("The file of findings cannot be read.", file=path, expected="a JSON file in UTF-8") from None
    except json.JSONDecodeError as problem:
        raise ProjectError(
            "The file of findings is not JSON.", file=path, where=f"line {problem.lineno}", hint="'barometer run' makes it anew."
        ) from None
    version = tables.get("schema_version") if isinstance(tables, dict) else None
    if version != SCHEMA_VERSION or not isinstance(tables.get("findings"), list):
        raise ProjectError(
            "The file of findings has another schema.",
            file=path,
            expected=f"schema_version {SCHEMA_VERSION}",
            got=str(version),
            hint="'barometer run' makes it anew.",
        )
    return Findings(tables["findings"], tables.get("withheld", []))


def dump_findings(findings: Iterable[Finding], path: str | Path) -> Path:
    """Write findings as JSON: the same findings give the same bytes. The file is moved into place when it is complete.

    Returns:
        The path.

    Raises:
        ProjectError: If the folder cannot be written to.
    """
    path = Path(path)
    pool = findings if isinstance(findings, Findings) else Findings(findings)
    tables = {
        "schema_version": SCHEMA_VERSION,
        "findings": pool.entries(),
        "withheld": [held.model_dump(mode="json") for held in pool.withheld],
    }
    text = json.dumps(tables, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return write_whole(path, text, "The findings cannot be written.")


def write_whole(path: Path, text: str, complaint: str) -> Path:
    """Writes a text and moves it into place when it is complete, so that nobody meets half a file.

    Returns:
        The path.

    Raises:
        ProjectError: If the folder cannot be written to; it says the complaint.
    """
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        part = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        part.chmod(0o644)
        part.replace(path)
    except OSError as problem:
        if part is not None:
            with suppress(OSError):
                part.unlink()
        raise ProjectError(complaint, file=path, got=problem.strerror, hint="Check the folder.") from None
    return path
