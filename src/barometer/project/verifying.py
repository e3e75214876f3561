"""Proof that a publication is what its inputs give: cheap checks of hashes first, then everything made anew and compared byte for byte."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from barometer.errors import BarometerError, ProjectError
from barometer.project.verifying_files import first_difference
from barometer.publishing.environment import environment
from barometer.publishing.publication import MANIFEST

if TYPE_CHECKING:
    from barometer.project.survey import Survey

_HEX = set("0123456789abcdef")


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the manifest or a new run says."""

    kind: str
    """`file` (of the publication), `input`, `source` (of the report), `environment` or `result` (of the new run)."""
    name: str
    """The file, package or setting."""
    what: str
    """What is the matter, in a few words."""
    expected: str = ""
    got: str = ""
    detail: str = ""
    """Where in the file: a line, a member of an archive, a place."""


@dataclass(frozen=True)
class Verification:
    """What a verification found.

    Attributes:
        folder: The publication.
        wave: Its wave.
        differences: All of them; none, if the publication is what its inputs give.
        counted: How many files, inputs, sources and packages were looked at.
        recomputed: How many files were made anew and compared; 0 after a quick look at hashes.
    """

    folder: Path
    wave: str
    differences: tuple[Difference, ...]
    counted: Mapping[str, int] = field(default_factory=dict)
    recomputed: int = 0

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def read_publication(folder: Path) -> dict[str, Any]:
    """The manifest of a publication.

    Raises:
        ProjectError: If the folder is none, or its manifest is missing or broken.
    """
    path = folder / MANIFEST
    if not folder.is_dir():
        raise ProjectError(
            "There is no such publication.", file=folder, expected="a folder such as build/2016-spring", hint="barometer run"
        )
    if not path.is_file():
        raise ProjectError("The folder is no publication: it has no manifest.", file=folder, expected=f"a file {MANIFEST}")
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError as problem:
        raise ProjectError("The manifest cannot be read.", file=path, expected="JSON", got=str(problem)) from None
    if not isinstance(manifest, dict):
        raise ProjectError("The manifest is broken.", file=path, expected="a mapping", got=type(manifest).__name__)
    for key in ("inputs", "sources", "outputs"):
        found = manifest.get(key)
        if not isinstance(found, dict) or not all(isinstance(one, str) and len(one) == 64 and set(one) <= _HEX for one in found.values()):
            raise ProjectError("The manifest is broken.", file=path, where=f"key '{key}'", expected="SHA-256 by file name")
    wave, parameters, made = manifest.get("wave"), manifest.get("parameters"), manifest.get("environment")
    formats = parameters.get("to") if isinstance(parameters, dict) else None
    if not (isinstance(wave, str) and isinstance(formats, list) and isinstance(made, dict) and isinstance(made.get("packages"), dict)):
        raise ProjectError("The manifest is broken.", file=path, expected="the keys wave, parameters and environment of a publication")
    return manifest


def verify(survey: Survey, folder: Path, *, quick: bool = False, progress: Callable[[str], None] | None = None) -> Verification:
    """Compares a publication with its manifest, with the project as it is now, and with a run made anew.

    Args:
        survey: The project that it was made from.
        folder: The publication, such as `build/2016-spring`.
        quick: Whether hashes alone are compared: files with the manifest, inputs and report sources with the manifest.
        progress: Told in a few words what is being done.

    Returns:
        Every difference: files that are missing, too many or changed; inputs, sources and packages that differ from those on record; and
        files that are not, byte for byte, what a new run gives. The new run goes into a temporary folder and takes no frozen results.

    Raises:
        ProjectError: If the folder is no publication, or its manifest is broken.
    """
    tell = progress or (lambda _: None)
    manifest = read_publication(folder)
    tell("comparing hashes")
    differences = _files(folder, manifest["outputs"])
    differences += _sources(survey, manifest)
    differences += _environment(manifest["environment"])
    counted = {
        "file": len(manifest["outputs"]),
        "input": len(manifest["inputs"]),
        "source": len(manifest["sources"]),
        "environment": len(manifest["environment"]["packages"]) + 2,
    }
    recomputed = 0
    if not quick:
        tell("making everything anew")
        found, recomputed = _recomputed(survey, folder, manifest, tell)
        differences += found
    return Verification(folder, manifest["wave"], tuple(differences), counted, recomputed)


