"""Keyword search in scripts that FTS5 has no words for, and what is said of words that no document has."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest import DOCUMENTS, write
from test_store import entry, matches, put

from qa.assistant import Assistant
from qa.index.layout import DATABASE
from qa.index.local import database
from qa.index.local.store import LocalStore
from qa.index.words import matching_words
from qa.settings import Settings

BRIDGES = {
    "zh": "横跨奥斯克河的石桥于1874年由石匠安德斯建成。",
    "ja": "オスク川にかかる石橋は、石工のアンデルスが完成させました。",
    "ko": "오스크 강의 돌다리는 석공 안데르스가 완성했다.",
    "th": "สะพานหินข้ามแม่น้ำออสค์สร้างเสร็จโดยช่างหินชื่ออันเดอร์ส",
    "ar": "أنجز البنّاء أندرس الجسر الحجري فوق نهر أوسك.",
    "he": "גֶּשֶׁר האבן מעל הנהר אוסק הושלם בידי הסתת אנדרס.",
}
FERRIES = {
    "zh": "去哈尔姆岛的渡轮每天早上七点离开码头。",
    "ja": "ハルム島への渡し船は毎朝七時に港を出ます。",
    "ko": "할름 섬으로 가는 나룻배는 매일 아침 부두를 떠난다.",
    "th": "เรือข้ามฟากไปเกาะฮาล์มออกจากท่าทุกเช้า",
    "ar": "تغادر العبّارة إلى جزيرة هالم الرصيف كل صباح.",
    "he": "המעבורת לאי האלם יוצאת מהרציף בכל בוקר.",
}


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    store = LocalStore(tmp_path / "index")
    put(store, *(entry(f"bridge-{k}", text) for k, text in BRIDGES.items()))
    put(store, *(entry(f"ferry-{k}", text, header="船" if k == "zh" else "") for k, text in FERRIES.items()))
    return store


# --- words are found -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["石桥"], "bridge-zh"),
        (["码头"], "ferry-zh"),
        (["船"], "ferry-zh ferry-ja"),  # one character, in a header and within a word
        (["完成"], "bridge-ja"),
        (["ハルム"], "ferry-ja"),
        (["ﾊﾙﾑ"], "ferry-ja"),
        (["다리"], "bridge-ko"),  # with particles after it
        (["나룻배"], "ferry-ko"),
        (["แม่น้ำ"], "bridge-th"),
        (["เรือ"], "ferry-th"),
        (["جسر"], "bridge-ar"),
        (["العبارة"], "ferry-ar"),
        (["גשר"], "bridge-he"),
        (["１８７４"], "bridge-zh"),
        (["石匠", "码头"], "bridge-zh ferry-zh"),
        (["匠石"], ""),
    ],
)
def test_words_are_found(store, words, found):
    assert sorted(matches(store, *words)) == sorted(f"{name}-0" for name in found.split())


def test_the_words_of_a_text_are_told_from_the_rest_in_the_same_way():
    texts = [BRIDGES["zh"], FERRIES["zh"], BRIDGES["ar"]]
    assert matching_words(["石桥", "七点", "الجسر"], texts) == [{"石桥"}, {"七点"}, {"الجسر"}]


def test_a_text_is_found_that_has_the_words_in_a_row(store):
    with store.read() as snapshot:
        assert snapshot.count_passages_with("奥斯克河的石桥于1874年") == 1
        assert snapshot.count_passages_with("石桥的奥斯克河") == 0


# --- the index -----------------------------------------------------------------------------------


def test_a_removed_document_is_found_no_longer(store):
    put(store, removed=("bridge-zh", "bridge-th"))
    assert matches(store, "石桥", "แม่น้ำ") == []
    assert matches(store, "码头") == ["ferry-zh-0"]
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("INSERT INTO keywords (keywords, rank) VALUES ('integrity-check', 1)")


def test_a_purge_keeps_what_can_be_found(store):
    with store.write() as writer:
        writer.purge()
    assert matches(store, "石桥") == ["bridge-zh-0"]


def test_nothing_is_added_to_the_index_of_a_text_with_spaces(tmp_path):
    store = LocalStore(tmp_path / "plain")
    put(store, entry("bridge.txt", "The stone bridge at Osk has five arches.", header="Café Osk – ½ mile"))
    with closing(sqlite3.connect(store.path)) as connection:
        columns = connection.execute("SELECT searched_header, searched_text FROM passages").fetchall()
    assert columns == [(None, None)]


def test_an_index_of_the_version_before_finds_what_it_found(tmp_path):
    store = LocalStore(tmp_path / "old")
    store.folder.mkdir()
    before = database.MIGRATIONS.index(database._add_scripts)
    with closing(sqlite3.connect(store.folder / DATABASE, isolation_level=None)) as connection:
        for migration in database.MIGRATIONS[:before]:
            migration(connection)
        connection.execute(f"PRAGMA user_version = {before}")
        connection.execute("INSERT INTO documents VALUES ('d', 'd.txt', 'D', '{}', 't', '', '', '', '[]', 0)")
        connection.execute("INSERT INTO vectors VALUES (x'00', x'0000803f')")
        connection.execute(
            'INSERT INTO passages (id, document_id, start, "end", header, text, sentences, vector_key)'
            " VALUES ('p', 'd', 0, 1, 'Osk', 'The bridges of the valley', '[]', x'00')"
        )
    assert matches(store, "bridge") == matches(store, "osk") == ["p"]
    assert matches(store, "ferry") == []


# --- questions -----------------------------------------------------------------------------------


@pytest.fixture
def asked(tmp_path, encoder) -> Assistant:
    documents = {f"bridge-{k}.txt": text for k, text in BRIDGES.items()}
    documents |= {f"ferry-{k}.txt": text for k, text in FERRIES.items()}
    write(tmp_path / "corpus", documents | DOCUMENTS)
    assistant = Assistant(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index"), encoder)
    assistant.sync()
    return assistant


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ("石桥是谁建成的？", "bridge-zh.txt"),
        ("渡轮几点离开码头？", "ferry-zh.txt"),
        ("石橋はだれが完成させましたか。", "bridge-ja.txt"),
        ("渡し船は何時に港を出ますか。", "ferry-ja.txt"),
        ("돌다리는 누가 완성했습니까?", "bridge-ko.txt"),
        ("나룻배는 언제 떠납니까?", "ferry-ko.txt"),
        ("ใครสร้างสะพานหิน", "bridge-th.txt"),
        ("เรือข้ามฟากออกเมื่อไร", "ferry-th.txt"),
        ("من أنجز جسر أوسك؟", "bridge-ar.txt"),
        ("متى تغادر العبارة؟", "ferry-ar.txt"),
        ("מי השלים את גשר האבן?", "bridge-he.txt"),
        ("מתי יוצאת המעבורת?", "ferry-he.txt"),
    ],
)
def test_a_question_finds_the_passage_with_its_words(asked, question, path):
    assert asked.search(question, 1, rerank=False)[0].document.path == path


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("石桥附近的大教堂？", ("附近", "大教堂")),
        ("大聖堂はどこですか。", ("大聖堂",)),
        ("성당은 어디에 있습니까?", ("성당",)),
        ("渡轮离开码头？", ()),
    ],
)
def test_words_that_no_document_has_are_named_whole(asked, question, unknown):
    answer = asked.ask(question, threshold=1.0)
    assert answer.unknown == unknown


def test_equal_texts_in_other_forms_have_equal_scores(tmp_path):
    store = LocalStore(tmp_path / "index")
    put(store, entry("a", "石桥建于1874年"), entry("b", "石桥建于１８７４年"))
    with store.read() as snapshot:
        scores = {round(score, 9) for _, score in snapshot.keyword_search(["石桥", "1874"], 10)}
    assert len(scores) == 1
