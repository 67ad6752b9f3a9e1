"""Renders the report: one HTML file that needs nothing outside itself."""

from __future__ import annotations

import os
import tempfile
from importlib.resources import files
from pathlib import Path

import jinja2
from markupsafe import Markup

from augmint.core.errors import UserError
from augmint.core.report.data import ReportData
from augmint.core.report.sections import page_context


def environment() -> jinja2.Environment:
    """Templates of this package; everything is escaped that no code of ours marked safe, and a name that is missing is an error."""
    return jinja2.Environment(loader=jinja2.PackageLoader("augmint.core.report"), autoescape=True, undefined=jinja2.StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)


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
    text = render_report(data)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            os.chmod(temporary, 0o644)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise UserError(f"The report cannot be written: {error.strerror or error}.", where=str(target),
                        fix="Give a folder that you may write to.") from error
    return target
