"""From a matplotlib figure to a small inline SVG that follows the page's colours, light or dark.

The same figure gives the same bytes: ids are salted by a constant, nothing is dated. Colours are CSS variables of the page, text
is text in the page's own font, and ids are unique to the plot, so that several plots live in one HTML document.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

COLORS = {
    "ink": "#1b1f01", "muted": "#5c6102", "grid": "#d9dd03", "paper": "#fefe04",
    "blue": "#007205", "orange": "#e69f06", "green": "#009e07", "red": "#d55e08", "purple": "#cc7909", "sky": "#56b40a",
}
"""Name of a CSS variable of the page -> the stand-in colour that plots draw with."""

_RC: dict[str, Any] = {
    "svg.hashsalt": "augmint", "svg.fonttype": "none", "path.simplify": True, "font.size": 10.5, "axes.titlesize": 10.5,
    "axes.labelsize": 10, "xtick.labelsize": 9.5, "ytick.labelsize": 9.5, "legend.fontsize": 9.5, "text.color": COLORS["ink"],
    "axes.labelcolor": COLORS["ink"], "axes.edgecolor": COLORS["muted"], "xtick.color": COLORS["muted"],
    "ytick.color": COLORS["muted"], "xtick.labelcolor": COLORS["ink"], "ytick.labelcolor": COLORS["ink"],
    "axes.facecolor": "none", "figure.facecolor": "none", "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": COLORS["grid"], "grid.linewidth": 0.7, "axes.axisbelow": True, "legend.frameon": False,
    "text.parse_math": False, "axes.formatter.useoffset": False, "lines.linewidth": 1.6, "axes.unicode_minus": True,
}


@contextmanager
def drawing() -> Iterator[None]:
    """The report's own style, whatever matplotlibrc or style the user has; restored on leaving."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(cast(Any, _RC))
        yield


def inline_svg(figure: Figure, name: str, description: str) -> str:
    """The figure as an `<svg>` element.

    Args:
        figure: drawn under `drawing()` with `COLORS`.
        name: letters and dashes, unique on the page; prefixes every id.
        description: the text alternative, one or two sentences.
    """
    buffer = io.StringIO()
    figure.set_layout_engine("constrained")
    FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _clean(buffer.getvalue(), name, description)


def _clean(text: str, name: str, description: str) -> str:
    body = text[text.index("<svg"):]
    body = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>|<defs>\s*</defs>", "", body, flags=re.S)
    view = re.search(r'viewBox="([^"]+)"', body)
    assert view is not None
    body = body[body.index(">") + 1: body.rindex("</svg>")].strip()
    used = set(re.findall(r"url\(#([^)]+)\)|href=\"#([^\"]+)\"", body))
    keep = {first or second for first, second in used}
    body = re.sub(r' id="([^"]+)"', lambda m: f' id="{name}-{m[1]}"' if m[1] in keep else "", body)
    body = re.sub(r'url\(#|href="#', lambda m: f"{m[0]}{name}-", body).replace("xlink:href", "href")
    body = re.sub(r'\b(d|x|y|x1|x2|y1|y2|width|height|transform|points)="([^"]*)"', _shorten, body)
    body = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", body)
    for variable, color in COLORS.items():
        body = body.replace(color, f"var(--{variable})")
    body = re.sub(r">\s+<", "><", body)
    body = re.sub(r"<defs></defs>", "", body)
    label = html.escape(description)
    return f'<svg class="plot" viewBox="{view[1]}" role="img" aria-label="{label}"><title>{label}</title>{body}</svg>'


def _shorten(match: re.Match[str]) -> str:
    """Coordinates to two decimals, runs of white space to one blank."""
    value = re.sub(r"-?\d+\.\d+", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), match[2])
    return f'{match[1]}="{" ".join(value.split())}"'
