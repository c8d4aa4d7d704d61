"""A question in the light of the turns before it -> questions with the same meaning that stand alone.

A question that can be understood alone is left alone, whatever was asked before. One that depends on the
conversation ("and with Uzbekistan?", "when was that?", "why?") takes what it lacks from the last question and
its answer. No model is involved: if several interpretations are possible, all are given, and the documents
decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.language.followup_rules import (
    AUXILIARY,
    BARE_QUESTION,
    DEFINITE,
    NOT_POINTING,
    PHRASE,
    POINTING,
    PREPOSITION,
    WH,
)
from qa.language.leaning import leaning
from qa.language.names import OPENINGS, name_spans, names
from qa.language.questions import without_courtesy
from qa.language.rules import any_of
from qa.language.words import FUNCTION_WORDS, content_words

LONG = 12  # words of a question that itself names what its pronouns mean
FEW = 3  # content words of a question that may lack its subject
CONTEXT = 14  # words that are added to a question
CANDIDATES = 4  # interpretations
# From these probabilities on, what seems to refer to something is a follow-up, and surely is one.
_LEANS, _SURELY = 0.2, 0.8

_OPENING = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|also|well|right|thanks|now|or)\b[,.!]?\s*)+", re.IGNORECASE
)
_ABOUT = re.compile(r"^(?:what|how) about\b\s*", re.IGNORECASE)
_VERB = re.compile(rf"\b(?:{AUXILIARY})\b|^(?:who|what) (?!else|exactly|about)\w+ \w", re.IGNORECASE)
_POINTING, _NOT_POINTING = any_of(POINTING), any_of(NOT_POINTING)
_POSSESSIVES = frozenset(("its", "their", "his", "her"))
_SUBJECTS = frozenset(("it", "they", "he", "she"))
_CLAUSE = re.compile(  # the words after which a pronoun may mean a name of its own sentence
    r"\b(?:if|that|when|because|while|although|before|after|since|how|what|which|where|who|and|so|as)\s$",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"^(?:{WH}) (?:said|says|told us|claims?|claimed|confirmed) (?:so|that|this|it)\b", re.IGNORECASE
)
_ELSE = re.compile(
    r"\b(?:else|more|for (?:example|instance)|other(?:s|wise)?|further|additional\w*)\b", re.IGNORECASE
)
_AROUND = re.compile(
    r"\b(?:other way (?:a?round)|vice versa|the reverse|in reverse|conversely)\b", re.IGNORECASE
)
_WHY = re.compile(r"^(?:why|how (?:so|come)|for what reason)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|him|she|her|his|hers)\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?:they|them|their|theirs|these|those)\b(?! \w+ed\b)", re.IGNORECASE)
_THING = re.compile(r"\b(?:it|its|this|that|these|those)\b(?! (?:is|was) (?:that|to)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier turn: the question, its short answer (or ""), and everything that its answer quoted."""

    question: str
    value: str
    quoted: str


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A question that can be understood alone.

    `focus` is a name that the answer has to mention; if it is compared with a `rival`, it is enough that the
    heading does and the answer does not mention the rival. `told` is what was said already and should not be
    repeated. All are usually empty. `shown` is the question as it can be told to people, if `question` is
    put together for searching only.
    """

    question: str
    focus: str = ""
    told: str = ""
    shown: str = ""
    rival: str = ""


@dataclass(frozen=True, slots=True)
class _LastTurn:
    """The last question as asked and as understood, its short answer, and what its answer quoted."""

    asked: str
    meant: str
    value: str
    answer: str

    @property
    def plain(self) -> str:
        """What was meant, unless words were only put beside each other for it."""
        return self.meant if "(" not in self.meant else self.asked


def interpretations(question: str, history: Sequence[Turn]) -> tuple[Interpretation, ...]:
    """What a question may mean after earlier turns (oldest first), the likeliest meaning first.

    A question that can be understood alone means only itself.
    """
    before: _LastTurn | None = None
    for turn in history:
        meant = _interpretations(turn.question, before)[0].question
        before = _LastTurn(without_opening(turn.question), meant, turn.value, turn.quoted)
    return _interpretations(question, before)


def is_followup(question: str) -> bool:
    """True if a question cannot be understood without what was said before it."""
    return _leans(question, _LEANS)


def surely_leans(question: str) -> bool:
    """True if a question makes no sense without what was said before it."""
    return _leans(question, _SURELY)


def _leans(question: str, least: float) -> bool:
    if is_fragment(question):
        return True
    text = without_opening(question)
    return seems_to_refer(question) and (text != question.strip() or leaning(text) >= least)


def is_fragment(question: str) -> bool:
    """True if a question is only a part of one: "And Osk?", "When?", "the other way round?"."""
    text = without_opening(question)
    if _ABOUT.match(text) or BARE_QUESTION.match(text) or _AROUND.search(text):
        return True
    if _VERB.search(text):
        return False
    few = len(content_words(text)) < FEW  # else it is a list of keywords
    return len(text.split()) <= FEW + 1 and (few or text != question.strip())


def seems_to_refer(question: str) -> bool:
    """True if a question has a word that may mean something said before it; many that stand alone do."""
    text = without_opening(question)
    opened = text != question.strip()
    if _points_outside(text):
        return True
    if not _VERB.search(text) or _names(text):
        return False
    words = content_words(text)
    if opened and len(words) <= FEW:
        return True
    definite = DEFINITE.search(text)  # "the pipeline", without a word about which one
    if not definite:
        return False
    return len(words) <= FEW or (len(words) <= FEW + 2 and definite.end() < len(text) - 1)


def without_opening(question: str) -> str:
    """A question without courtesy and without words that only carry on: "and", "but then"."""
    return _OPENING.sub("", without_courtesy(question)).strip()


def _names(text: str) -> list[str]:
    """The names in a question; a function word at its start does not count as one."""
    first = text.split(maxsplit=1)[0] if text else ""
    lowered = text[:1].lower() + text[1:] if first.lower() in OPENINGS else text
    return names(f"x {lowered}")


def _points_outside(text: str) -> bool:
    """True if a word of a question points to something outside it."""
    masked = _NOT_POINTING.sub(lambda match: " " * len(match[0]), text)
    names_at = [text.find(name) for name in _names(text)]
    if text == text.lower():  # any earlier word may be a name
        names_at = [match.start() for match in re.finditer(r"\w+", text) if match[0] not in FUNCTION_WORDS]
    for match in _POINTING.finditer(masked):
        word = match[0].lower()
        earlier = sum(0 <= start < match.start() for start in names_at)
        owns = word in _POSSESSIVES and text[match.end() : match.end() + 2].strip()
        if earlier > 1 and _MANY.fullmatch(word):
            continue  # "Osk and Tolvane ... between them"
        if earlier and len(text.split()) >= LONG and not _PERSON.fullmatch(word):
            continue
        if owns and re.search(rf"\b(?:{AUXILIARY}) [A-Z]", text[match.end() :]):
            continue  # "What share of its honey could Tolvane sell?"
        if earlier and (owns or (word in _SUBJECTS and _CLAUSE.search(text[: match.start()]))):
            continue
        return True
    return False


def _interpretations(question: str, before: _LastTurn | None) -> tuple[Interpretation, ...]:
    if before is None or not is_followup(question):
        return (Interpretation(question),)
    text = without_opening(question).rstrip("?.! ")
    fragment = _ABOUT.sub("", text)
    likely: list[Interpretation] = []
    if _AROUND.search(text):
        likely += map(Interpretation, _with_names_exchanged(before.meant))
    elif fragment != text or not _VERB.search(text):
        likely += _with_name_replaced(fragment, before)
    if _SAID.match(text) and (before.value or before.answer):
        sentences = before.answer.split(". ")
        claim = next((s for s in sentences if before.value in s), sentences[0])[:200] or before.value
        likely.append(Interpretation(f"{text.split()[0]} said that {claim.rstrip('. ')}?"))
    elif match := BARE_QUESTION.match(text):
        if _PERSON.search(text) or re.search(r"\bit\b", text, re.IGNORECASE):
            likely += map(Interpretation, _with_pronoun_resolved(text, before)[:2])
        asked_anew = _with_question_word(match["wh"], match["verb"] or "", before)
        likely += (_after(before, text, question) for question in asked_anew)
    elif not likely:
        likely += map(Interpretation, _with_pronoun_resolved(text, before))
        if likely:
            likely.insert(1, _with_context(likely[0].question.rstrip("?"), text, before))
    if _ELSE.search(text):
        rest = [w for w in content_words(_ELSE.sub("", text)) if w not in content_words(before.meant)]
        if len(rest) <= 1:
            likely.insert(0, Interpretation(before.meant))
    # The last resort: the question with the words of the last turn.
    wants_news = _AROUND.search(text) or _ELSE.search(text) or _WHY.match(text)
    told = before.answer if wants_news else ""
    likely = [replace(interpretation, told=told) for interpretation in likely]
    context = replace(_with_context(text, text, before), focus=likely[0].focus if likely else "", told=told)
    return (*tuple(dict.fromkeys(likely))[: CANDIDATES - 1], context)


def _with_names_exchanged(question: str) -> list[str]:
    """A question with its last two names exchanged, or nothing if it has fewer."""
    spans = name_spans(question)[-2:]
    if len(spans) < 2:
        return []
    (a, b), (c, d) = spans
    return [f"{question[:a]}{question[c:d]}{question[b:c]}{question[a:b]}{question[d:]}"]


def _with_name_replaced(fragment: str, before: _LastTurn) -> list[Interpretation]:
    """The last question with a fragment's name instead of each of its own names, the last one first."""
    new_names, meant = _names(fragment), before.meant
    if not new_names or new_names[-1].lower() in meant.lower():
        return []
    new = new_names[-1]
    covered = {*content_words(meant), *content_words(" ".join(new_names))}
    missing = " ".join(word for word in content_words(fragment) if word not in covered)
    old_names = set(_names(meant))
    likely = []
    for start, end in reversed(name_spans(meant)):
        if meant[start:end] in old_names:
            question = f"{meant[:start]}{new}{meant[end:]}"
            meaning = (
                _after(before, fragment, f"{question} ({missing})?") if missing else Interpretation(question)
            )
            likely.append(replace(meaning, focus=new))
    return likely


