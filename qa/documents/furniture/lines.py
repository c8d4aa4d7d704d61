"""Lines that are boilerplate wherever they stand: adverts, bylines, appeals, notices. English.

Each is judged by its wording alone; `verdicts` weighs what it stands among.
"""

from __future__ import annotations

from qa.documents.furniture.buttons import is_button
from qa.documents.furniture.rules import Rule
from qa.documents.plain.paragraphs import Paragraph

_LONGEST = 2000  # characters of a paragraph that can be boilerplate by its wording

_AGE = (
    r"(?:\d+|an?|one|two|three|four|five|six)\s+"
    r"(?:second|minute|min|hour|hr|day|week|month|year)s?\s+ago"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"(?:,?\s*(?:at\s+)?\d{1,2}[:.]\d\d(?:\s*[ap]\.?m\.?)?(?:\s*[A-Z]{2,4})?)?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:{_DAY}\s+{_MONTH},?\s+\d{{4}}"
    rf"|{_MONTH}\s+{_DAY},?\s+\d{{4}}"
    r"|\d{4}-\d\d-\d\d"
    rf"|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}){_CLOCK}"
)
_LEAD = r"(?:(?:published|posted|updated|last updated|last modified|modified|date|on)\b[\s:]*(?:on\s+)?)*"
_PICTURE = r"(?:photo|image|picture|illustration|photograph|credit)s?"

