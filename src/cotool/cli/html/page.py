"""The page around a report: its head, its policy, its style and its script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from importlib import resources

from cotool._records import NamedTuple
from cotool.cli.html.markup import Html, brief, clipped, element, join, said
from cotool.text import and_more
from cotool.version import __version__

_MOST_TITLE = 90
MOST_HEADING = 400
_MOST_SOURCES = 5


class Section(NamedTuple):
    """A part of a page under a heading; `name` is what links point to."""

    name: str
    title: str
    content: Html | str


def page(
    *, kind: str, title: str, lead: Html, sections: Iterable[Section], sources: Sequence[str]
) -> str:
    """Return a document. `kind` says what it is, `title` of what; `lead` is below the title.

    Sections without content are left out.

    The policy allows the one style and the one script that are in the page, by their hashes, and
    images that are in it: nothing is loaded, and markup that slipped in could not act.
    """
    shown = [section for section in sections if section.content]
    style, script = _asset("page.css"), _asset("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    name = clipped(title, _MOST_TITLE)
    head = join(
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=Html(policy)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"cotool {__version__}"),
        element("link", rel="icon", href="data:,"),
        element("title", f"{kind}: {name}"),
        Html(f"<style>{style}</style>"),
        Html(f"<script>{script}</script>"),
    )
    body = join(
        element("a", "Skip to content", class_="skip", href="#content"),
        _header(kind, title, lead, shown),
        element("main", *map(_section, shown), id="content", tabindex="-1"),
        _footer(sources),
        element("div", id="tip", role="status", hidden=True),
    )
    root = element("html", element("head", head), element("body", body), lang="en")
    return f"<!doctype html>\n{root}\n"


def _header(kind: str, title: str, lead: Html, shown: Sequence[Section]) -> Html:
    toggle = element(
        "button", "Dark", type="button", id="theme", class_="quiet", aria_pressed="false"
    )
    links = [
        element("li", element("a", section.title, href=f"#{section.name}")) for section in shown
    ]
    return element(
        "header",
        element("div", element("p", kind, class_="kind"), toggle, class_="top"),
        element("h1", brief(title, MOST_HEADING)),
        lead,
        element("nav", element("ul", *links), aria_label="Sections") if len(links) > 1 else "",
    )


def _section(section: Section) -> Html:
    heading = f"{section.name}-title"
    return element(
        "section",
        element("h2", section.title, id=heading),
        section.content,
        id=section.name,
        aria_labelledby=heading,
    )


def _footer(sources: Sequence[str]) -> Html:
    names = ["standard input" if name == "-" else name for name in sources[:_MOST_SOURCES]]
    text = and_more((clipped(name, MOST_HEADING) for name in names), len(sources))
    return element(
        "footer", element("p", said(text, MOST_HEADING)), element("p", f"cotool {__version__}")
    )


def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
