"""Which characters of a document have a meaning.

A font may come without saying which characters its codes stand for. Often they are what they look like as
ASCII codes, in files written by TeX for example; otherwise they are letters without meaning, such as "Wkh"
for "The". The commonest words of European languages tell the two apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from qa.documents.pdf.pieces import Page, Piece

_WORD = re.compile(r"[^\W\d_]+")
_COMMON = frozenset(
    """the of and to in is that for it with as was on are by this be from at or an have not which
    der die das und ist nicht mit den von zu ein eine auf im des dem sich
    le la les de et est un une des du que pour dans par sur il au
    el los las y en que del se por con una para al
    il di che e per non con una sono della del
    het een van en dat niet zijn met op te
    och att det som en av till inte
    nie na do się jest od przez
    um uma os da do em com não para
    og til at som ikke er""".split()
)
_ENOUGH = 0.1  # of the words, at least, are common ones in a text with a meaning; about a third is usual
_UNKNOWN = "\ufffd"


def take_out_unreadable(pages: Sequence[Page]) -> None:
    """Leave out the pieces without meaning of each page, and count their characters."""
    unmapped = [piece for page in pages for piece in page.pieces if piece.unmapped]
    codes_are_letters = _is_language(piece.text for piece in unmapped)
    for page in pages:
        kept: list[Piece] = []
        for piece in page.pieces:
            unknown = piece.text.count(_UNKNOWN)
            if piece.unmapped and not codes_are_letters:
                unknown = len(piece.text)
            if 2 * unknown > len(piece.text):
                page.unreadable += len(piece.text)
            else:
                kept.append(piece)
        page.pieces = kept


def _is_language(texts: Iterable[str]) -> bool:
    """True if a text reads like one in a European language, or has no words."""
    words = [word.lower() for text in texts for word in _WORD.findall(text)]
    return sum(len(word) > 1 and word in _COMMON for word in words) >= _ENOUGH * len(words)
