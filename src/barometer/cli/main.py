"""The door: the commands, and what becomes of an error."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from barometer._version import __version__
from barometer.cli.hurry import hurry

#: Commands in the order in which a survey team meets them, each with the module that holds it: only the one that is called is imported.
COMMANDS = {
    "init": ("barometer.cli.init", "Begin a barometer: draft a project from an export, or make an example."),
    "add-wave": ("barometer.cli.add_wave", "Add an export as the next wave of the project."),
    "run": ("barometer.cli.run", "Publish a wave: validate, estimate, word, and render the report."),
    "verify": ("barometer.cli.verify", "Prove that a publication is what its inputs give, or say what differs."),
    "check": ("barometer.cli.check", "Check the responses of a wave and say what is wrong with them."),
    "tables": ("barometer.cli.tables", "Show a question's figures, for everybody and by break."),
    "findings": ("barometer.cli.findings", "List or search the findings of a published wave."),
    "finding": ("barometer.cli.finding", "Print one finding: sentence, base, wording, caveats."),
    "themes": ("barometer.cli.themes", "Show what coded open answers speak of, and released quotes."),
    "waves": ("barometer.cli.waves", "List the waves of the project."),
}
INTERRUPTED = 130


class Commands(click.Group):
    """A group whose commands are imported when they are called, so that help and short answers come at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name][0]), "command")  # noqa: B009 - the attribute's type is not known
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in the help, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; an unknown one gets a hint."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from barometer.errors import UsageError, did_you_mean

            raise UsageError("There is no such command.", expected=", ".join(COMMANDS), got=args[0], hint=did_you_mean(args[0], COMMANDS))
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="barometer")
def cli() -> None:
    """Barometer turns the answers of a leadership survey into a published report.

    Start in a folder with barometer.toml, or name it with --project. WAVE is always optional: left out, it is the latest wave with data.

    \b
    barometer run                        publish the latest wave into build/
    barometer findings --search ACS      what was found about accountable care systems
    barometer finding ID                 one figure, ready to print

    \b
    Exit codes: 0 done; 1 the data are not fit to publish; 2 wrong usage or a broken project file;
    3 something could not be evaluated; 130 interrupted.
    """


def main() -> None:
    """Runs the command line and leaves with its exit code."""
    hurry()
    status = _status()
    # An interrupt inside code that is run from text leaves a mark by which Python would end itself with a signal instead of our code;
    # running any other text takes the mark away (CPython, pythonrun.c: run_eval_code_obj).
    exec("")
    sys.exit(status)


def _status() -> int:
    from barometer.errors import BarometerError

    try:
        left_with = cli(standalone_mode=False)  # the code of a command that said it with `Context.exit`
    except BarometerError as problem:
        _complain(problem.what, problem.parts())
        return problem.exit_code
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _interrupted()
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain about it at its end.
        sys.stderr.close()
        return 0
    except Exception as problem:
        # Python wraps an interrupt that meets the making of a class into an error of its own.
        if _from_interrupt(problem):
            return _interrupted()
        raise
    return left_with if isinstance(left_with, int) else 0


def _interrupted() -> int:
    _complain("Interrupted. The last publication is as it was.", {})
    return INTERRUPTED


def _from_interrupt(problem: BaseException | None) -> bool:
    while problem is not None:
        if isinstance(problem, KeyboardInterrupt):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def _complain(what: str, parts: dict[str, str]) -> None:
    click.secho(f"Error: {what}", err=True, fg="red" if sys.stderr.isatty() else None)
    width = max((len(name) for name in parts), default=0)
    for name, text in parts.items():
        first, *rest = text.splitlines()
        click.echo(f"  {name:<{width}}  {first}", err=True)
        for line in rest:
            click.echo(f"  {'':<{width}}  {line.strip()}", err=True)


if __name__ == "__main__":
    main()
