"""Requests to a server that misbehaves: what is tried again, when, and what is said. Nothing waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from conftest import WordEncoder
from embedding_server import Behaviour, EmbeddingServer, breaking_off, failing, served
from starlette.responses import PlainTextResponse, RedirectResponse

from qa.errors import ModelError
from qa.models.service import Patience, Service, TooMuch

KEY = "sk-s3cret"
BODY = {"model": "words", "input": ["a ferry"]}
SHORT, LONG = Patience(answer=20, retrying=3), Patience(answer=20, retrying=60)


class Clock:
    """Time that passes only in pauses, which are kept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, over: threading.Event, seconds: float) -> bool:
        self.pauses.append(seconds)
        self.now += seconds
        return over.is_set()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddingServer]:
    server = EmbeddingServer(WordEncoder())
    with served(server):
        yield server


@pytest.fixture
def server(running: EmbeddingServer, monkeypatch: pytest.MonkeyPatch) -> EmbeddingServer:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.planned.clear()
    running.requests.clear()
    running.always, running.key = None, ""
    return running


@pytest.fixture
def service(server: EmbeddingServer, clock: Clock) -> Service:
    return Service(server.url, KEY, wait=clock.wait, clock=clock)


def problem(service: Service, patience: Patience = SHORT, path: str = "/embeddings") -> str:
    with pytest.raises(ModelError) as raised:
        service.request(path, BODY, patience=patience)
    message = str(raised.value)
    assert message.startswith(f"the encoder at {service.url} ")
    assert "\n" not in message
    assert "s3cret" not in message
    return message.removeprefix(f"the encoder at {service.url} ")


def test_the_key_is_sent_as_a_bearer_token(service, server):
    service.request("/embeddings", BODY, patience=SHORT)
    assert server.requests == [BODY | {"authorization": f"Bearer {KEY}"}]


def test_without_a_key_none_is_sent(server):
    Service(server.url).request("/embeddings", BODY, patience=SHORT)
    assert server.requests == [BODY | {"authorization": None}]


@pytest.mark.parametrize(
    "behaviour", [failing(500), failing(503), failing(429), breaking_off], ids=["500", "503", "429", "broken"]
)
def test_what_may_pass_is_tried_again_after_pauses_that_double(service, server, clock, behaviour: Behaviour):
    server.planned.extend([behaviour] * 3)
    assert len(service.request("/embeddings", BODY, patience=SHORT)["data"]) == 1
    assert len(server.requests) == 4
    first, second, third = clock.pauses
    assert 0.125 <= first <= 0.25 <= second <= 0.5 <= third <= 1


def test_pauses_differ_so_that_not_all_come_back_at_once(service, server, clock):
    for _ in range(10):
        server.planned.append(failing(503))
        service.request("/embeddings", BODY, patience=SHORT)
    assert len(set(clock.pauses)) == 10


def test_the_pause_that_the_server_asks_for_is_made(service, server, clock):
    server.planned.append(failing(429, retry_after="7"))
    service.request("/embeddings", BODY, patience=LONG)
    assert clock.pauses == [7]
    server.planned.append(
        failing(503, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=20)))
    )
    service.request("/embeddings", BODY, patience=LONG)
    assert 15 < clock.pauses[1] <= 20
    server.planned.append(failing(503, retry_after="soon"))
    service.request("/embeddings", BODY, patience=LONG)
    assert clock.pauses[2] <= 0.25


def test_a_question_does_not_wait_as_long_as_the_server_asks(service, server, clock):
    server.always = failing(429, "rate limit reached", retry_after="30")
    assert problem(service) == "fails (429: rate limit reached). Try again, or look into its log"
    assert clock.pauses == []
    assert len(server.requests) == 1


def test_a_server_that_stays_broken_is_given_up(service, server, clock):
    server.always = failing(500)
    assert problem(service) == "fails (500: out of order). Try again, or look into its log"
    assert sum(clock.pauses) <= 3
    clock.pauses.clear()
    problem(service, LONG)
    assert 30 < sum(clock.pauses) <= 60
    assert max(clock.pauses) <= 8


