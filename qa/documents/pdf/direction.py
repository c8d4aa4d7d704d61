"""Hebrew and Arabic, which are written from right to left: the order of letters, words and cells when read.

Numbers and words in Latin letters run from left to right within them. Programs store the letters of a line in
either direction, in one piece or letter by letter, so their places on the page decide.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby

from qa.documents.pdf.pieces import Piece, Rulings

# Gaps are given in multiples of the font size.
_SAME_LINE = 0.2  # at most between the baselines of words that are joined
_NEAR = 1.0  # at most between words that are joined
_SPACE = 0.15  # at least between words
_ACCENT = 1.0  # at most between the baselines of a letter and of its marks
_LONGEST_WORD = 500  # characters; what is longer is none
_FORMS = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")  # letters as they are drawn within a word
_LEFT_TO_RIGHT = "[0-9\u0660-\u0669\u06f0-\u06f9A-Za-z\u00c0-\u02af\u0370-\u052f]"
_RUN = re.compile(  # from left to right within a word: numbers with their signs, Latin letters
    rf"(?<![$€£#%°])[$€£#%°]*{_LEFT_TO_RIGHT}(?:[-+.,:/%°'’@_&$€£]*{_LEFT_TO_RIGHT})*[$€£#%°]*"
)
_LAM_ALEF = re.compile("([\u0622\u0623\u0625\u0627])(\u0644)")
# Letters that only ever end words, and the Arabic article: in order, and as they are if drawn from the left.
_IN_ORDER = re.compile(r"[ךםןףץةى]\W*$|^\W*ال")
_BACKWARDS = re.compile(r"^\W*[ךםןףץةى]|لا\W*$")
_OPENING, _CLOSING = "([{<«", ")]}>»"
_MIRRORED = str.maketrans(_OPENING + _CLOSING, _CLOSING + _OPENING)
Placed = tuple[str, float, float]  # a character, and its left and right edge


def is_right_to_left(text: str) -> bool:
    """True if a text has letters that are written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)


def runs_right_to_left(text: str) -> bool:
    """True if most letters of a text are written from right to left."""
    if text.isascii():
        return False
    kinds = [unicodedata.bidirectional(c) for c in text]
    return kinds.count("R") + kinds.count("AL") > kinds.count("L")


def plain_letters(text: str) -> str:
    """A text in which Hebrew and Arabic letters are those of the alphabet, not the forms that are drawn."""
    return _FORMS.sub(lambda forms: unicodedata.normalize("NFKC", forms[0]), text)


def reading_order(characters: Sequence[Placed]) -> str:
    """The text of a word with letters from right to left, in the order in which it is read."""
    if len(characters) > _LONGEST_WORD:
        return "".join(character for character, _, _ in characters)
    letters: list[tuple[float, str]] = []  # the middle of each letter, and the letter with its marks
    for character, left, right in characters:
        if not unicodedata.combining(character):
            letters.append(((left + right) / 2, character))
    for character, left, right in characters:
        if unicodedata.combining(character) and letters:
            middle = (left + right) / 2
            nearest = min(range(len(letters)), key=lambda i: abs(letters[i][0] - middle))
            letters[nearest] = letters[nearest][0], letters[nearest][1] + character
    text = ""
    for _, together in groupby(sorted(letters, key=lambda letter: -letter[0]), key=lambda letter: letter[0]):
        text += _LAM_ALEF.sub(r"\2\1", "".join(letter for _, letter in together))  # one sign for two letters
    text = _RUN.sub(_reversed, text) or "".join(character for character, _, _ in characters)
    if text[0] in _CLOSING or text[-1] in _OPENING:
        text = text.translate(_MIRRORED)
    return plain_letters(text)


def joined_words(words: Sequence[Piece], rulings: Rulings) -> list[Piece]:
    """The words of a page with right-to-left writing, joined to pieces in reading order."""
    drawn_backwards = _are_drawn_backwards(words)
    joined: list[Piece] = []
    for line in _lines(words):
        is_right_to_left_line = any(is_right_to_left(word.text) for word in line)
        for run in _runs(line, rulings):
            whole = [_word(fragments) for fragments in _fragments(run)] if is_right_to_left_line else run
            if drawn_backwards:
                for word in whole:
                    word.text = _backwards(word.text)
            else:
                whole = in_reading_order(" ".join(word.text for word in whole), whole)
            joined.append(_united(whole, " ".join(word.text for word in whole)))
    return joined


