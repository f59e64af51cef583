"""What every test has: clients, and an upstream that answers as the test says.

`GATEWAY_URL` leads to the simulated Claude, `CONTROLLED_GATEWAY_URL` to the upstream at `CONTROLLED_UPSTREAM_URL`;
`GATEWAY_KEY` opens both. With `--outcomes FILE` the outcome of every test is written there as lines of JSON.
"""

import json
import os
import time
import urllib.request

import anthropic
import pytest

MODEL = "claude-sonnet-5-5"

# A test that waits for what never comes must fail before the whole run is given up.
PATIENCE_SECONDS = 20

ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": MODEL,
    "content": [{"type": "text", "text": "Hi"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 100, "output_tokens": 10},
}


class Upstream:
    """The upstream behind the second gateway."""

    def __init__(self, url):
        self.url = url

    def answer(self, status=200, body=None, headers=None, open=False):
        headers = {"content-type": "application/json", **(headers or {})}
        text = body if isinstance(body, str) else json.dumps(ANSWER if body is None else body)
        self._control("answer", {"status": status, "headers": headers, "body": text, "open": open})

    def fail(self, status, headers=None):
        error = {"type": "api_error", "message": "No"}
        self.answer(status, {"type": "error", "error": error}, headers)

    def hang(self):
        self._control("answer", {})

    def received(self):
        return self._control("received")

    def forget(self):
        self._control("forget")

    def wait_until_asked(self):
        self._control("arrived")

    def wait_until_let_go(self):
        self._control("closed")

    def _control(self, what, body=None):
        data = json.dumps(body).encode() if body is not None else b""
        request = urllib.request.Request(f"{self.url}/control/{what}", data)
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer)


class Recorder:
    """Remembers the requests that a client sends, and when."""

    def __init__(self):
        self.requests = []
        self.times = []
        self.before = {}

    def at_attempt(self, number, action):
        self.before[number] = action

    def __call__(self, request):
        self.requests.append(request)
        self.times.append(time.monotonic())
        self.before.get(len(self.requests), lambda: None)()

    def client(self, url, **options):
        options = {"timeout": PATIENCE_SECONDS, **options}
        http_client = anthropic.DefaultHttpxClient(event_hooks={"request": [self]})
        return anthropic.Anthropic(base_url=url, api_key=os.environ["GATEWAY_KEY"], http_client=http_client, **options)


@pytest.fixture
def gateway_url():
    return os.environ["GATEWAY_URL"]


@pytest.fixture
def controlled_url():
    return os.environ["CONTROLLED_GATEWAY_URL"]


@pytest.fixture
def key():
    return os.environ["GATEWAY_KEY"]


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def client(gateway_url, recorder):
    with recorder.client(gateway_url, max_retries=0) as client:
        yield client


@pytest.fixture
def upstream():
    upstream = Upstream(os.environ["CONTROLLED_UPSTREAM_URL"])
    upstream.answer()
    upstream.forget()
    return upstream


@pytest.fixture
def controlled(controlled_url, upstream, recorder):
    """A client whose requests reach the upstream that the test controls."""
    with recorder.client(controlled_url) as client:
        yield client


@pytest.fixture
def hello():
    return ask("Hello")


def ask(content, **fields):
    return {"model": MODEL, "max_tokens": 1000, "messages": [{"role": "user", "content": content}], **fields}


def pytest_addoption(parser):
    parser.addoption("--outcomes", help="file that the outcome of every test is written to")


def pytest_configure(config):
    file = config.getoption("--outcomes")
    if file:
        config.pluginmanager.register(OutcomeWriter(file))


class OutcomeWriter:
    """Writes a line for each phase of a test as it ends: the test and, unless it passed, why not."""

    def __init__(self, file):
        self.file = file

    def pytest_runtest_logreport(self, report):
        fault = "" if report.passed else f"{report.when} {report.outcome}: {report.longreprtext}"
        with open(self.file, "a", encoding="utf-8") as output:
            output.write(json.dumps({"test": report.nodeid, "fault": fault}) + "\n")
