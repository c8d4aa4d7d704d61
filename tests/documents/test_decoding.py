"""The bytes of a text -> the text, in the encoding that it declares or that its letters show."""

import pytest

from qa.documents.plain.decoding import decode
from qa.errors import UnreadableFile

TEXTS = {  # by the encodings people write them in
    "Паром уходит с пристани в семь часов утра, а возвращается вечером.": "cp1251 koi8-r cp866 iso8859-5",
    "ПРАВИЛА ПРИСТАНИ. Вход закрыт.": "cp1251 koi8-r",
    "Пором відходить о сьомій ранку і повертається ввечері, якщо немає туману. Її чекають.": "cp1251 koi8-u",
    "Το πλοίο φεύγει στις επτά το πρωί και επιστρέφει το βράδυ.": "cp1253 iso8859-7",
    "המעבורת יוצאת מהמזח בשבע בבוקר וחוזרת בערב, אם אין ערפל.": "cp1255 iso8859-8",
    "تغادر العبارة الرصيف في السابعة صباحا وتعود في المساء.": "cp1256 iso8859-6",
    "เรือข้ามฟากออกจากท่าเวลาเจ็ดโมงเช้าและกลับมาในตอนเย็น": "tis-620",
    "渡し船は朝七時に出て、夕方に戻る。水門は1784年に建てられた。": "shift_jis euc-jp iso2022-jp",
    "渡し船の時刻表": "shift_jis euc-jp iso2022-jp",
    "カフェは休みです。料金は5円。": "shift_jis euc-jp iso2022-jp",
    "渡船每天早上七点离开码头，晚上回来，除非有雾。": "gb18030 gb2312",
    "渡船每天早上七點離開碼頭，晚上回來，除非有霧。": "big5",
    "나룻배는 매일 아침 일곱 시에 부두를 떠나 저녁에 돌아온다.": "euc-kr cp949 iso2022-kr",
    "Prom odpływa o siódmej rano i wraca późnym wieczorem. Łódź stoi na brzegu.": "cp1250 iso8859-2",
    "Přívoz vyplouvá v sedm hodin ráno. Řeka je hluboká a vůz čeká u mlýna.": "cp1250 iso8859-2",
    "A komp reggel hétkor indul. Az őr a gyűrűt és a bőrt a tűzhöz tette.": "cp1250 iso8859-2",
    "Čuvar je rekao da će doći kiša i da žuri kući, gdje ga čeka đak.": "cp1250",
    "Feribot sabah yedide ayrılır. Şehir ışıkları göründü, çocuk güldü, yağmur yağdı.": "cp1254 iso8859-9",
    "Keltas išplaukia septintą valandą ryto ir grįžta vakare, jeigu nėra rūko.": "cp1257",
    "½ hour, 5 °C": "latin-1 cp1252",
    "Price: 20 £": "latin-1 cp1252",
    "§ 4 The gate is 3 m² wide (±5 %).": "latin-1 cp1252",
    "The ferry’s fare is £3 – children pay half. “Tickets” cost €2 more on board…": "cp1252",
    "Café Tarn": "latin-1 cp1252 cp850 mac-roman",
    "Fermé à midi": "latin-1 cp1252",
    "Le café du moulin ouvre à neuf heures. La clé est derrière le poêle. Ça coûte 3 €.": "cp1252",
    "Im Café über dem Fluß saß früher der Fährmann.": "latin-1 cp1252",
    "FÄHRE NACH SÜDEN": "latin-1 cp1252",
    "¿Cuándo sale el próximo barco? Mañana saldrá a las ocho, señor.": "latin-1 cp1252",
    "A balsa não atravessa o rio quando há nevoeiro.": "latin-1 cp1252",
    "Il traghetto parte alle sette perché la città è più lontana.": "latin-1 cp1252",
    "Færgen går fra kajen klokken syv, når vejret er godt, og kører også om søndagen.": "latin-1 cp1252",
    "Färjan går från kajen klockan sju och återvänder på kvällen.": "latin-1 cp1252",
    "Ferjan fer frá bryggjunni klukkan sjö og kemur aftur þegar þokunni léttir, sagði hún.": "latin-1 cp1252",
}
CASES = [(encoding, text) for text, encodings in TEXTS.items() for encoding in encodings.split()]
UTF = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


@pytest.mark.parametrize(("encoding", "text"), CASES)
@pytest.mark.parametrize("times", [1, 20])
def test_the_letters_show_the_encoding(encoding, text, times):
    long = "\n".join([text] * times)
    assert decode(long.encode(encoding)) == long


@pytest.mark.parametrize("encoding", UTF)
@pytest.mark.parametrize("text", TEXTS)
def test_unicode_is_read_in_each_of_its_forms(encoding, text):
    assert decode(f"{text}\n{text}\n".encode(encoding)) == f"{text}\n{text}\n"


def test_utf_16_with_a_lone_newline_at_its_end_is_read():
    assert decode("It left at seven.".encode("utf-16-le") + b"\n") == "It left at seven."


def test_utf_8_with_a_few_bytes_of_another_file_stays_utf_8():
    raw = "Im Café über dem Fluß saß früher der Fährmann, ".encode() + "à midi.".encode("latin-1")
    assert decode(raw) == "Im Café über dem Fluß saß früher der Fährmann, à midi."


def test_the_declared_encoding_of_an_xml_file_is_used():
    text = "<?xml version='1.0' encoding='iso-8859-2'?><p>¿eby</p>"
    assert "żeby" in decode(text.replace("¿", "ż").encode("iso8859-2"))


@pytest.mark.parametrize("name", ["iso-8859-1", "us-ascii", "latin1"])
def test_pages_in_latin_1_have_the_quotes_of_windows(name):
    page = f"<meta charset={name}><p>The ferry’s fare</p>".encode("cp1252")
    assert "ferry’s" in decode(page, html=True)


def test_newlines_are_unified_and_nothing_else_is_altered():
    assert decode(b"one\r\ntwo\rthree\n") == "one\ntwo\nthree\n"
    text = "  tab\there \u00a0 \u200b \u2028 e\u0301 \n\n\n"
    assert decode(text.encode()) == text


def test_the_end_of_file_character_of_dos_does_no_harm():
    assert decode(b"It left.\r\n\x1a") == "It left.\n\x1a"


def test_a_stray_zero_byte_does_no_harm():
    assert decode(b"It left\x00 at seven.") == "It left\x00 at seven."


@pytest.mark.parametrize("before", ["It left at seven. " * 12_000, "a" * 200_000 + "\n", "\n" * 200_000])
def test_a_letter_far_down_a_file_shows_the_encoding_as_well(before):
    assert decode(f"{before}Fermé à midi".encode("latin-1")).endswith("Fermé à midi")


def test_the_colours_of_a_terminal_are_not_taken_for_japanese():
    assert "It left" in decode(b"\x1b[31mIt left\x1b[0m" + b" at seven." * 100)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x00\x00\x00\x01\xf6\x08\x06" * 20,
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" * 20,
        bytes(range(256)) * 8,
        b"plain words and then\x00\x00\x00\x00\x00\x00 zeros " * 5,
        b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00>\x00\x01\x00\x00\x00" * 40,
    ],
)
def test_what_is_not_text_is_refused(raw):
    with pytest.raises(UnreadableFile, match="not a text file, or in an unknown encoding"):
        decode(raw)
