"""Rendering a Quarto document to HTML, PDF and DOCX, with Quarto itself or with the renderer embedded here."""

from __future__ import annotations

from barometer.publishing.rendering.plainpage import write_page
from barometer.publishing.rendering.rendering import Document, Rendering, choose_renderer, render, render_documents

__all__ = ["Document", "Rendering", "choose_renderer", "render", "render_documents", "write_page"]
