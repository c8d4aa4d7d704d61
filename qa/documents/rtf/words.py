"""The control words of RTF that stand for text or begin a group of their own."""

from __future__ import annotations

TEXTS = {
    "tab": " ", "line": " ", "page": " ", "column": " ", "softline": " ", "emspace": " ", "enspace": " ",
    "qmspace": " ", "~": " ", "emdash": "—", "endash": "–", "_": "-", "bullet": "•", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "mden": " / ", "msup": "^", "msub": "_", "mrad": "√",
}  # fmt: skip
_SKIPPED = frozenset(  # groups whose text is not shown
    """aftncn aftnsep aftnsepc atnicn atnid atnref atndate atntime atnparent atrfend atrfstart background
    bkmkend bkmkstart category colorschememapping colortbl comment company datafield datastore doccomm docvar
    falt filetbl fldinst fonttbl formfield ftncn ftnsep ftnsepc generator hlinkbase info keywords latentstyles
    listoverridetable listtable manager mmathPict mmathPr nesttableprops nextfile nonesttables nonshppict
    objclass objdata objname operator panose pgdsctbl pict private revtbl rsidtbl rxe shprslt sn sp stylesheet
    subject sv tc tcn template themedata txe upr userprops xe xmlnstbl""".split()
)
_SHOWN = frozenset(  # groups that are for newer readers only, with text to show
    "shpinst do dptxbxtext moMath moMathPara shppict".split()
)
STORIES = {
    "footnote": "note", "shptxt": "box", "dptxbxtext": "box", "listtext": "label", "pntext": "label",
    "annotation": "comment", "atnauthor": "comment author", "title": "title", "author": "author",
    "header": "running header", "headerl": "running header", "headerr": "running header",
    "headerf": "running header", "footer": "running footer", "footerl": "running footer",
    "footerr": "running footer", "footerf": "running footer",
}  # fmt: skip
DEFINING = frozenset(("fonttbl", "stylesheet"))  # groups that are read for the fonts and styles in them


def is_skipped(word: str, starred: bool) -> bool:
    """True if the text of a group is not shown. One that is `starred` is for readers who know its word."""
    of_formula = word.startswith("m") and word.endswith("Pr")  # properties, such as mfPr of a fraction
    return word in _SKIPPED or of_formula or (starred and word not in _SHOWN)
