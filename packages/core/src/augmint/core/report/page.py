"""Renders the report: one HTML file that needs nothing outside itself."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path

import jinja2
from markupsafe import Markup

from augmint.core.minting.files import write_atomically
from augmint.core.report.data import ReportData
from augmint.core.report.sections import page_context


def environment() -> jinja2.Environment:
    """Templates of this package; everything is escaped that our own code did not mark safe, and a missing name is an error."""
    return jinja2.Environment(loader=jinja2.PackageLoader("augmint.core.report"), autoescape=True, undefined=jinja2.StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True, finalize=_together)


def _together(value: object) -> object:
    """Keep a number and its unit on one line, and an interval."""
    if isinstance(value, str) and not isinstance(value, Markup):
        value = re.sub(r"(\[[^\s\]]+,) (?=[^\s\]]+\])", "\\1\N{NO-BREAK SPACE}", value)
        return re.sub(r"(?<=\d) (?=(?:%|points|s|min|h)(?!\w))", "\N{NO-BREAK SPACE}", value)
    return value


def render_report(data: ReportData) -> str:
    """The page as one HTML document: no scripts, no outside resources. The same data gives the same bytes."""
    style = Markup(files("augmint.core.report").joinpath("templates/style.css").read_text(encoding="utf-8"))
    return environment().get_template("page.html.j2").render(style=style, **page_context(data))


def write_report(data: ReportData, path: str | os.PathLike[str]) -> Path:
    """Write `render_report(data)` to `path`; the file appears whole or not at all.

    Raises:
        UserError: the folder cannot be written to.
    """
    target = Path(path)
    write_atomically(target, render_report(data).encode())
    return target
