"""Rendering a Quarto document to HTML, PDF and DOCX, with Quarto itself or with the renderer embedded here."""

from __future__ import annotations

from barometer.publishing.rendering.rendering import Rendering, choose_renderer, render

__all__ = ["Rendering", "choose_renderer", "render"]
