"""Who may log in, as the environment or a file says it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from qa.errors import SettingsError
from qa.settings import Person, Settings

ADA, EVE = Person("ada", "s3cret"), Person("eve", "hunter2", is_reader=True)


def people(**environment: str) -> tuple[Person, ...] | None:
    return Settings.from_environment(environment).login


def problem(**environment: str) -> str:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment(environment)
    return str(error.value)


def test_without_a_login_nobody_has_to_log_in():
    assert people() is people(QA_LOGIN="", QA_LOGIN_FILE="") is None


@pytest.mark.parametrize(
    "password", ["s3cret", "a:b", "a,b", "a b ", "#1", "x:reader:y", "grün", '"', "a\u2028b", ":reader x"]
)
def test_the_password_of_one_person_may_be_anything(password: str):
    assert people(QA_LOGIN=f"ada:{password}") == (Person("ada", password),)


def test_the_one_line_of_a_login_names_no_reader_and_says_so(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING, "qa"):
        assert people(QA_LOGIN="ada:s3cret:reader") == (Person("ada", "s3cret:reader"),)
    (message,) = caplog.messages
    assert message == "QA_LOGIN of one line names no reader: :reader is part of the password"


def test_several_people_are_named_one_a_line():
    assert people(QA_LOGIN="ada:s3cret\neve:hunter2:reader") == (ADA, EVE)
    assert people(QA_LOGIN="ada:s3cret\n") == (ADA,)


def test_a_file_names_people_between_comments(tmp_path: Path):
    file = tmp_path / "people"
    lines = [
        "\ufeff# who may add",
        "",
        "  ada:s3cret",
        "# who may ask",
        "eve:hunter2:reader  ",
        "bob:a:b,c",
        "",
    ]
    file.write_bytes("\r\n".join(lines).encode())
    assert people(QA_LOGIN_FILE=str(file)) == (ADA, EVE, Person("bob", "a:b,c"))


def test_passwords_are_not_shown_with_the_settings():
    assert "s3cret" not in repr(Settings.from_environment({"QA_LOGIN": "ada:s3cret"}))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names nobody"),
        ("# nobody yet\n\n", "names nobody"),
        ("ada:s3cret\neve", "line 2 is not name:password or name:password:reader"),
        ("eve::reader", "line 1 is not name:password"),
        (":s3cret", "line 1 is not name:password"),
        ("ada:s3cret\nada:other:reader", "line 2 names somebody who is named before"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_and_never_no_login(tmp_path: Path, text: str, says: str):
    file = tmp_path / "people"
    file.write_text(text, "utf-8")
    message = problem(QA_LOGIN_FILE=str(file))
    assert message.startswith(f"QA_LOGIN_FILE, {file}")
    assert says in message
    assert "\n" not in message
    assert "s3cret" not in message


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path):
    assert problem(QA_LOGIN_FILE=str(tmp_path)) == f"QA_LOGIN_FILE: cannot read {tmp_path} (Is a directory)"
    missing = tmp_path / "missing"
    expected = f"QA_LOGIN_FILE: cannot read {missing} (No such file or directory)"
    assert problem(QA_LOGIN_FILE=str(missing)) == expected
    (tmp_path / "people").write_bytes(b"ada:\xff")
    assert "is not a file of text in UTF-8" in problem(QA_LOGIN_FILE=str(tmp_path / "people"))


def test_a_login_that_cannot_be_used_is_an_error():
    assert problem(QA_LOGIN="s3cret") == problem(QA_LOGIN=":s3cret") == "QA_LOGIN must be name:password"
    assert problem(QA_LOGIN="\n") == "QA_LOGIN names nobody. Write name:password, one person a line"
    assert problem(QA_LOGIN="ada:s3cret\n\nada").startswith("QA_LOGIN: line 3 is not name:password")
    assert problem(QA_LOGIN="a:b", QA_LOGIN_FILE="c").startswith("QA_LOGIN and QA_LOGIN_FILE are both set")


# --- parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", ""),
        ("trade", "trade"),
        ("trade/", "trade"),
        ("./trade//tolls/", "trade/tolls"),
        ("r\u00e9ports 2024/..2", None),
        ("r\u00e9ports 2024", "r\u00e9ports 2024"),
        *((name, None) for name in (".", "/", "/data/trade", "..", "../trade", "trade/../energy")),
        *((name, None) for name in (".git", "trade/.git", "~$trade", "tra\0de", "tra\udce9de")),
    ],
)
def test_a_part_is_a_folder_within_the_corpus(typed: str, part: str | None):
    if part is None:
        says = problem(QA_PART=typed)
        assert says.startswith("a part is a folder within the corpus, which '")
        assert "\n" not in says
    else:
        settings = Settings.from_environment({"QA_PART": typed, "QA_CORPUS": "data"})
        assert (settings.part, settings.folder) == (part, Path("data", part))


# --- the encoder ---------------------------------------------------------------------------------


def test_an_encoder_elsewhere_is_named_by_its_address():
    settings = Settings.from_environment(
        {"QA_ENCODER": " http://[::1]:8080/v1/ ", "QA_ENCODER_KEY": "sk-s3cret\n", "QA_MODEL": "own/model"}
    )
    assert settings.encoder == "http://[::1]:8080/v1/"
    assert (settings.encoder_key, settings.model) == ("sk-s3cret", "own/model")
    assert "s3cret" not in repr(settings)
    assert Settings.from_environment({"QA_ENCODER": " ", "QA_ENCODER_KEY": ""}).encoder is None


@pytest.mark.parametrize(
    "address", ["localhost:8080", "/models/bge", "ftp://host/v1", "http://", "http://a b/v1", "http://a:b/v1"]
)
def test_an_encoder_that_is_no_address_is_an_error(address: str):
    said = "QA_ENCODER must be an address such as http://localhost:8080/v1"
    assert problem(QA_ENCODER=address) == said


@pytest.mark.parametrize(
    "address", ["http://ada:s3cret@host/v1", "https://host/v1?key=s3cret", "http://h/#s3cret"]
)
def test_a_secret_in_the_address_is_an_error_that_does_not_quote_it(address: str):
    said = "QA_ENCODER must be the address alone. Put a key into QA_ENCODER_KEY"
    assert problem(QA_ENCODER=address) == said


@pytest.mark.parametrize("key", ["s3cret s3cret", "s3cret\nX-Other: 1", "s3crét"])
def test_a_key_that_cannot_be_sent_is_an_error_that_does_not_quote_it(key: str):
    assert problem(QA_ENCODER_KEY=key) == "QA_ENCODER_KEY must have neither spaces nor letters with accents"


# --- the store -----------------------------------------------------------------------------------


@pytest.mark.parametrize("store", ["localhost:19530", "tcp://host:19530", "milvus", "http:/host"])
def test_a_store_that_is_no_address_is_an_error(store: str):
    assert problem(QA_STORE=store) == "QA_STORE must be http://host:port, or a file whose name ends in .db"


def test_a_store_has_an_address_and_secrets_are_not_shown():
    settings = Settings.from_environment(
        {"QA_STORE": "https://ada:s3cret@host:19530/reports", "QA_STORE_TOKEN": "s3cret"}
    )
    assert (settings.store, settings.store_token) == ("https://ada:s3cret@host:19530/reports", "s3cret")
    assert "s3cret" not in repr(settings)


def test_several_folders_cannot_share_a_store():
    with pytest.raises(SettingsError, match="QA_STORE keeps the index of one folder"):
        Settings.for_several([Path("a"), Path("b")], {"QA_STORE": "http://host:19530"})


@pytest.mark.parametrize(
    ("variables", "private"),
    [
        ({}, True),
        ({"QA_STORE": "index.db"}, True),
        ({"QA_STORE": "http://host:19530"}, False),
        ({"QA_ENCODER": "http://host/v1"}, False),
    ],
)
def test_only_without_a_server_does_nothing_leave_the_machine(variables: dict[str, str], private: bool):
    assert Settings.from_environment(variables).is_private == private
