"""`barometer waves`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from barometer.cli.options import echo_json, json_option, project_option

if TYPE_CHECKING:
    from barometer.project.survey import Survey


@click.command("waves")
@project_option
@json_option
def command(project: str, as_json: bool) -> None:
    """List the waves of the project, oldest first: fieldwork, whether there are data, and whether it is published."""
    from barometer.project.survey import open

    survey = open(project)
    waves = [_described(survey, wave) for wave in survey.settings.waves]
    if as_json:
        echo_json(waves)
        return
    width = max(len(wave["wave"]) for wave in waves)
    for wave in waves:
        click.echo(f"{wave['wave']:<{width}}  {wave['fieldwork'] or '-':<28}  {_state(wave)}")


def _described(survey: Survey, wave: str) -> dict[str, Any]:
    from barometer.cli.reading import published_manifest
    from barometer.project.settings import load_wave

    described: dict[str, Any] = {
        "wave": wave,
        "title": None,
        "fieldwork": None,
        "data": wave in survey.waves,
        "published": False,
        "rows": None,
    }
    if described["data"]:
        settings = load_wave(survey.wave_folder(wave) / "wave.toml")
        described |= {"title": settings.title, "fieldwork": settings.fieldwork.text}
    build = survey.build_folder(wave)
    if (build / "manifest.json").is_file():
        described |= {"published": True, "rows": published_manifest(build)["rows"]}
    return described


def _state(wave: dict[str, Any]) -> str:
    if not wave["data"]:
        return "no data"
    if not wave["published"]:
        return f"not published yet: barometer run {wave['wave']}"
    return f"published, {wave['rows']['accepted']} responses"
