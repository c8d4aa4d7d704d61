"""Which parts of a question in another script are searched for."""

import pytest

from qa.language.questions import checked
from qa.language.words import content_words


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("渡轮什么时候离开码头？", "渡轮 离开码头"),
        ("石橋是誰建造的？", "石橋 建造"),
        ("灯塔在哪里？", "灯塔"),
        ("2019年花了多少钱？", "2019 年花 钱"),
        ("ヴァルン橋はいつ完成しましたか。", "ヴァルン 橋 完成"),
        ("灯台の高さはどのくらいですか。", "灯台 高"),
        ("ひまわりはどこにありますか。", "ひまわり"),
        ("다리는 언제 완성되었습니까?", "다리 완성"),
        ("방앗간의 주인은 누구인가요?", "방앗간 주인"),
        ("สะพานหินสูงกี่เมตร", "สะพานหินสูง เมตร"),
        ("มหาวิหารไหม้เมื่อไร", "มหาวิหารไหม้"),  # what asks is not a part of another word
        ("متى افتتح الجسر؟", "افتتح الجسر"),
        ("מתי נבנה הגשר?", "נבנה הגשר"),
        ("Who built the 石桥 at Osk?", "built 石桥 osk"),
        ("いつですか", "いつですか"),
    ],
)
def test_words_for_asking_are_left_out(question, words):
    assert content_words(question) == words.split()


def test_a_question_in_any_script_can_be_asked():
    assert checked(" 桥？ ") == "桥？"
