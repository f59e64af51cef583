"""Retries, how long the SDK waits before them, and time-outs of its own."""

import anthropic
import pytest
from conftest import ANSWER

SOON = {"retry-after-ms": "1"}

# Longer than the SDK waits on its own before its first retry: half a second.
LONG_SECONDS = 0.9


@pytest.mark.parametrize("status", [408, 409, 429, 500, 529])
def test_tries_again_and_succeeds_after(controlled, upstream, recorder, hello, status):
    upstream.fail(status, SOON)
    recorder.at_attempt(3, upstream.answer)
    assert controlled.messages.create(**hello).id == ANSWER["id"]
    counts = [request.headers["x-stainless-retry-count"] for request in recorder.requests]
    assert counts == ["0", "1", "2"]


def test_gives_up_after_as_many_retries_as_it_was_given(controlled, upstream, recorder, hello):
    upstream.fail(429, SOON)
    with pytest.raises(anthropic.RateLimitError):
        controlled.with_options(max_retries=1).messages.create(**hello)
    assert len(recorder.requests) == 2


def test_obeys_when_the_upstream_says_not_to_try_again(controlled, upstream, recorder, hello):
    upstream.fail(529, {"x-should-retry": "false"})
    with pytest.raises(anthropic.OverloadedError):
        controlled.messages.create(**hello)
    assert len(recorder.requests) == 1


def test_obeys_when_the_upstream_says_to_try_again(controlled, upstream, recorder, hello):
    upstream.fail(400, {**SOON, "x-should-retry": "true"})
    recorder.at_attempt(2, upstream.answer)
    assert controlled.messages.create(**hello).id == ANSWER["id"]
    assert len(recorder.requests) == 2


@pytest.mark.parametrize(("header", "value"), [("retry-after", "1"), ("retry-after-ms", "900")])
def test_waits_as_long_as_it_is_told_by(controlled, upstream, recorder, hello, header, value):
    upstream.fail(429, {header: value})
    recorder.at_attempt(2, upstream.answer)
    controlled.messages.create(**hello)
    first, second = recorder.times
    assert second - first >= LONG_SECONDS


def test_its_own_time_out_lets_go_of_the_upstream(controlled, upstream, hello):
    upstream.hang()
    with pytest.raises(anthropic.APITimeoutError):
        controlled.with_options(max_retries=0, timeout=1).messages.create(**hello)
    upstream.wait_until_let_go()
    assert len(upstream.received()) == 1