LINE_RULES: tuple[Rule, ...] = (
    Rule("advertisement", 8,
         r"\W*(?:advertisements?|adverts?|sponsored(?: content| post)?|promoted(?: content)?"
         r"|paid (?:content|post)|anzeige|werbung|publicidade?|publicité|pubblicità|advertentie|reklam[ae]?)"
         r"\W*(?:[\w-]+\.[\w.]+)*\W*(?:remove ads)?",
         "- Advertisement -", "The advertisement was for a lamp."),
    Rule("advertisement", 8,
         r"\W*(?:story|article) continues below\b.*",
         "Story continues below", "The story continues below deck."),
    Rule("empty label", 4,
         r"(?:date|share|tags?|author|published|posted(?: in)?|source|photo|image|views?|categor(?:y|ies)"
         r"|filed under|comments?|follow(?: us)?|print|email|by|written by|updated|topics?|advertiser)\s*:",
         "Share:", "Share: a third each"),
    Rule("age", 8,
         rf"\W*{_LEAD}{_AGE}\W*",
         "Published 3 days ago", "It sank 3 days ago"),
    Rule("date line", 12,
         rf"\W*{_LEAD}(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?{_DATE}"
         r"(?:\s*(?:[|·•–-]|\bby\b|\bshare\b)\s*.{0,40})?\W*",
         "Updated on Thursday, 4 March 2021 | By Ida Brandt", "4 March 2021 was a Thursday."),
    Rule("date line", 12,
         rf"[^\d.!?]{{3,40}},\s*{_DATE}\W*",
         "Tolvane, 4 March 2021", "It opened in Tolvane on 4 March 2021"),
    Rule("date line", 12,
         rf"\W*{_LEAD}\d{{1,2}}[:.]\d\d\s*(?:[ap]\.?m\.?)?,?\s*(?:[a-z]+day,?\s+)?{_DATE}\W*",
         "10:30 a.m., Thursday, 4 March 2021", "The 10:30 ferry of 4 March 2021"),
    Rule("reading time", 8,
         r"\W*(?:reading time\W*)?\d+\s*(?:min|minute)s?\.?(?:\s*read(?:ing)?)?(?:\s*time)?\W*",
         "Reading time: 4 minutes", "Rowing time: 4 minutes"),
    Rule("reading time", 8,
         r"\d+[ -]min(?:ute)?s?[ -]read\b.{0,40}",
         "4-minute read by Ida Brandt", "4-minute ride to the lamp"),
    Rule("byline", 10,
         r"(?:by|written by|story by|reported by|posted by|text by|words by)\s*:?\s+\S.*[^.!?]",
         "By Ida Brandt", "By dawn the lamp was cold."),
    Rule("hashtags", 60,
         r"#\w[\w-]*(?:[\s,]+#\w[\w-]*)*",
         "#Lighthouse #Harbour", "#1 of all the lighthouses"),
    Rule("copyright", 40,
         r"(?:©|\(c\)\W*\d{4}|copyright\b\W*(?:©|\(c\)|\d{4})).*",
         "© 2021 The Coast Gazette", "Copyright protects the books for 70 years."),
    Rule("copyright", 40,
         r".*\ball rights reserved\b.*",
         "The Coast Gazette, all rights reserved", "He reserved all rights to the books."),
    Rule("other languages", 16,
         r"this (?:post|article|page|story|text) is (?:also )?available in\b.*",
         "This article is also available in Norwegian", "This book is also available in Norwegian."),
    Rule("other languages", 16,
         r"(?:also )?available in\s*:.*",
         "Available in: English, Norwegian", "Available in all shops"),
    Rule("other languages", 16,
         r"read (?:this|it) in (?!full)\w+.*[^.]",
         "Read this in Norwegian", "Read it in full"),
    Rule("link to another article", 30,
         r"(?:read (?:more|also|next|on|this next|the full story)|see also|also read|more on this"
         r"|related(?: story| article)?|watch(?: now)?|listen(?: now)?|don[’']t miss|recommended"
         r"|also (?:on|in)(?: [\w ]{1,30})?"
         r"|earlier|background|go deeper|sponsored|advertisement|promoted)"
         r"\s*[:\-–—>»→]+\s*\S.*",
         "Read more: The tower that was a church", "Read more of the books."),
    Rule("tags", 40,
         r"(?:tags?|topics?|filed under|filed in|categor(?:y|ies)|keywords?|posted in|labels?"
         r"|tagged(?: with| as)?)\s*:\s*\S.*[^.]",
         "Tags: lighthouse, harbour", "Topics: the lamp, and the oil it burns."),
    Rule("tags", 40,
         r"(?:filed under|tagged(?: with| as)?|posted in)\s+\S.*[^.]",
         "Filed under Lighthouses", "Filed away under Lighthouses"),
    Rule("neighbouring post", 25,
         r"\W*(?:previous|next|older|newer|prev)(?:\s+(?:post|article|entry|story|page|read)s?)?"
         r"\s*(?:[:←→«»<>|].*)?",
         "Next: The last pilot", "Next came the last pilot"),
    Rule("neighbouring post", 25,
         r"\W*(?:previous|next|older|newer)\s+(?:post|article|entry|story)s?\b.*[^.]",
         "Previous story The last pilot", "The previous story was about the last pilot"),
    Rule("counter", 6,
         r"\W*\d[\d.,]*\s*k?\s*(?:comments?|replies|shares?|views?|likes?|reactions?|claps|responses"
         r"|followers)\W*",
         "12 comments", "12 comments were rude"),
    Rule("counter", 6,
         r"(?:likes?|shares?|views?|comments?)\s+[\d.,]+k?",
         "Views 1.2k", "Views of 12 lamps"),
    Rule("address", 4,
         r"(?:https?://|www\.)\S+",
         "https://lamps.example/oil", "See www.lamps.example"),
    Rule("address", 4,
         r"[\w.+-]+@[\w-]+\.[\w.]+",
         "ida@lamps.example", "Ask ida@lamps.example"),
    Rule("note on the author", 70,
         r"[(\[]?\s*(?:the|our)\s+(?:writer|author|columnist|contributor)s?\b.*"
         r"(?:@|can be (?:reached|contacted)|could be reached|tweets? at|twitter|views expressed|based in"
         r"|is an?\s|are\s).*",
         "The writer is a retired pilot.", "The writer of the book had never seen a lighthouse."),
    Rule("disclaimer", 80,
         r".*\b(?:views|opinions)\s+expressed\b.*\b(?:author|writer|own|not necessarily)\b.*",
         "All opinions expressed here are my own.", "He kept his opinions, and expressed none of his own."),
    Rule("disclaimer", 80,
         r"disclaimer\s*:.*",
         "Disclaimer: the board pays for this page.", "The board signed a disclaimer: it pays for nothing."),
    Rule("newsletter", 45,
         r".*\b(?:subscribe|sign up|sign-up|get|join|receive)\b.*\b(?:our|your|my)\b.*"
         r"\b(?:newsletter|inbox|mailing list|e-?mail|channel|whatsapp|telegram|weekly|briefing|notes)\b.*",
         "Sign up for our weekly letter", "They sign up for the weekly boat."),
    Rule("newsletter", 45,
         r".*\b(?:newsletter|inbox)\b.*\b(?:subscribe|sign up)\b.*",
         "Want the newsletter? Subscribe!", "The newsletter has 12 subscribers."),
    Rule("newsletter", 45,
         r".*\b(?:in|to|straight|delivered)\b.*\byour inbox\b.*",
         "Every Friday, straight to your inbox.", "Nobody reads all of your inbox."),
    Rule("newsletter", 45,
         r".*\bunsubscribe\b.*\bany ?time\b.*",
         "You can unsubscribe at any time.", "You can leave the tower at any time."),
    Rule("newsletter", 45,
         r".*\b(?:one|no more than one) (?:e-?mail|message|letter) (?:a|per) (?:day|week|month)\b.*",
         "No more than one email a week.", "The keeper wrote one book a year."),
    Rule("request for support", 45,
         r"(?:support|help|donate to)\s+(?:our|us|independent)\b.*"
         r"(?:journalism|donat|member|reporting|work|subscri).*",
         "Support our journalism", "Support our lighthouse"),
    Rule("request for support", 45,
         r"(?:become|be) a (?:member|patron|supporter|subscriber)\b.*",
         "Become a member today", "To become a keeper takes years"),
    Rule("request for support", 45,
         r"(?:was|is|did you find) this \w+ (?:useful|helpful|interesting|worth)\b.*",
         "Was this article helpful?", "Was this lamp too bright?"),
    Rule("request for support", 45,
         r"download (?:as )?(?:the )?pdf\b.{0,20}",
         "Download the PDF", "Download the timetable"),
    Rule("request for support", 45,
         r"text size\b.{0,20}",
         "Text size: A A A", "The text size is small."),
    Rule("request for support", 45,
         r"(?:follow|find|like|join|connect with) us (?:on|at)\b.*",
         "Follow us on Instagram", "He would follow us to the tower."),
    Rule("request for support", 45,
         r"download (?:our|the) app\b.*",
         "Download our app", "The download of our app failed."),
    Rule("request for support", 45,
         r".*\b(?:buy|shout) (?:me|us) a coffee\b.*",
         "If you like the tower, buy me a coffee!", "He would buy the pilot a coffee."),
    Rule("comment form", 30,
         r".*\byour e-?mail address will (?:not|never) be (?:published|shared|shown)\b.*",
         "Your email address will not be published.", "Your email address will be known to the board."),
    Rule("comment form", 30,
         r"required fields (?:are marked|\*).*",
         "Required fields are marked *", "The required fields lie on the north shore."),
    Rule("comment form", 30,
         r"(?:you must|please)?\s*(?:be logged in|log in|login|sign in|register)\b.{0,40}"
         r"\b(?:to (?:post|leave|add|join|comment|reply)|comment|account)\b.*",
         "You must be logged in to post a comment.", "You must sign in at the harbour office."),
    Rule("comment form", 30,
         r"save my name.*browser.*",
         "Save my name in this browser for the next time I comment.", "Save my name for the last page."),
    Rule("comment form", 30,
         r"notify me of.*",
         "Notify me of new posts by email.", "They had to notify me of the fog."),
    Rule("comment form", 30,
         r"this site uses akismet.*",
         "This site uses Akismet to reduce spam.", "This site uses oil to light the lamp."),
    Rule("comment form", 30,
         r"be the first to (?:comment|reply|like).*",
         "Be the first to comment", "Be the first to climb the tower"),
    Rule("comment form", 30,
         r"comments (?:are|have been) (?:closed|moderated|off|disabled)\b.*",
         "Comments have been disabled.", "Comments have been rude."),
    Rule("comment form", 30,
         r".*\bcomments are (?:moderated|closed)\b.*",
         "Please note that comments are moderated.", "Please note that the tower is closed."),
    Rule("photo credit", 45,
         r".*\((?:photo|image|picture|file photo|illustration|graphic|photograph)s?\b[^()]*\)",
         "The lamp room in winter (photo by Ida Brandt)", "The lamp room (photo by Ida) after the fire"),
    Rule("photo credit", 45,
         rf"{_PICTURE}(?: (?:by|credit|courtesy))?\s*(?::|©|/).{{2,80}}[^.]",
         "Photo © Ida Brandt", "Photos of the lamp: they are lost."),
    Rule("photo credit", 45,
         r".*\b(?:photo|image|picture|photograph|credit)s?(?: credit)?\s*:\s*[^.]{2,60}",
         "The lamp room in winter. Image credit: Ida Brandt", "He got no credit: the lamp was not his."),
    Rule("cookie notice", 200,
         r".*\b(?:we|this (?:web)?site|our (?:web)?site|this page|our partners)\b[^.]{0,60}"
         r"\b(?:use|uses|store|set|sets|place) (?:(?!for\b|the\b|with\b|of\b)[\w,-]+ ){0,5}cookies?\b"
         r"(?! (?:cutters?|sheets?|jars?)).*",
         "We use cookies to remember what you have read.", "We use the small scoop for cookies."),
    Rule("cookie notice", 200,
         r".*\bcookies?\b.*"
         r"\b(?:your (?:browser|device|consent|privacy)|by continuing|(?:our|this) (?:web)?site|opt out"
         r"|third[- ]part(?:y|ies))\b.*",
         "Cookies are kept on your device.", "Cookies are kept in your oven."),
    Rule("cookie notice", 200,
         r"(?:accept|reject|manage|allow|decline)\b.{0,20}\b(?:cookies?|preferences)\b.{0,40}",
         "Manage your preferences", "Manage your lighthouse"),
    Rule("cookie notice", 200,
         r".*\bwe (?:value|respect|care about) your privacy\b.*",
         "We value your privacy", "We value your old lamps"),
)  # fmt: skip


def line_reason(p: Paragraph) -> str:
    """Why a paragraph is boilerplate by its wording alone, or "" if the wording doesn't tell."""
    if p.level or len(p.text) > _LONGEST:
        return ""
    reason = next((rule.reason for rule in LINE_RULES if rule.matches(p)), "")
    return reason or ("button" if is_button(p.text) else "")
