"""Names in a text, and which are of the same thing: "Kistafin" is "Yerzhan Kistafin, the ambassador"."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from qa.language.words import FUNCTION_WORDS, singular
from qa.types import Span

# An abbreviation ("U.S."), or a word that may have an apostrophe, a dot or a dash in it.
_WORD = r"(?:[^\W\d_]\.)+|[^\W_]+(?:['’.\-–][^\W_]+)*"
TITLES = frozenset(
    """mr mrs ms dr prof professor sir lady lord general gen president prime minister deputy foreign
    first vice chairman chairwoman chair secretary ambassador king queen prince emir sheikh ceo director
    governor senator captain colonel judge justice chancellor mayor""".split()
)
_SMALL = frozenset("a an and at by de del der for in la of on or the to van von with s".split())
_JOINTS = frozenset(("", "of", "of the", "for", "&", "-", "–"))
_BODIES = frozenset(  # whose names may go on with "for"
    """Center Centre Institute Bank Ministry Association Organisation Organization Council Fund Agency Office
    Department Society School Programme Program Committee Commission Secretary Minister Union""".split()
)
_JOINED = re.compile(r"(?<=[^\W\d_]{3})[-–](?=[A-Z]\w)")  # two names, but not in "Mazar-i-Sharif"
_CALENDAR = frozenset(
    """January February March April May June July August September October November December Monday Tuesday
    Wednesday Thursday Friday Saturday Sunday I""".split()
)
_ABBREVIATED = frozenset("mr mrs ms dr prof gen st".split())  # titles whose dot ends no sentence
OPENINGS = FUNCTION_WORDS | frozenset(  # that a sentence begins with, so that they are no names there
    """according although amid besides despite following given however meanwhile moreover nevertheless
    since therefore though throughout thus till unlike whereas whether yet""".split()
)
_ADJECTIVE = frozenset("stan istan istani stani ese ian ean egian an n ish i a ay ey en y e s".split()) | {""}
_ROOT = 4  # letters that a country and its adjective share: Kazakh, Turk(ey), Chin(a)
_SPELLINGS = (("q", "k"), ("dzh", "j"), ("kh", "h"), ("zh", "j"))  # of the same sound
_SHORT = 5  # letters; shorter names are compared letter by letter


def names(text: str) -> list[str]:
    """The names in a text, in order: runs of capitalised words, with small words between them."""
    return [text[slice(*span)] for span in name_spans(text)]


def sure_names(text: str) -> list[str]:
    """The names in a text except single words that begin a sentence, where every word has a capital."""
    spans = name_spans(text)
    return [text[a:b] for a, b in spans if " " in text[a:b] or not starts_sentence(text, a)]


def name_spans(text: str) -> list[Span]:
    """The spans of the names in a text, in order."""
    words = list(re.finditer(_WORD, text))
    runs: list[list[re.Match[str]]] = []
    for word in words:
        opens = starts_sentence(text, word.start()) and word[0].lower() in OPENINGS
        numbered = (
            word[0].isdigit()
            and len(word[0]) < 4
            and bool(runs)
            and text[runs[-1][-1].end() : word.start()] == " "
        )
        if not (_is_capitalised(word[0]) or numbered) or opens or word[0] in _CALENDAR:
            continue
        run = runs[-1] if runs else None
        between = text[run[-1].end() : word.start()].strip() if run else ""
        if between == "." and run and run[-1][0].lower() in _ABBREVIATED:
            between = ""
        if between == "for" and run and run[-1][0] not in _BODIES:
            between = "…"
        if run and "\n\n" in text[run[-1].end() : word.start()]:
            between = "…"  # of another paragraph
        if run and (between in _JOINTS or (between == "and" and _JOINTS & set(_between(text, run)))):
            run.append(word)
        else:
            runs.append([word])
    return [(run[0].start(), run[-1].end()) for run in runs]


def _between(text: str, run: list[re.Match[str]]) -> list[str]:
    """The texts between the words of a run, except white space."""
    return [text[a.end() : b.start()].strip() for a, b in pairwise(run) if text[a.end() : b.start()].strip()]


def same_name(a: str, b: str) -> bool:
    """True if two short answers name the same thing: in full, in part, as an acronym, in another spelling."""
    ours, theirs = _entities(a), _entities(b)
    if not ours or not theirs:
        return bool(_stems(a)) and _stems(a) == _stems(b)
    if len(ours) != len(theirs):
        return False
    return all(any(_same_entity(x, y) for y in theirs) for x in ours) and all(
        any(_same_entity(x, y) for x in ours) for y in theirs
    )


def mentions(text: str, name: str) -> bool:
    """True if a text contains a name, its adjective (Kazakh, Kazakhstan), its acronym or its last word.

    Of joined names, "Almaty–Khujand", it has to contain both.
    """
    parts, contained = [_words(part) for part in _JOINED.split(name)], _words(text)
    return all(parts) and all(
        any(same_word(words[-1], word) or _is_acronym(word, words) for word in contained) for words in parts
    )


def is_bare_name(text: str) -> bool:
    """True if a text is a name and doesn't say what its bearer is: "Anders Lund", not "Prime Minister"."""
    words = [word for word in re.findall(_WORD, text) if word.lower() not in _SMALL]
    return bool(words) and all(
        _is_capitalised(word) and word.lower() not in TITLES - _ABBREVIATED for word in words
    )


