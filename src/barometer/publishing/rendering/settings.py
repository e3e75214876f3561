"""The YAML of a document: front matter, `_quarto.yml`, `_variables.yml`, and what they come to for one format.

Keys are read as Quarto 1.10 documents them (quarto.org/docs/reference). A key that the embedded renderer cannot honour is refused
by name when it changes what a reader is told, and reported as a note when it only changes looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from barometer.errors import RenderError

FORMATS = ("html", "pdf", "docx")

Tree = dict[str, Any]

# Keys that change what the document says or how it is made, and that the embedded renderer does not know.
REFUSED = {
    "about", "bibliography", "brand-mode", "cap-location", "citation", "citeproc", "code-annotations", "code-links", "comments",
    "copyright", "crossref", "csl", "default-image-extension", "fig-cap-location", "filters", "from", "funding", "header-includes",
    "include-after-body", "include-before-body", "include-in-header", "ipynb-filters", "knitr", "license", "lightbox", "listing",
    "lof", "lot", "metadata-files", "nocite", "number-offset", "references", "server", "shift-heading-level-by", "shortcodes",
    "tbl-cap-location", "template", "template-partials",
}  # fmt: skip

# Keys that only change looks or behaviour on screen: the embedded renderer has its own.
LOOKS = {
    "anchor-sections", "backgroundcolor", "brand", "code-copy", "code-overflow", "code-tools", "css", "date-format", "fig-align",
    "fig-dpi", "fig-format", "fontcolor", "fontsize", "grid", "highlight-style", "html-math-method", "keep-md", "keep-typ",
    "linestretch", "link-external-icon", "link-external-newwindow", "linkcolor", "logo", "mainfont", "margin", "max-width", "minimal",
    "monofont", "page-layout", "papersize", "reference-doc", "respect-user-color-scheme", "section-numbering", "smooth-scroll",
    "theme", "title-block-banner", "title-block-style", "toc-expand", "toc-indent", "toc-location",
}  # fmt: skip

EXECUTE_KEYS = {"echo", "output", "warning", "error", "include", "eval", "enabled", "freeze", "cache", "daemon", "debug"}


def _as_quarto(loader: Any) -> Any:
    """A loader of YAML 1.2 scalars as Quarto reads them: only true and false are booleans, and a date stays the text that was written."""
    made: Any = type("Loader", (loader,), {})
    made.yaml_implicit_resolvers = {
        first: [(tag, rule) for tag, rule in rules if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"}]
        for first, rules in loader.yaml_implicit_resolvers.items()
    }
    made.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
    return made


_LOADER = _as_quarto(yaml.SafeLoader)
# In C, where PyYAML was built with it: ten times as fast.
_FAST_LOADER = _as_quarto(getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _loaded(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_FAST_LOADER)
    except yaml.YAMLError:
        return yaml.load(text, Loader=_LOADER)  # which words its errors alike on every machine


def read_yaml(text: str, file: Path, first_line: int = 1, what: str = "The YAML") -> Tree:
    r"""Read a YAML mapping.

    Args:
        text: The YAML.
        file: The file that holds it, named in errors.
        first_line: The line of the file on which `text` begins.
        what: What the YAML is, as the subject of an error sentence.

    Returns:
        The mapping; empty for empty text.

    Raises:
        RenderError: The text is not YAML, or not a mapping.

    Example:
        >>> read_yaml("echo: false\nanswer: no\ndate: 2031-03-09", Path("a.qmd"))
        {'echo': False, 'answer': 'no', 'date': '2031-03-09'}
    """
    try:
        value = _loaded(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + (mark.line if mark is not None else 0)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise RenderError(
            f"{what} is broken: {problem}.", file=file, where=f"line {line}", hint="Quote text that holds a colon."
        ) from error
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RenderError(
            f"{what} is not a mapping.", file=file, where=f"line {first_line}", expected="key: value", got=type(value).__name__
        )
    return {str(key): item for key, item in value.items()}


def merge(*trees: Mapping[str, Any]) -> Tree:
    """Merge mappings, later over earlier, mapping by mapping; a list or a scalar replaces what was there.

    Example:
        >>> merge({"execute": {"echo": True, "warning": False}}, {"execute": {"echo": False}})
        {'execute': {'echo': False, 'warning': False}}
    """
    merged: Tree = {}
    for tree in trees:
        for key, value in tree.items():
            if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
                merged[key] = merge(merged[key], value)
            else:
                merged[key] = merge(value) if isinstance(value, Mapping) else value
    return merged


def walk(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """All leaves of a tree with their paths."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from walk(value, (*path, str(key)))
    elif isinstance(tree, list):
        for place, value in enumerate(tree, 1):
            yield from walk(value, (*path, str(place)))
    else:
        yield path, tree


