"""Zip packages: what is read from them, and how little a hostile one can do."""

import contextlib
import io
import struct
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from word_files import zip_of

from qa.documents.office import package as limits
from qa.documents.office.package import Package, Relation
from qa.errors import UnreadableFile

DAMAGED = "not a valid ferry file. Try opening it and saving it again"


def package(files: dict[str, str | bytes]) -> Package:
    return Package(zip_of(files), "ferry file")


def refusal(raw: bytes, name: str = "a.xml") -> str:
    with pytest.raises(UnreadableFile) as caught:
        Package(raw, "ferry file").xml(name)
    return str(caught.value)


def test_parts_are_read_by_name_however_it_is_written():
    ferry = package({"Boats\\Heron.xml": "<boat/>", "b.bin": b"\0\1"})
    assert ferry.names() == ["Boats/Heron.xml", "b.bin"]
    assert ferry.read("b.bin") == b"\0\1"
    assert ferry.read("/boats/heron.XML") == b"<boat/>"
    assert ferry.read("c.bin") is None
    assert ferry.xml("boats/heron.xml").tag == "boat"
    assert ferry.xml("c.xml") is None


def test_relations_name_parts_and_nothing_outside():
    rels = (
        '<R><R Id="1" Type="http://x/image" Target="../media/a.png"/>'
        '<R Id="2" Type="http://x/styles" Target="/styles.xml"/>'
        '<R Id="3" Type="http://x/notes" Target="../../../../etc/notes.xml"/>'
        '<R Id="4" Type="http://x/hyperlink" Target="http://example.org" TargetMode="External"/></R>'
    )
    assert package({"word/_rels/a.xml.rels": rels}).relations("word/a.xml") == [
        Relation("1", "image", "media/a.png"),
        Relation("2", "styles", "styles.xml"),
        Relation("3", "notes", "etc/notes.xml"),
    ]


def test_comments_and_instructions_are_not_in_a_tree():
    tree = package({"a.xml": "<a><!-- no --><?no no?><b/></a>"}).xml("a.xml")
    assert [child.tag for child in tree] == ["b"]


def test_a_broken_part_that_is_not_needed_is_noted():
    ferry = package({"a.xml": "<a", "b.xml": "<b/>"})
    assert ferry.optional_xml("a.xml") is None
    assert ferry.optional_xml("b.xml").tag == "b"
    assert ferry.optional_xml("c.xml") is None
    assert ferry.broken == [("a.xml", "not a valid ferry file")]


def encrypted() -> bytes:
    raw = bytearray(zip_of({"a.xml": "<a/>"}))
    flags = raw.index(b"PK\x01\x02") + 8
    raw[flags : flags + 2] = struct.pack("<H", 1)
    return bytes(raw)


def compressed(method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("a.xml", "<a/>")
    return file.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"words", DAMAGED),
        (b"PK\x03\x04", DAMAGED),
        (OLE, DAMAGED),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password-protected. Save a copy without a password"),
        (encrypted(), "password-protected. Save a copy without a password"),
        (zip_of({"a.xml": ""}), DAMAGED),
        (zip_of({"a.xml": "<a>&b;</a"}), DAMAGED),
        (zip_of({"a.xml": "<a>" * 400 + "</a>" * 400}), DAMAGED),
        (compressed(zipfile.ZIP_BZIP2), DAMAGED),
        (compressed(zipfile.ZIP_LZMA), DAMAGED),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_line(raw, reason):
    assert refusal(raw) == reason


def test_a_file_of_the_old_format_is_refused_with_advice():
    with pytest.raises(UnreadableFile, match=r"Save it as \.ferry"):
        Package(OLE, "ferry file", "an old ferry file. Save it as .ferry")


def test_a_part_that_unpacks_to_too_much_is_refused_at_once():
    raw = zip_of({"a.xml": b" " * (limits.MAX_XML + 1)})
    assert len(raw) < 100_000
    started = time.monotonic()
    assert refusal(raw) == "unpacks to more than 30 MB. Split it"
    assert time.monotonic() - started < 1


def test_all_parts_together_are_limited(monkeypatch):
    monkeypatch.setattr(limits, "MAX_UNPACKED", 5_000_000)
    ferry = package({name: bytes(3_000_000) for name in ("a.bin", "b.bin")})
    ferry.read("a.bin")
    with pytest.raises(UnreadableFile, match="unpacks to more than 5 MB"):
        ferry.read("b.bin")
    with pytest.raises(UnreadableFile, match="unpacks to more than 5 MB"):
        ferry.check()


def test_a_part_that_lies_about_its_size_gives_no_more_than_it_claims():
    raw = bytearray(zip_of({"a.xml": b" " * 1_000_000}))
    entry = raw.index(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = struct.pack("<I", 100)
    assert refusal(bytes(raw)) == DAMAGED


def test_a_package_of_too_many_parts_is_refused():
    assert refusal(zip_of({f"{n}.xml": "" for n in range(20_001)})) == DAMAGED


def test_files_outside_are_not_read(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the key of the harbour")
    doctype = f'<!DOCTYPE a [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'
    tree = package({"a.xml": f"{doctype}<a>x&s;y</a>"}).xml("a.xml")
    assert "key" not in "".join(tree.itertext("a"))


WHOLE = zip_of({"a.xml": "<a>" + "<b>words</b>" * 20 + "</a>", "c.bin": bytes(50)})


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_package_changed_anywhere_is_read_or_refused(data):
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableFile):
        found = Package(bytes(raw), "ferry file")
        found.check()
        found.xml("a.xml")
        found.read("c.bin")