def _entities(answer: str) -> list[list[str]]:
    """The words of each name in an answer. Without an "and", the part after a comma only explains."""
    if len(names("x " + answer)) == 1:  # "the Ministry of Trade and Industry"
        return [_words(names("x " + answer)[0])]
    parts = re.split(r",\s+(?:and\s+)?|\s+(?:and|or|as well as)\s+|;", answer)
    if not re.search(r"\s(?:and|or|as well as)\s", answer):
        parts = parts[:1]
    runs_of_parts = [runs for part in parts if (runs := names("x " + part))]
    return [_words(runs[-1] if len(runs) > 1 and _is_title(runs[0]) else runs[0]) for runs in runs_of_parts]


def _same_entity(a: list[str], b: list[str]) -> bool:
    if not a or not b:
        return False
    short, long = sorted((a, b), key=len)
    if len(short) == 1 and _is_acronym(short[0], long):
        return True
    return all(any(same_word(x, y) for y in long) for x in short)


def _is_acronym(word: str, of: list[str]) -> bool:
    return len(word) > 1 and len(of) > 1 and word == "".join(w[0] for w in of)


def same_word(a: str, b: str) -> bool:
    """True if two words of names, in lower case, are forms or spellings of one: "kazakh" and "kazakhstan"."""
    if a == b or (1 in (len(a), len(b)) and a[0] == b[0]):
        return True
    unlike = (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    common = next(unlike, min(len(a), len(b)))
    if common >= _ROOT and {a[common:], b[common:]} <= _ADJECTIVE:
        return True
    return min(len(a), len(b)) >= _SHORT and abs(len(a) - len(b)) <= 2 and _sounds(a) == _sounds(b)


def _sounds(word: str) -> str:
    """The consonants of a word without doublings: spellings of foreign names differ in their vowels."""
    for spelling, sound in _SPELLINGS:
        word = word.replace(spelling, sound)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[aeiouy]", "", word))


def _words(name: str) -> list[str]:
    """The distinctive words of a name, in lower case without accents; titles only if nothing else is left."""
    plain = unicodedata.normalize("NFKD", _JOINED.sub(" ", name))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("’", "'").lower()
    words = [w.removesuffix("'s").replace(".", "") for w in re.findall(_WORD, plain)]
    kept = [w for w in words if w not in _SMALL]
    return [w for w in kept if w not in TITLES] or kept


def _stems(text: str) -> frozenset[str]:
    return frozenset(singular(word) for word in _words(text))


def _is_title(run: str) -> bool:
    return all(w in TITLES for w in re.findall(_WORD, run.lower()) if w not in _SMALL)


def _is_capitalised(word: str) -> bool:
    return word[0].isupper() or (len(word) > 1 and word[1:2].isupper())


def starts_sentence(text: str, position: int) -> bool:
    """True if a sentence starts there, so that a capital letter means nothing."""
    before = text[:position].rstrip(" \"'“‘(")
    return not before or before[-1] in ".!?:\n"
