"""Headings that open a section of boilerplate: teasers, sources, comments. English."""

from __future__ import annotations

from qa.documents.furniture.rules import Rule
from qa.documents.plain.paragraphs import Paragraph

TEASERS, NOTES, DISCUSSION = "teasers of other articles", "list of sources", "comments"
_LONGEST = 14  # words of a heading

SECTION_RULES: tuple[Rule, ...] = (
    Rule(TEASERS, _LONGEST,
         r"(?:hot|trending|popular|top|best|this week|new)"
         r" (?:now|today|this week|this month|stories|topics|reads)"
         r"|trending|popular",
         "Trending now", "Trending boats"),
    Rule(TEASERS, _LONGEST,
         r"(?:related|similar|popular|recent|latest|recommended|featured|suggested|other|more|new"
         r"|most recent|most popular)"
         r" (?:articles?|posts?|stories|news|content|reading|reads|topics|categories|videos|pages|entries"
         r"|links|headlines|updates|recipes|publications|reports|notes|items)"
         r"(?: .{0,30})?"
         r"|related",
         "Related articles", "Related to the keeper"),
    Rule(TEASERS, _LONGEST,
         r"most (?:read|popular|viewed|shared|commented|recent|discussed)(?: .{0,30})?",
         "Most read this week", "Most keepers read"),
    Rule(TEASERS, _LONGEST,
         r"(?:you|readers?) (?:may|might|will|could)?\s*(?:also )?"
         r"(?:like|enjoy|love|be interested in|want to read|read|viewed|liked)(?: .{0,20})?",
         "You may also like", "You may also climb the tower"),
    Rule(TEASERS, _LONGEST,
         r"(?:also|more) (?:in|from|on|by|about|like)\b.{1,60}|more to (?:read|explore)",
         "More from the coast", "More oil for the lamp"),
    Rule(TEASERS, _LONGEST,
         r"recommended(?: for you| by .*)?",
         "Recommended for you", "Recommended dose of cod liver oil"),
    Rule(TEASERS, _LONGEST,
         r"editor[’']?s[’']? (?:picks?|choice)|must[- ]reads?|don[’']?t miss|in case you missed it",
         "Editor’s picks", "The editor’s picks and shovels"),
    Rule(TEASERS, _LONGEST,
         r"what to read next|(?:up )?next up|read next|keep reading|read also|also read|explore more",
         "What to read next", "What to do next"),
    Rule(TEASERS, _LONGEST,
         r"(?:around|from) the web|(?:from|in) (?:our|the) (?:partners|archives?|blog)",
         "From our partners", "From our keepers"),
    Rule(TEASERS, _LONGEST,
         r"sponsored (?:stories|links|content)",
         "Sponsored links", "Sponsored by the harbour"),
    Rule(TEASERS, _LONGEST,
         r"(?:categories|archives?|tags|topics|filed under|see also)\s*:?",
         "Categories", "Categories of lamps"),
    Rule(NOTES, _LONGEST,
         r"(?:references?|sources?|notes?|footnotes?|endnotes?|bibliography|works cited|citations?"
         r"|external links|further reading|literature)"
         r"(?: and (?:notes|sources|references|further reading))?\s*:?",
         "Notes and references", "Notes of a keeper"),
    Rule(DISCUSSION, _LONGEST,
         r"(?:\d+\s+)?(?:comments?|replies|responses|thoughts? on .{3,120}|discussion)(?:\s*\(\d+\))?",
         "12 thoughts on “The Lamp of the North Point”", "12 thoughts about lamps"),
    Rule(DISCUSSION, _LONGEST,
         r"(?:reader comments|what (?:our )?readers say)(?:\s*\(\d+\))?",
         "Reader comments (12)", "What our keepers say"),
    Rule(DISCUSSION, _LONGEST,
         r"leave a (?:reply|comment)\b.{0,30}|join the (?:conversation|discussion)|(?:post|add) a comment"
         r"|have your say|what do you think\?",
         "Leave a comment", "Leave a light on"),
)  # fmt: skip


def section_of(p: Paragraph) -> str:
    """The kind of boilerplate that a paragraph is the heading of, or ""."""
    return next((rule.reason for rule in SECTION_RULES if rule.matches(p)), "")
