"""How a barometer begins and goes on: `init` drafts a project from an export, `add_wave` adds the next wave to it."""

from __future__ import annotations
