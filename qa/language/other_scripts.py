"""Words of a question in a script other than the Latin one -> the parts of them that carry meaning.

Chinese, Japanese and Thai words cannot be told apart without a dictionary. What is told apart are the
scripts of Japanese, the commonest words for asking, and the endings of Korean words. What is left is
searched for by two or three characters at a time: see `qa.writing.grams`.
"""

from __future__ import annotations

import re

from qa.writing import CHARACTER, MARKS, UNSPACED

_CHINESE = """
    什么时候 什麼時候 什么 什麼 甚么 甚麼 为什么 為什麼 怎么样 怎麼樣 怎么 怎麼 怎样 怎樣 如何 为何 為何
    在哪里 在哪裡 在哪儿 在哪兒 在哪 在何处 在何處
    何时 何時 何地 哪一年 哪年 哪一 哪里 哪裡 哪裏 哪儿 哪兒 哪个 哪個 哪些 哪 谁 誰 多少 几 幾
    请问 請問 是否 吗 嗎 呢 的 了 是 何"""
_JAPANESE = """
    いつ どこ だれ どれ どの どんな どのように どのくらい どれくらい どう なぜ なに なん いくつ いくら
    でしょうか でしたか ですか でした です ましたか ました ますか ます ません
    されましたか されました されますか されます されて された される
    しましたか しました しますか します していますか しています して した する
    ありますか あります ある いますか います いる
    について により による によって として における から まで より など
    には では とは へは のは は が を に で と も の へ や か ね よ"""
_KOREAN = """
    언제 어디에서 어디에 어디서 어디 누구를 누구의 누구 누가 무엇을 무엇이 무엇
    무슨 어느 어떤 어떻게 얼마나 얼마 왜 몇
    입니까 습니까 합니까 됩니까 했습니까 됐습니까 되었습니까 하였습니까 있습니까
    인가요 하나요 했나요 되나요 됐나요 되었나요 있나요 나요 까요"""
_THAI = """
    เมื่อไหร่ เมื่อไร เมื่อใด ที่ไหน ที่ใด ใคร อะไร ทำไม เพราะเหตุใด อย่างไร ยังไง
    เท่าไหร่ เท่าไร เท่าใด กี่ หรือไม่ ไหม"""
_WHOLE = frozenset(  # Arabic and Hebrew
    """متى أين من ما ماذا كم كيف لماذا هل أي في على إلى عن هو هي
    מתי איפה היכן מי מה כמה איך למה מדוע האם איזה איזו של את על הוא היא""".split()
)
_PARTICLE = re.compile(  # after a Korean noun
    "(?<=[가-힣]{2})"
    "(?:에서는|에게서|으로는|에서|에게|으로|까지|부터|에는|은|는|이|가|을|를|의|에|로|와|과|도|만)$"
)
_HIRAGANA = "[\u3041-\u309f]"
_KATAKANA = "[\u30a1-\u30ff\uff66-\uff9f]"
_SCRIPTS = re.compile(
    f"{_HIRAGANA}+|{_KATAKANA}+|(?:(?!{_HIRAGANA}|{_KATAKANA}){CHARACTER.pattern})+|(?:(?!{CHARACTER.pattern}).)+"
)
_IN_HIRAGANA = re.compile(f"{_HIRAGANA}+")


def _any_of(words: str) -> re.Pattern[str]:
    """Matches each of the words, and where several match, the longest."""
    longest_first = sorted(words.split(), key=lambda word: (-len(word), word))
    return re.compile(f"(?:{'|'.join(longest_first)})(?![{MARKS}])")


_ASKING = _any_of(_CHINESE + _KOREAN + _THAI)
_ASKING_IN_HIRAGANA = _any_of(_JAPANESE)


def meaningful_parts(word: str) -> list[str]:
    """The parts of a word that carry meaning: the word itself, if its script has spaces; maybe none."""
    if word.isascii():
        return [word]
    if not UNSPACED.search(word):
        return [] if word in _WHOLE else [word]
    parts: list[str] = []
    for run in _SCRIPTS.findall(word):
        if _IN_HIRAGANA.fullmatch(run):  # mostly endings and particles
            parts += [part for part in _ASKING_IN_HIRAGANA.split(run) if len(part) > 1]
        else:
            parts += [_PARTICLE.sub("", part) for part in _ASKING.split(run) if part]
    return parts