def _files(folder: Path, recorded: Mapping[str, str]) -> list[Difference]:
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    differences = [Difference("file", name, "missing from the publication") for name in sorted(recorded.keys() - found.keys())]
    differences += [Difference("file", name, "not part of the publication") for name in sorted(found.keys() - recorded.keys() - {MANIFEST})]
    for name in sorted(recorded.keys() & found.keys()):
        hash_ = hashlib.sha256(found[name].read_bytes()).hexdigest()
        if hash_ != recorded[name]:
            differences.append(Difference("file", name, "changed since it was published", recorded[name], hash_))
    return differences


def _sources(survey: Survey, manifest: Mapping[str, Any]) -> list[Difference]:
    from barometer.project.freezing import report_sources
    from barometer.project.hashes import sha256_of_files

    try:
        inputs = sha256_of_files(survey.folder, survey.input_files(manifest["wave"]))
    except BarometerError as problem:
        return [Difference("input", manifest["wave"], problem.what, got=problem.got or "")]
    sources = sha256_of_files(survey.folder, report_sources(survey.folder))
    return [
        *_hashes("input", manifest["inputs"], inputs),
        *_hashes("source", manifest["sources"], sources),
    ]


def _hashes(kind: str, recorded: Mapping[str, str], now: Mapping[str, str]) -> list[Difference]:
    differences = [Difference(kind, name, "no longer there") for name in sorted(recorded.keys() - now.keys())]
    differences += [Difference(kind, name, "new since the publication") for name in sorted(now.keys() - recorded.keys())]
    return differences + [
        Difference(kind, name, "changed since the publication", recorded[name], now[name])
        for name in sorted(recorded.keys() & now.keys())
        if recorded[name] != now[name]
    ]


def _environment(recorded: Mapping[str, Any]) -> list[Difference]:
    now = environment()
    before = {"barometer": recorded.get("barometer"), "python": recorded.get("python"), **recorded["packages"]}
    after = {"barometer": now["barometer"], "python": now["python"], **now["packages"]}
    return [
        Difference("environment", name, "another version", str(before.get(name, "none")), str(after.get(name, "none")))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _recomputed(survey: Survey, folder: Path, manifest: Mapping[str, Any], tell: Callable[[str], None]) -> tuple[list[Difference], int]:
    from barometer.project.run import Told, run

    with tempfile.TemporaryDirectory(prefix="barometer-verify-") as name:
        target = Path(name) / "build" / manifest["wave"]
        renderer = "quarto" if str(manifest.get("renderer", "")).startswith("quarto") else "embedded"
        by = manifest["parameters"].get("by")
        try:
            wave = survey.wave(manifest["wave"])
            run(wave, to=manifest["parameters"]["to"], renderer=renderer, freeze=False, into=target, by=by, progress=Told(tell))
        except BarometerError as problem:
            said = "; ".join([problem.what, *(f"{name} {text}" for name, text in problem.parts().items())])
            return [Difference("result", manifest["wave"], "cannot be made anew", detail=said)], 0
        return _compared(folder, target)


def _compared(folder: Path, target: Path) -> tuple[list[Difference], int]:
    ours = {path.relative_to(target).as_posix(): path for path in target.rglob("*") if path.is_file()}
    theirs = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    differences = [Difference("result", name, "made by a new run alone") for name in sorted(ours.keys() - theirs.keys())]
    differences += [Difference("result", name, "not made by a new run") for name in sorted(theirs.keys() - ours.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        published, anew = theirs[name].read_bytes(), ours[name].read_bytes()
        if published != anew:
            detail = first_difference(name, published, anew)
            hashes = hashlib.sha256(anew).hexdigest(), hashlib.sha256(published).hexdigest()
            differences.append(Difference("result", name, "not what the inputs give", *hashes, detail))
    return differences, len(ours)
