"""Two statements that answer the same question -> they agree, they differ, or they are unrelated."""

from dataclasses import replace

import pytest

from qa.answers.agreement.relations import Relation, relation
from qa.answers.agreement.rules import CONTRASTS, RESTRICTIONS, TENSES
from qa.answers.statements import Statement
from qa.language.questions import parse
from qa.language.rules import any_of

TRADE = "How much does Tolvane trade with Osk?"
FERRY = "How many passengers does the Tolvane ferry carry?"
HONEY = "How much honey did Norway export?"
BRIDGE = "How long is the bridge at Osk?"
OPENED = "When was the bridge at Osk opened?"
TEA = "How much tea did Nepal buy from Kenya?"
LINE = "How long is the Kalmar–Osk line?"
BUILT = "Who built the bridge at Osk?"
TRADED = "Trade between Tolvane and Osk came to [$250 million] in 2022."
SOLD = "Norway exported [40 tonnes] of honey in 2020."
CARRIES = "The Tolvane ferry carries [340] passengers."


def statement(marked: str, header: str = "") -> Statement:
    """A statement from its text; the answer stands in brackets."""
    before, answer, after = marked.replace("]", "[").split("[")
    return Statement(before + answer + after, (len(before), len(before + answer)), header)


def both_ways(question: str, a: str, b: str) -> set[Relation]:
    first, second = statement(a), statement(b)
    asked = parse(question)
    return {relation(asked, first, second), relation(asked, second, first)}


@pytest.mark.parametrize(
    ("question", "a", "b"),
    [(TRADE, TRADED, "In 2022 Tolvane and Osk traded goods for [250 million dollars]."),
     (TRADE, TRADED, "Trade of Tolvane with Osk was worth [USD 250mn] in 2022."),
     (BRIDGE, "The bridge at Osk is [1.5 kilometres] long.", "The bridge at Osk is [1,500 metres] long."),
     (FERRY, CARRIES, "The Tolvane ferry carries [between 300 and 400] passengers."),
     (FERRY, CARRIES, "The Tolvane ferry carries [about 342] passengers."),
     (FERRY, CARRIES, "The Tolvane ferry has [340 seats]."),
     ("What share of the hives in Osk is empty?", "[Three quarters] of the hives in Osk are empty.",
      "[75 per cent] of the hives in Osk are empty."),
     (OPENED, "The bridge at Osk opened [in May 1926].", "The bridge at Osk was opened [on 14 May 1926]."),
     (BUILT, "The bridge at Osk was built by [Anders Lund].", "[Lund] built the bridge at Osk."),
     (BUILT, "The bridge at Osk was built by [Per Sorensen].", "[Per Sorenson] built the bridge at Osk."),
     (BUILT, "The [Osk Ports Board] built the bridge at Osk.", "The bridge at Osk was built by the [OPB]."),
     (TRADE, TRADED, "Trade between Tolvane and Osk was to reach [$250 million]."),
     (TRADE, TRADED, "Tolvane traded with Osk for [£200 million] ($250 million)."),
     (LINE, "The Kalmar–Osk line is [60 miles] long.", "The line from Kalmar to Osk is [97 km] long."),
     ("How long may goats stay in Osk?", "Goats may stay in Osk for [a month].",
      "In Osk goats may stay for [30 days]."),
     (BRIDGE, "Masons made the bridge at Osk [1.5 kilometres] long.",
      "Quarrymen, it is said, made the bridge at Osk [1,500 metres] long.")],
    ids="notation code unit range about count share date part spelling acronym plan converted joined "
    "month openings".split(),
)  # fmt: skip
def test_sources_that_say_the_same_in_other_words_agree(question, a, b):
    assert both_ways(question, a, b) == {Relation.AGREE}


@pytest.mark.parametrize(
    ("question", "a", "b"),
    [(TRADE, TRADED, TRADED.replace("250", "310")), (HONEY, SOLD, SOLD.replace("40", "55")),
     (FERRY, CARRIES, CARRIES.replace("340", "250")),
     (BRIDGE, "The bridge at Osk is [1.5 kilometres] long.", "The bridge at Osk is [1,900 metres] long."),
     (OPENED, "The bridge at Osk was opened [in 1926].", "The bridge at Osk was opened [in May 1928].")],
)  # fmt: skip
def test_sources_with_different_values_for_the_same_thing_differ(question, a, b):
    assert both_ways(question, a, b) == {Relation.DIFFER}


