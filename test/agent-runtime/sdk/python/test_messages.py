"""Messages, tokens and models, and that what the client sends goes through untouched."""

import json
import os

import anthropic
import pytest
from conftest import ask


def test_needs_no_more_than_two_environment_variables(monkeypatch, gateway_url, key, hello):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", gateway_url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    with anthropic.Anthropic() as client:
        message = client.messages.create(**hello)
    assert message.content[0].text == "This is the simulated Claude. You said: Hello"


def test_gets_a_whole_message(client, hello):
    message = client.messages.create(**hello)
    assert (message.type, message.role, message.model) == ("message", "assistant", hello["model"])
    assert (message.stop_reason, message.stop_sequence) == ("end_turn", None)
    assert (message.usage.input_tokens, message.usage.output_tokens) == (2, 8)
    assert message.usage.service_tier == "standard"


@pytest.mark.parametrize("way", ["an API key", "an authorization token", "a header of its own"])
def test_may_show_the_key_as(way, gateway_url, key, hello):
    credentials = {
        "an API key": {"api_key": key},
        "an authorization token": {"auth_token": key},
        "a header of its own": {"default_headers": {"x-api-key": key}},
    }[way]
    with anthropic.Anthropic(base_url=gateway_url, **credentials) as client:
        assert client.messages.create(**hello).type == "message"


def test_finds_the_request_id_on_the_answer(client, hello):
    assert client.messages.create(**hello)._request_id.startswith("req_")
    raw = client.messages.with_raw_response.create(**hello)
    assert raw.request_id == raw.headers["request-id"] == raw.parse()._request_id


def test_counts_tokens(client):
    messages = [{"role": "user", "content": "Hello"}]
    counted = client.messages.count_tokens(model="claude-sonnet-5-5", system="Be brief", messages=messages)
    assert counted.input_tokens == 4


def test_stops_at_a_stop_sequence(client):
    message = client.messages.create(**ask("one two three", stop_sequences=["two"]))
    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "two")


def test_lists_models_page_by_page_until_all_are_there(client, recorder):
    models = [model.id for model in client.models.list(limit=1000)]
    assert [model.id for model in client.models.list(limit=5)] == models
    assert len(recorder.requests) == 1 + -(-len(models) // 5)


def test_lists_models_backwards_too(client):
    models = [model.id for model in client.models.list(limit=1000)]
    page = client.models.list(limit=2, before_id=models[4])
    assert [model.id for model in page.data] == models[2:4]
    assert page.has_next_page()
    assert [model.id for model in page.get_next_page().data] == models[:2]


def test_describes_a_model_by_its_alias(client):
    model = client.models.retrieve("claude-haiku-4-5")
    assert (model.id, model.display_name) == ("claude-haiku-4-5-20251001", "Claude Haiku 4.5")
    assert model.created_at.year == 2025


def test_sends_fields_that_nobody_knows_byte_for_byte(controlled, upstream, recorder, hello):
    unknown = {"field_of_tomorrow": {"nested": [1.5, None, "ünïcödé \U0001f600"]}}
    controlled.messages.create(**hello, extra_body=unknown)
    (received,) = upstream.received()
    assert received["body"].encode() == recorder.requests[0].content
    assert json.loads(received["body"])["field_of_tomorrow"] == unknown["field_of_tomorrow"]


def test_keeps_its_version_and_beta_headers(controlled, upstream, recorder, hello):
    controlled.beta.messages.create(**hello, betas=["context-1m-2025-08-07", "of-tomorrow-2027-01-01"])
    (received,) = upstream.received()
    sent = recorder.requests[0]
    assert received["url"] == sent.url.raw_path.decode()
    assert received["headers"]["anthropic-beta"] == "context-1m-2025-08-07,of-tomorrow-2027-01-01"
    assert received["headers"]["anthropic-version"] == sent.headers["anthropic-version"]


def test_never_shows_the_gateways_key_to_the_upstream(controlled, upstream, hello):
    controlled.messages.create(**hello)
    (received,) = upstream.received()
    assert "authorization" not in received["headers"]
    assert os.environ["GATEWAY_KEY"] not in json.dumps(received)