def _with_question_word(wh: str, verb: str, before: _LastTurn) -> list[str]:
    """The last question with another question word: "What did they sign?" + "When?"."""
    body = re.sub(
        rf"^(?:(?:{PREPOSITION}) )?(?:{WH})\b(?P<of>.*?)\b(?P<rest>(?:{AUXILIARY})\b.*)$",
        lambda m: f"{m['rest'].rstrip('?. ')}{m['of'].rstrip()}",
        before.plain,
        flags=re.IGNORECASE,
    )
    body = re.sub(rf"^(?:{WH})\b ?", "", body, flags=re.IGNORECASE).rstrip("?. ")
    questions = []
    if verb and before.value and wh.lower() in ("who", "where", "what"):
        questions.append(f"{wh}{verb} {before.value}?")
    if _WHY.match(wh) and before.answer:
        questions.append(f"Why: {before.answer.split('. ')[0][:200].rstrip('. ')}?")
    questions.append(" ".join(filter(None, (wh, body, before.value))) + "?")
    return questions


def _with_pronoun_resolved(text: str, before: _LastTurn) -> list[str]:
    """The question with each meaning that its pronoun may have instead of the pronoun, likeliest first."""
    if match := _PERSON.search(text):
        people = [phrase for phrase in _phrases(before.asked) if "the" not in phrase]
        told = f"{before.asked} {before.answer}"
        named = [*_names(before.value or "the"), *reversed(_names(before.meant)), *names(before.answer)[:3]]
        named = [name for name in named if not _is_thing(name, told)]
        meant = [*people, *sorted(named, key=lambda name: " " not in name)]
    elif match := _MANY.search(text):
        pairs = re.findall(r"[A-Z]\w+(?:,? and | with )[A-Z]\w+", before.meant)
        value = [before.value] if names(f"x {before.value}") else []
        meant = [*pairs, *value, *_phrases(before.asked)]
    elif match := _THING.search(text):
        value = [before.value] if before.value else []
        named = value if not re.search(r"\d", before.value) and names(f"x {before.value}") else []
        meant = [*named, *_phrases(before.asked), *reversed(_names(before.meant)), *value]
    else:
        return []
    questions = []
    for name in filter(_is_nominal, dict.fromkeys(meant)):
        replacement = f"{name}'s" if match[0].lower() in _POSSESSIVES else name
        questions.append(f"{text[: match.start()]}{replacement}{text[match.end() :]}?")
    return questions[: CANDIDATES - 1]