def test_nothing_is_tried_again_once_the_work_is_over(service, server, clock):
    server.always = failing(500)
    over = threading.Event()
    over.set()
    with pytest.raises(ModelError):
        service.request("/embeddings", BODY, patience=LONG, over=over)
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_one_line(clock):
    with served(server := EmbeddingServer(WordEncoder())) as stop:
        stop()
        message = problem(Service(server.url, KEY, wait=clock.wait, clock=clock))
    assert message.startswith("cannot be reached (")
    assert message.endswith("). Start it, or set QA_ENCODER to where it is")
    assert len(clock.pauses) > 2


def test_an_address_that_leads_nowhere_is_one_line(clock):
    for address in ("http://*/v1", "http://127.0.0.1:99999/v1"):
        service = Service(address, wait=clock.wait, clock=clock)
        assert problem(service).endswith("Start it, or set QA_ENCODER to where it is")


def test_a_server_that_does_not_answer_is_one_line(server):
    released = threading.Event()

    def slow(server, body):
        released.wait(20)
        return failing(500)(server, body)

    server.always = slow
    service = Service(server.url)
    try:
        said = problem(service, Patience(answer=0.2, retrying=0))
    finally:
        released.set()
    assert said == "does not answer within 0.2 seconds. Start it, or set QA_ENCODER to where it is"


def test_a_server_that_hangs_up_is_one_line(service, server):
    server.always = breaking_off
    assert problem(service).startswith("ends the connection (RemoteProtocolError). Start it")


def test_the_wrong_key_is_said_at_once_and_not_quoted(service, server, clock):
    server.key = "another"
    said = "refuses a request (401: Incorrect API key: Bearer ***). Set QA_ENCODER_KEY to a key that it takes"
    assert problem(service, LONG) == said
    assert len(server.requests) == 1
    assert clock.pauses == []


def test_the_wrong_place_is_said_at_once(service, clock):
    said = "refuses a request (404: Not Found). Check QA_ENCODER, which usually ends in /v1, and QA_MODEL"
    assert problem(service, path="/vectors") == said
    assert clock.pauses == []


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            failing(400, "no such\nmodel\x1b[2J."),
            "refuses a request (400: no such model [2J). Look into its log",
        ),
        (failing(418, "x" * 5000), f"refuses a request (418: {'x' * 200}...). Look into its log"),
        (lambda *_: RedirectResponse("/"), "refuses a request (307: Temporary Redirect). Look into its log"),
        (lambda *_: PlainTextResponse("hello"), "does not answer with JSON. Set QA_ENCODER to an OpenAI-"),
        (lambda *_: PlainTextResponse("<h1>", 499), "refuses a request (499). Look into its log"),
    ],
    ids=["controls", "long", "redirect", "text", "unknown"],
)
def test_whatever_is_answered_becomes_one_line(service, server, answer: Behaviour, says: str):
    server.always = answer
    assert problem(service).startswith(says)


@pytest.mark.parametrize(
    "answer",
    [
        failing(413),
        failing(400, "This model's maximum context length is 512 tokens"),
        failing(422, "`inputs` must have less than 512 tokens. Given: 600"),
    ],
    ids=["413", "400", "422"],
)
def test_too_much_is_told_from_other_refusals(service, server, answer: Behaviour):
    server.always = answer
    with pytest.raises(TooMuch):
        service.request("/embeddings", BODY, patience=SHORT)
    server.always = failing(400, "no such model")
    with pytest.raises(ModelError) as raised:
        service.request("/embeddings", BODY, patience=SHORT)
    assert not isinstance(raised.value, TooMuch)


def test_a_name_and_password_in_an_address_are_in_no_message():
    service = Service("https://ada:s3cret@example.test:8443/v1/?key=s3cret#s3cret")
    assert service.url == "https://example.test:8443/v1"
    assert "s3cret" not in str(service.error("is broken", "Mend it"))