@pytest.mark.parametrize(
    ("question", "a", "b"),
    [(HONEY, SOLD, "Denmark exported [55 tonnes] of honey in 2020."),
     (HONEY, SOLD, "Norway exported [55 tonnes] of honey in 2021."),
     (HONEY, SOLD, "Norway exported [5 tonnes] of honey in March 2020."),
     (TRADE, TRADED, TRADED.replace("2022", "2021")),
     (TRADE, TRADED, "Trade between Tolvane and Osk is to reach [$310 million]."),
     (HONEY, SOLD, "Norway imported [55 tonnes] of honey in 2020."),
     (BRIDGE, "The bridge at Osk is [1.5 km] long.", "A section of the bridge at Osk is [900 m] long."),
     (FERRY, CARRIES, "The Tolvane ferry carries [120] passengers on each deck."),
     (FERRY, CARRIES, "The Tolvane ferry carries [180] passengers on average."),
     (FERRY, CARRIES.replace(".", " on Monday."), "The Tolvane ferry carries [120] passengers on Sunday."),
     (FERRY, CARRIES, "Goats outnumber the [120] sailors whenever Brask whistles some tune."),
     (FERRY, CARRIES, "The Tolvane ferry carries [12,000] passengers."),
     ("What does a crossing to Tolvane cost?", "A crossing to Tolvane costs [12 euros].",
      "A crossing to Tolvane costs [15 dollars]."),
     (OPENED, "The bridge at Osk was opened [in 1926].", "The bridge at Osk was opened [in 1966]."),
     (BUILT, "The bridge at Osk was built by [Anders Lund].", "The bridge at Osk was built by [Ida Berg]."),
     (FERRY, CARRIES, CARRIES.replace("340", "120")),
     (FERRY, CARRIES.replace("340", "312"), CARRIES.replace("340", "300")),
     (FERRY, "The Tolvane ferry carries [340] women.", "The Tolvane ferry carries [310] men."),
     ("How many goats live in Osk and Tolvane?", "In Osk live [340] goats.", "In Tolvane live [310] goats."),
     ("What did Lund pay for its mills?", "Lund paid [$40 million] for its mill in Osk.",
      "Lund paid [$40 million] for its mill in Tolvane."),
     (TEA, "Nepal bought [60 tonnes] of tea from Kenya.", "In Kathmandu [50 tonnes] of tea were bought."),
     ("How much tea was bought?", "Nepal bought [60 tonnes] of tea.", "Kenya bought [60 tonnes] of tea.")],
    ids="country year month same-figure-other-year target import part per-unit average weekday wording far "
    "currency decades name threefold rounded group one-each places place none-asked".split(),
)  # fmt: skip
def test_statements_about_something_else_are_unrelated(question, a, b):
    assert both_ways(question, a, b) == {Relation.UNRELATED}


@pytest.mark.parametrize("contrast", CONTRASTS + TENSES, ids=lambda contrast: contrast.name)
def test_a_contrast_separates_its_example_only(contrast):
    assert contrast.separates(*contrast.example)
    assert contrast.separates(*reversed(contrast.example))
    assert not contrast.separates(*contrast.counterexample)


@pytest.mark.parametrize("rule", RESTRICTIONS, ids=lambda rule: rule.name)
def test_a_restriction_matches_its_example_only(rule):
    assert [other for other in RESTRICTIONS if any_of([other]).search(rule.example)] == [rule]
    assert not any_of([rule]).search(rule.counterexample)


def test_an_answer_of_two_values_shows_the_first_and_may_confirm_the_second():
    two = statement("Trade between Tolvane and Osk came to [$1 billion, up from $250 million].")
    first, second = statement(TRADED.replace("250 m", "1 b")), statement(TRADED)
    asked = parse(TRADE)
    assert relation(asked, two, first) is Relation.AGREE
    assert relation(asked, two, second) is Relation.UNRELATED
    assert relation(asked, second, two) is Relation.AGREE


def test_last_year_is_the_one_before_a_text_was_written():
    text = "Trade between Tolvane and Osk came to [$250 million] last year."
    a, b = statement(text), statement(text.replace("250", "310"))
    assert relation(parse(TRADE), a, b) is Relation.DIFFER
    a, b = replace(a, written="2021-03-10"), replace(b, written="2024-03-12")
    assert relation(parse(TRADE), a, b) is Relation.UNRELATED
    assert relation(parse(TRADE), a, replace(b, written="2021-05-01")) is Relation.DIFFER


def test_an_answer_that_is_doubtful_does_not_differ_from_another():
    a, b = statement(TRADED), statement(TRADED.replace("250", "310"))
    assert relation(parse(TRADE), a, b) is Relation.DIFFER
    assert relation(parse(TRADE), a, replace(b, margin=-12.0)) is Relation.UNRELATED


def test_a_header_supplies_what_a_statement_leaves_out():
    a, b = "Trade with Osk came to [$250 million].", "Trade with Osk came to [$310 million]."
    assert both_ways(TRADE, a, b) == {Relation.UNRELATED}
    header = "Tolvane and its neighbours"
    assert relation(parse(TRADE), statement(a, header), statement(b, header)) is Relation.DIFFER


@pytest.mark.parametrize(
    ("text", "goal"),
    [("Trade is to reach [$310 million].", True), ("They hope for [40 tonnes].", True),
     ("The target is [$1 billion], up from $250 million.", True), ("They sold [40 tonnes].", False),
     ("Trade, whose target is $1 billion, stood at [$250 million].", False),
     ("Trade is [$250 million] today, and the goal is $1 billion.", False)],
)  # fmt: skip
def test_a_goal_is_distinguished_from_a_fact(text, goal):
    assert statement(text).of_goal is goal


def test_a_statement_has_the_sentence_around_its_answer():
    said = statement("It rained. The quay is old, but the ferry carries [340] goats. It sank.", "The Ferry")
    assert said.sentence == " The quay is old, but the ferry carries 340 goats"
    assert said.around == " The quay is old, but the ferry carries ……… goats"
    assert said.whole.startswith("The Ferry\nIt rained.")
