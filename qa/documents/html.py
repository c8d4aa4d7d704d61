"""Web pages: the text is their main content, as trafilatura finds it."""

from __future__ import annotations

from collections.abc import Sequence

from qa.documents.parsed import Parsed, Part, from_parts
from qa.documents.text import decode
from qa.errors import UnreadableFile

MOST_TAGS = 120_000  # in a page; the time to find the main content grows with their square, here to 6 s


def parse_html(path: str, raw: bytes) -> Parsed:
    """The main content of a page, and its metadata. Raises UnreadableFile."""
    html = decode(raw, html=True)
    if html.count("<") > MOST_TAGS:
        raise UnreadableFile(f"more than {MOST_TAGS:,} HTML tags. Split the page")
    import trafilatura  # loaded only for web pages: it takes as long as everything else together

    try:
        page = trafilatura.bare_extraction(html, include_comments=False, with_metadata=True)
    except Exception as error:  # lxml and trafilatura raise many types on broken markup
        raise UnreadableFile(f"not a valid web page ({type(error).__name__})") from error
    if page is None or isinstance(page, dict) or page.body is None:
        raise UnreadableFile("no article text found")
    parts = list(_html_parts(page.body))
    metadata = {
        "source": page.sitename, "author": page.author, "date": page.date, "url": page.url,
        "language": page.language,
    }  # fmt: skip
    return from_parts(
        path,
        parts,
        _page_title(page.title or "", page.sitename or "", parts),
        {key: " ".join(value.split()) for key, value in metadata.items() if value},
        lambda text: [("outside the main content", line) for line in _page_lines(html) if line not in text],
    )


def _html_parts(element: object) -> list[Part]:
    """The paragraphs of trafilatura's tree, in reading order."""
    parts: list[Part] = []
    for child in element:  # type: ignore[attr-defined]
        if child.tag in {"p", "head", "item", "cell", "row", "code"} and not child.findall(".//p"):
            cells = child.findall("cell") if child.tag == "row" else []
            pieces = [" ".join("".join(cell.itertext()).split()) for cell in cells or [child]]
            if line := " | ".join(piece for piece in pieces if piece):
                parts.append(Part(line, child.tag == "head"))
        elif len(child):
            parts += _html_parts(child)
        elif line := " ".join("".join(child.itertext()).split()):
            parts.append(Part(line, False))
    return parts


def _page_title(title: str, site: str, parts: Sequence[Part]) -> str:
    """The page's title without the site's name, which many pages append; else its first heading."""
    title = " ".join(title.split())
    if site and title.endswith(site) and title != site:
        title = title.removesuffix(site).rstrip(" |:·»–—-")
    return title or next((part.text for part in parts if part.is_heading), "")


def _page_lines(html: str) -> list[str]:
    """The visible lines of a page, to list those that were left out."""
    from lxml import etree
    from lxml import html as lxml_html

    tree = lxml_html.fromstring(html)
    etree.strip_elements(
        tree, "script", "style", "noscript", "template", "head", etree.Comment, with_tail=False
    )
    lines = (" ".join(piece.split()) for piece in tree.itertext())
    return [line for line in dict.fromkeys(lines) if line]