def _is_thing(name: str, text: str) -> bool:
    """True if a name is surely not somebody's: its last word is an ordinary one in the text as well."""
    last = name.split()[-1]
    return " " in name and bool(re.search(rf"(?<![\w-]){re.escape(last.lower())}s?(?![\w-])", text))


def _is_nominal(phrase: str) -> bool:
    """True if a phrase can stand for a pronoun: it is no clause, and more than "Dr"."""
    clause = rf"^(?:{PREPOSITION}|{WH}|after|before|because|if|that)\b|\b(?:{AUXILIARY})\b"
    return len(phrase) > 2 and not re.search(clause, phrase, re.IGNORECASE)


def _phrases(question: str) -> list[str]:
    """The things that a question is about, the last first: "the rail line", "the gas pipeline"."""
    matches = PHRASE.finditer(question.rstrip("?. "))
    return [match[0] if match[0][0].isupper() else f"the {match[1]}" for match in matches][::-1]


def _with_context(question: str, text: str, before: _LastTurn) -> Interpretation:
    """The question, followed by words it may be about: those of the last short answer and question."""
    asked = set(content_words(question))
    context = [w for part in (before.value, before.asked, before.meant) if part for w in content_words(part)]
    new = [word for word in dict.fromkeys(context) if word not in asked]
    return _after(before, text, f"{question} ({' '.join(new[:CONTEXT])})?")


def _after(before: _LastTurn, text: str, question: str) -> Interpretation:
    """A question that nobody would put so, shown as what was typed and what it was typed after."""
    return Interpretation(question, shown=f"{text}? (after “{before.plain}”)")
