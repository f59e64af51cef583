"""Streams: raw events, the helper, errors in the middle, and leaving early."""

import json

import anthropic
import pytest
from conftest import ANSWER, ask

EVENT_STREAM = {"content-type": "text/event-stream"}


def event(kind, **fields):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"


BEGINNING = (
    event("message_start", message={**ANSWER, "content": [], "stop_reason": None})
    + event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    + event("content_block_delta", index=0, delta={"type": "text_delta", "text": "Hi "})
)


def test_raw_events_come_one_by_one(client):
    with client.messages.create(**ask("[simulate words=2]"), stream=True) as stream:
        assert [each.type for each in stream] == [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]


def test_the_helper_hands_out_text(client):
    with client.messages.stream(**ask("[simulate words=3]")) as stream:
        assert list(stream.text_stream) == ["word1 ", "word2 ", "word3 "]
        assert stream.request_id.startswith("req_")


def test_the_helper_puts_the_final_message_together(client):
    with client.messages.stream(**ask("[simulate words=3]")) as stream:
        message = stream.get_final_message()
    assert message.content[0].text == "word1 word2 word3 "
    assert (message.stop_reason, message.usage.output_tokens) == ("end_turn", 3)


def test_events_that_nobody_knows_do_no_harm(controlled, upstream):
    end = event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 1}) + event("message_stop")
    stop = event("content_block_stop", index=0)
    upstream.answer(body=BEGINNING + event("event_of_tomorrow", news=1) + stop + end, headers=EVENT_STREAM)
    with controlled.messages.stream(**ask("Hello")) as stream:
        assert stream.get_final_text() == "Hi "


@pytest.mark.parametrize(
    ("directive", "kind"), [("overload", "overloaded_error"), ("break", "api_error")], ids=["overload", "break"]
)
def test_fails_in_the_middle_with_the_type_of_the_error(client, directive, kind):
    with client.messages.stream(**ask(f"[simulate {directive} words=9]")) as stream:
        with pytest.raises(anthropic.APIStatusError) as failure:
            stream.until_done()
    assert failure.value.type == kind
    assert failure.value.request_id.startswith("req_")


def test_fails_with_the_class_of_the_status_when_no_stream_begins(client):
    with pytest.raises(anthropic.RateLimitError):
        with client.messages.stream(**ask("[simulate status=429]")):
            pass


def test_lets_go_of_the_upstream_when_it_is_left_early(controlled, upstream):
    upstream.answer(body=BEGINNING, headers=EVENT_STREAM, open=True)
    with controlled.messages.stream(**ask("Hello")) as stream:
        assert next(iter(stream.text_stream)) == "Hi "
    upstream.wait_until_let_go()
    assert len(upstream.received()) == 1
