"""In which language a question is that the models hardly read: told by its smallest words, or its script.

The words are among the commonest of each language, and English has hardly any of them. Two in a question
tell its language if there are not as many English ones. One would not: "Der Spiegel", "van Gogh".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from qa.language.words import FUNCTION_WORDS, WORD

_SMALL_WORDS = {
    "German": """der das und ist sind wie viel viele wer wann wo warum welche welcher welches wurde wird
        werden nicht ein eine einen einem einer mit für von zu zum zur auf aus bei nach über
        zwischen hat haben kann kostet gibt es sich den dem des im am als auch noch""",
    "French": """le la les des du est sont quel quelle quels quelles qui que quand où pourquoi comment
        combien dans une avec pour sur par entre il elle ils elles cette ces ce au aux et ou ne pas
        été sera coûte a-t""",
    "Spanish": """el la los las es son cuál cual cuáles qué que quién quien cuándo cuando dónde donde cómo
        como cuánto cuanto cuánta cuánta cuántos por para con del una un en entre y se su sus fue
        está están hay""",
    "Italian": """il lo la gli le è sono quale quali chi che quando dove perché come quanto quanta quanti di
        del della dei delle nel nella una un per con tra fra si ha hanno sarà""",
    "Portuguese": """o os as é são qual quais quem que quando onde por quê como quanto quantos do da dos das
        no na nos nas um uma para com entre foi está não""",
    "Dutch": """het een de wie wat wanneer waar waarom hoe hoeveel welke is zijn wordt worden van voor met
        naar tussen niet op en er dat kost""",
    "Polish": """jest są kto co kiedy gdzie dlaczego jak ile który która które między z na w do się i dla
        przez czy został została""",
    "Turkish": """nedir kim ne zaman nerede neden nasıl kaç hangi ile için ve bir arasında mi mı var""",
}  # fmt: skip
BY_WORDS = frozenset(_SMALL_WORDS)  # the languages whose words are not told from English ones by their script
_SCRIPTS = {
    "CYRILLIC": "Russian or a language written like it",
    "ARABIC": "Arabic, Persian or Urdu",
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "DEVANAGARI": "Hindi",
    "GREEK": "Greek",
    "HEBREW": "Hebrew",
    "THAI": "Thai",
}
_TELLING = {name: frozenset(words.split()) - FUNCTION_WORDS for name, words in _SMALL_WORDS.items()}


def foreign_language(question: str) -> str:
    """The language or the group of languages that a question seems to be in; "" for English, and in doubt."""
    words = [word.lower() for word in WORD.findall(question)]
    scripts = Counter(script for letter in question if (script := _script(letter)))
    if scripts and scripts.most_common(1)[0][1] > sum(c.isalpha() for c in question) / 2:
        return _SCRIPTS["HIRAGANA"] if scripts["HIRAGANA"] else _SCRIPTS[scripts.most_common(1)[0][0]]
    english = sum(word in FUNCTION_WORDS for word in words)
    found = {language: sum(word in telling for word in words) for language, telling in _TELLING.items()}
    language, most = max(found.items(), key=lambda item: item[1])
    return language if most > max(1, english) and list(found.values()).count(most) == 1 else ""


def _script(letter: str) -> str:
    """The script of a letter, if it is one that the table names."""
    if letter.isascii() or not letter.isalpha():
        return ""
    name = re.split(r"[ -]", unicodedata.name(letter, ""))[0]
    return name if name in _SCRIPTS else ""