@dataclass(frozen=True)
class Settings:
    """What the YAML of a document says, before a format is chosen."""

    file: Path
    """The document."""
    root: Path
    """The folder of `_quarto.yml`, or of the document."""
    meta: Tree
    """Project, document and caller, merged; `format` still inside."""
    variables: Tree
    """`_variables.yml`."""
    site: Tree = field(default_factory=dict)
    """`website` of `_quarto.yml`, for a project of that type."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each top-level key of the front matter."""
    page: str = ""
    """The file name of the page that is made of the document, where it is known."""

    def where(self, key: str) -> str:
        """Where a key stands, for an error."""
        return f"line {self.lines[key]}, key '{key}'" if key in self.lines else f"key '{key}'"

    def for_format(self, to: str) -> Tree:
        """The keys that hold for one format: the general ones, under those of `format: html`, `typst`, `pdf` or `docx`."""
        formats = self.meta.get("format", {})
        named = formats if isinstance(formats, Mapping) else {}
        own = [named[name] for name in ({"pdf": ("pdf", "typst")}.get(to, (to,))) if isinstance(named.get(name), Mapping)]
        return merge({key: value for key, value in self.meta.items() if key != "format"}, *own)


def project_root(source: Path) -> Path:
    """The nearest folder at or above the document that holds `_quarto.yml`; without one, the document's own folder."""
    for folder in source.parents:
        if (folder / "_quarto.yml").is_file():
            return folder
    return source.parent


def settings_of(source: Path, front: Tree, lines: Mapping[str, int], extra: Mapping[str, Any]) -> Settings:
    """Merge project files, front matter and the caller's metadata, and refuse what is outside the subset.

    Args:
        source: The document, as an absolute path.
        front: Its front matter.
        lines: The line of each top-level key of the front matter.
        extra: The caller's metadata, over everything else; its key `website` goes over that of `_quarto.yml`.

    Raises:
        RenderError: A project file is broken, or a key asks for something that the embedded renderer does not do.
    """
    root = project_root(source)
    project = _read_if_there(root / "_quarto.yml", "_quarto.yml")
    variables = _read_if_there(root / "_variables.yml", "_variables.yml")
    site = {key: project.pop(key, None) for key in ("project", "website", "book", "manuscript")}
    if site["book"] or site["manuscript"]:
        raise RenderError("Books and manuscripts are outside the subset of the embedded renderer.", file=root / "_quarto.yml", hint=HINT)
    website = isinstance(site["project"], Mapping) and site["project"].get("type") == "website"
    over = {key: value for key, value in extra.items() if key != "website"}
    around = merge(site["website"] or {}, extra.get("website", {})) if website else {}
    settings = Settings(source, root, merge(project, front, over), variables, around, lines)
    for to in FORMATS:
        _check(settings, settings.for_format(to))
    return settings


HINT = "Use --renderer quarto, or leave it out."


def _read_if_there(file: Path, name: str) -> Tree:
    return read_yaml(file.read_text(encoding="utf-8"), file, what=name) if file.is_file() else {}


def _check(settings: Settings, meta: Tree) -> None:
    for key in sorted(REFUSED & meta.keys()):
        raise RenderError(
            f"The key '{key}' is outside the subset of the embedded renderer.", file=settings.file, where=settings.where(key), hint=HINT
        )
    engine = meta.get("engine", "jupyter")
    kernel = meta.get("jupyter", "python3")
    kernel = kernel.get("kernelspec", {}).get("language", "python") if isinstance(kernel, Mapping) else kernel
    if engine != "jupyter" or not str(kernel).startswith("python"):
        key = "engine" if engine != "jupyter" else "jupyter"
        raise RenderError(
            "The document asks for an engine that is not Python's.",
            file=settings.file, where=settings.where(key), expected="engine: jupyter with a Python kernel", got=str(meta[key]), hint=HINT,
        )  # fmt: skip
    if meta.get("reference-location", "document") != "document":
        raise RenderError(
            "Notes that do not stand at the end of the document are outside the subset of the embedded renderer.",
            file=settings.file, where=settings.where("reference-location"), expected="document", got=str(meta["reference-location"]),
            hint=HINT,
        )  # fmt: skip
    execute = meta.get("execute", {})
    unknown = sorted(set(execute) - EXECUTE_KEYS) if isinstance(execute, Mapping) else ["execute"]
    if unknown:
        raise RenderError(
            f"The key 'execute: {unknown[0]}' is outside the subset of the embedded renderer.",
            file=settings.file, where=settings.where("execute"), expected=", ".join(sorted(EXECUTE_KEYS)), hint=HINT,
        )  # fmt: skip
    if str(meta.get("date", "")) in {"today", "now", "last-modified"}:
        raise RenderError(
            "The date of the document depends on the day on which it is rendered.",
            file=settings.file, where=settings.where("date"), expected="a date such as 2031-03-09", got=str(meta["date"]),
            hint="Give the date, so that the same inputs give the same bytes.",
        )  # fmt: skip
    for path, value in walk(meta):
        if isinstance(value, str) and "`{python}" in value:
            raise RenderError(
                "Inline code is not run in YAML.",
                file=settings.file, where=settings.where(path[0]), got=value.strip(),
                hint="Give the value with `metadata`, or put it into the text.",
            )  # fmt: skip


def looks_ignored(meta: Tree) -> list[str]:
    """The keys of looks that the document gives and that the embedded renderer, which has its own design, leaves aside."""
    return sorted(key for key in LOOKS & meta.keys() if not (key == "papersize" and meta[key] == "a4"))