def in_reading_order(text: str, words: Sequence[Piece]) -> list[Piece]:
    """Words or cells from left to right -> in the order in which they are read; `text` is all their text."""
    if not runs_right_to_left(text):
        return list(words)
    ordered: list[Piece] = []
    for latin, group in groupby(reversed(words), key=lambda word: not is_right_to_left(word.text)):
        same = list(group)
        is_phrase = latin and any(c.isalpha() for word in same for c in word.text)
        ordered += reversed(same) if is_phrase else same
    return ordered


def _are_drawn_backwards(words: Sequence[Piece]) -> bool:
    """True if a program has put letters in reading order from the left, as if they were Latin ones."""
    texts = [word.text[:_LONGEST_WORD] for word in words]
    return sum(bool(_BACKWARDS.search(t)) for t in texts) > sum(bool(_IN_ORDER.search(t)) for t in texts)


def _backwards(text: str) -> str:
    if not is_right_to_left(text):
        return text
    text = _RUN.sub(_reversed, text[::-1])
    return text.translate(_MIRRORED) if text[0] in _CLOSING or text[-1] in _OPENING else text


def _reversed(match: re.Match[str]) -> str:
    return match[0][::-1]


def _is_mark(piece: Piece) -> bool:
    return all(map(unicodedata.combining, piece.text))


def _lines(words: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The words on each baseline, from left to right, with the marks that stand at other heights."""
    lines: list[list[Piece]] = []
    for word in sorted(words, key=lambda p: (p.turned, -p.base)):
        if _is_mark(word):
            continue
        size = max(word.size, 1.0)
        if (
            not lines
            or word.turned != lines[-1][0].turned
            or lines[-1][0].base - word.base > _SAME_LINE * size
        ):
            lines.append([])
        lines[-1].append(word)
    places = [(line[0].turned, -line[0].base) for line in lines]
    for mark in filter(_is_mark, words):
        i = bisect_left(places, (mark.turned, -mark.base))
        near = [k for k in (i - 1, i) if 0 <= k < len(lines) and places[k][0] == mark.turned]
        if near:
            nearest = min(near, key=lambda k: abs(places[k][1] + mark.base))
            if abs(places[nearest][1] + mark.base) < _ACCENT * max(mark.size, 1.0):
                lines[nearest].append(mark)
    return (sorted(line, key=lambda p: p.left) for line in lines)


def _runs(line: Sequence[Piece], rulings: Rulings) -> Iterator[list[Piece]]:
    """The words of a line that have no wide gap between them, from left to right."""
    run: list[Piece] = []
    reached = 0.0
    for piece in line:
        if run:
            size = max(run[0].size, 1.0)
            inset, middle = 0.2 * size, piece.base + 0.3 * size
            divided = rulings.divide(reached - inset, piece.left + inset, middle)
            if divided or piece.left - reached >= _NEAR * size:
                yield run
                run = []
        reached = max(reached, piece.right) if run else piece.right
        run.append(piece)
    if run:
        yield run


def _fragments(run: Sequence[Piece]) -> Iterator[list[Piece]]:
    """The parts of each word of a run: some programs draw each letter on its own."""
    word: list[Piece] = []
    reached = 0.0
    for piece in run:
        if word and piece.left - reached > _SPACE * max(piece.size, 1.0):
            yield word
            word = []
        reached = max(reached, piece.right) if word else piece.right
        word.append(piece)
    if word:
        yield word


def _word(fragments: Sequence[Piece]) -> Piece:
    """One word of its fragments."""
    if len(fragments) == 1:
        return fragments[0]
    characters = [placed for fragment in fragments for placed in _placed(fragment)]
    if any(is_right_to_left(fragment.text) for fragment in fragments):
        return _united(fragments, reading_order(characters))
    return _united(fragments, "".join(fragment.text for fragment in fragments))


def _placed(fragment: Piece) -> Iterator[Placed]:
    """The characters of a fragment and about where they stand."""
    backwards = is_right_to_left(fragment.text)
    text = _RUN.sub(_reversed, fragment.text) if backwards else fragment.text
    width = (fragment.right - fragment.left) / max(1, sum(not unicodedata.combining(c) for c in text))
    at = fragment.right - width if backwards else fragment.left
    for i, character in enumerate(text):
        if i and not unicodedata.combining(character):
            at += -width if backwards else width
        yield character, at, at + width


def _united(pieces: Sequence[Piece], text: str) -> Piece:
    """One piece with the text of several."""
    if len(pieces) == 1:
        pieces[0].text = text
        return pieces[0]
    main = max(pieces, key=lambda piece: len(piece.text))
    return Piece(
        text,
        min(piece.left for piece in pieces),
        max(piece.right for piece in pieces),
        main.base,
        main.size,
        all(piece.bold for piece in pieces),
        main.turned,
        any(piece.unmapped for piece in pieces),
    )
