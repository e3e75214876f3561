"""Rendering a Quarto document to HTML, PDF and DOCX, with Quarto itself or with the renderer embedded here."""

from __future__ import annotations

from barometer.publishing.rendering.plainpage import write_page
from barometer.publishing.rendering.rendering import Document, Rendering, choose_renderer, render, render_documents
from barometer.publishing.rendering.site import bar_pages
from barometer.publishing.rendering.source import parameters_of

__all__ = ["Document", "Rendering", "bar_pages", "choose_renderer", "parameters_of", "render", "render_documents", "write_page"]
