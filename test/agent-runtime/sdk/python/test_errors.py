"""Every error arrives as the class that the SDK has for it."""

import anthropic
import pytest
from conftest import ask


CLASSES = {
    400: (anthropic.BadRequestError, "invalid_request_error"),
    403: (anthropic.PermissionDeniedError, "permission_error"),
    404: (anthropic.NotFoundError, "not_found_error"),
    413: (anthropic.ContentTooLargeError, "request_too_large"),
    429: (anthropic.RateLimitError, "rate_limit_error"),
    500: (anthropic.InternalServerError, "api_error"),
    504: (anthropic.GatewayTimeoutError, "timeout_error"),
    529: (anthropic.OverloadedError, "overloaded_error"),
}


@pytest.mark.parametrize("status", CLASSES)
def test_an_error_of_the_upstream_comes_as_its_class(client, status):
    error_class, kind = CLASSES[status]
    with pytest.raises(error_class) as failure:
        client.messages.create(**ask(f"[simulate status={status}]"))
    error = failure.value
    assert (error.status_code, error.type, error.api_message) == (status, kind, "This error was asked for.")
    assert error.request_id.startswith("req_")


def test_an_error_about_the_key_of_the_gateway_is_not_a_wrong_key_of_the_caller(recorder, gateway_url):
    with recorder.client(gateway_url) as client:
        with pytest.raises(anthropic.InternalServerError) as failure:
            client.messages.create(**ask("[simulate status=401]"))
    assert (failure.value.status_code, failure.value.type) == (502, "api_error")
    assert len(recorder.requests) == 1


def test_an_error_tells_when_to_come_again(client):
    with pytest.raises(anthropic.RateLimitError) as failure:
        client.messages.create(**ask("[simulate status=429 retry-after=7]"))
    assert failure.value.response.headers["retry-after"] == "7"


def test_a_wrong_key_is_an_authentication_error(recorder, gateway_url, hello):
    with recorder.client(gateway_url).with_options(api_key="wrong") as client:
        with pytest.raises(anthropic.AuthenticationError) as failure:
            client.messages.create(**hello)
    assert failure.value.type == "authentication_error"
    assert failure.value.request_id.startswith("req_")
    assert len(recorder.requests) == 1


def test_a_request_that_is_not_valid_is_a_bad_request_error(recorder, gateway_url, hello):
    with recorder.client(gateway_url) as client:
        with pytest.raises(anthropic.BadRequestError) as failure:
            client.messages.create(**{**hello, "model": ""})
    assert "model" in failure.value.api_message
    assert len(recorder.requests) == 1


def test_a_body_that_is_too_large_is_a_content_too_large_error(recorder, gateway_url):
    with recorder.client(gateway_url) as client:
        with pytest.raises(anthropic.ContentTooLargeError) as failure:
            client.messages.create(**ask("x" * 33 * 1024 * 1024))
    assert failure.value.type == "request_too_large"
    assert len(recorder.requests) == 1


def test_a_model_that_nobody_knows_is_a_not_found_error(client):
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("claude-0")


def test_the_callers_own_deadline_is_a_gateway_timeout_error(recorder, gateway_url):
    with recorder.client(gateway_url) as client:
        with pytest.raises(anthropic.GatewayTimeoutError):
            client.messages.create(**ask("[simulate hang]"), extra_headers={"x-claude-agent-deadline-ms": "200"})
    assert len(recorder.requests) == 1
