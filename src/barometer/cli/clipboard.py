"""Puts text on the clipboard with what the machine has: its own command, or the terminal that shows our output.

A terminal takes text for the clipboard of the machine that it runs on with the control sequence OSC 52 (XTerm Control Sequences, "Operating
System Commands"), also over SSH, where the commands of the far machine would reach the wrong clipboard.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

from barometer.errors import UsageError

_SECONDS = 10


def copy(text: str) -> str:
    """Copies a text.

    Returns:
        How it was done, to be told.

    Raises:
        UsageError: If there is no way, or the one that there is fails.
    """
    command = None if _remote(os.environ) else _command(os.environ)
    if command is not None:
        return _by_command(command, text)
    if sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb"):
        sequence = base64.b64encode(text.encode()).decode("ascii")
        sys.stdout.write(f"\x1b]52;c;{sequence}\a")
        sys.stdout.flush()
        return "by the terminal (OSC 52); if it does not paste, this terminal does not allow it"
    raise UsageError(
        "There is no clipboard to copy to.",
        expected="a terminal, or one of the commands pbcopy, clip, wl-copy, xclip or xsel",
        got="output to a file or a program",
        hint="Without --copy the same is printed; --sentence prints the sentence alone.",
    )


def _remote(environment: Mapping[str, str]) -> bool:
    return sys.stdout.isatty() and any(environment.get(name) for name in ("SSH_TTY", "SSH_CONNECTION"))


def _command(environment: Mapping[str, str]) -> list[str] | None:
    """The command that fills the clipboard of this machine, or None."""
    candidates = [
        (sys.platform == "darwin", ["pbcopy"]),
        (sys.platform == "win32" or "WSL_DISTRO_NAME" in environment, ["clip.exe"]),
        ("WAYLAND_DISPLAY" in environment, ["wl-copy"]),
        ("DISPLAY" in environment, ["xclip", "-selection", "clipboard"]),
        ("DISPLAY" in environment, ["xsel", "--clipboard", "--input"]),
    ]
    return next((command for there, command in candidates if there and shutil.which(command[0])), None)


def _by_command(command: list[str], text: str) -> str:
    # clip.exe takes UTF-16; all others take what they are given as UTF-8.
    content = text.encode("utf-16") if command[0] == "clip.exe" else text.encode()
    try:
        # Its output goes nowhere: wl-copy and xclip stay behind to serve the clipboard, and would keep a pipe of ours open.
        done = subprocess.run(command, input=content, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_SECONDS, check=False)
        code = done.returncode
    except (OSError, subprocess.TimeoutExpired) as problem:
        code, reason = -1, str(problem)
    else:
        reason = f"it ended with {code}"
    if code != 0:
        raise UsageError("The text could not be copied.", where=command[0], got=reason, hint="Without --copy the same is printed.")
    return f"with {command[0]}"
