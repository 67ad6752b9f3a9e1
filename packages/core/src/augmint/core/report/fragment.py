"""Guards the page against previews that would reach outside it or run code.

Codecs make the fragments and escape the user's text themselves; a modality from elsewhere may not. So a fragment goes on the page
as HTML only where every tag and attribute is known to be harmless and every source is embedded; otherwise its source is shown.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markupsafe import Markup, escape

_VOID = frozenset({"img", "br", "source", "wbr", "rect", "line", "circle", "ellipse", "path", "polyline", "polygon", "image"})
_TAGS = _VOID | frozenset({
    "audio", "b", "bdi", "code", "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "g", "i", "ins", "li", "mark",
    "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "svg", "table", "tbody", "td", "text", "th",
    "thead", "tr", "tspan", "u", "ul",
})
_SOURCES = frozenset({"src", "href", "xlink:href", "poster", "srcset", "data", "background"})
_EMBEDDED = re.compile(r"\s*data:(?:image/(?:png|jpeg|gif|webp|bmp)|audio/[\w.+-]+)[;,]", re.I)
_OUTWARD = re.compile(r"url\s*\(|@import|expression\s*\(|javascript:|position\s*:", re.I)


class _Guard(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)  # so that text comes as it is written
        self.harmless = True
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.harmless &= tag in _TAGS and all(_allowed(name, value or "") for name, value in attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        self.harmless &= bool(self.open) and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.harmless &= "<" not in data  # a tag that browsers may read otherwise than this parser

    def handle_comment(self, data: str) -> None:
        self.harmless = False

    def handle_decl(self, decl: str) -> None:
        self.harmless = False

    def unknown_decl(self, data: str) -> None:
        self.harmless = False

    def handle_pi(self, data: str) -> None:
        self.harmless = False


def _allowed(name: str, value: str) -> bool:
    if name.startswith("on") or name in ("id", "autoplay", "loop"):
        return False
    if name in _SOURCES:
        return bool(_EMBEDDED.match(value))
    return not _OUTWARD.search(value)


def guarded(fragment: str) -> Markup:
    """The fragment as HTML where it is self-contained, balanced and without scripts; its escaped source otherwise.

    Example:
        >>> print(guarded('<b>seven</b>'))
        <b>seven</b>
        >>> print(guarded('<img src="http://example.org/x.png">'))
        &lt;img src=&#34;http://example.org/x.png&#34;&gt;
    """
    guard = _Guard()
    guard.feed(fragment)
    guard.close()
    if guard.harmless and not guard.open and not guard.rawdata:
        return Markup(fragment)
    return Markup(escape(fragment[:400]))
