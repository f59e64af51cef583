"""Tools: by hand, by the tool runner, and on message threads."""

import json

from anthropic import beta_tool
from conftest import MODEL, ask

CALL_ADD = '[simulate tool=add input={"a":19,"b":23}]'


@beta_tool
def add(a: int, b: int) -> str:
    """Adds two numbers.

    Args:
        a: the one
        b: the other
    """
    return str(a + b)


@beta_tool
def broken() -> str:
    """Fails."""
    raise RuntimeError("it broke")


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


def bodies(recorder):
    return [json.loads(request.content) for request in recorder.requests]


def test_a_tool_is_called_and_answered_by_hand(client):
    tools = [add.to_dict()]
    call = client.messages.create(**ask(CALL_ADD, tools=tools))
    assert call.stop_reason == "tool_use"
    tool_use = call.content[1]
    assert (tool_use.name, tool_use.input) == ("add", {"a": 19, "b": 23})
    result = {"type": "tool_result", "tool_use_id": tool_use.id, "content": "42"}
    request = ask(CALL_ADD, tools=tools)
    request["messages"] += [{"role": "assistant", "content": call.content}, {"role": "user", "content": [result]}]
    end = client.messages.create(**request)
    assert end.stop_reason == "end_turn"
    assert "You said: 42" in text_of(end)


def test_the_input_of_a_tool_comes_in_a_stream_too(client):
    with client.messages.stream(**ask(CALL_ADD, tools=[add.to_dict()])) as stream:
        pieces = [each.partial_json for each in stream if each.type == "input_json"]
        assert stream.get_final_message().content[1].input == {"a": 19, "b": 23}
    assert "".join(pieces) == '{"a":19,"b":23}'


def test_the_tool_runner_goes_on_with_what_a_tool_returned(client, recorder):
    end = client.beta.messages.tool_runner(**ask(CALL_ADD, tools=[add])).until_done()
    assert "You said: 42" in text_of(end)
    assert len(recorder.requests) == 2


def test_the_tool_runner_sends_only_what_is_new_on_a_thread(client, recorder):
    client.beta.messages.tool_runner(**ask(CALL_ADD, tools=[add])).until_done()
    first, second = bodies(recorder)
    assert first["thread"] == {"type": "create"}
    assert second["thread"]["type"] == "continue"
    assert [message["role"] for message in second["messages"]] == ["user"]


def test_the_tool_runner_sends_the_whole_conversation_without_a_thread(client, recorder):
    end = client.beta.messages.tool_runner(**ask(CALL_ADD, tools=[add]), thread=False).until_done()
    assert "You said: 42" in text_of(end)
    assert len(bodies(recorder)[1]["messages"]) == 3


def test_the_tool_runner_calls_several_tools_at_once(client, recorder):
    prompt = '[simulate tool=add,add input={"a":1,"b":2}]'
    messages = list(client.beta.messages.tool_runner(**ask(prompt, tools=[add])))
    assert [message.stop_reason for message in messages] == ["tool_use", "end_turn"]
    results = bodies(recorder)[1]["messages"][-1]["content"]
    assert [result["content"] for result in results] == ["3", "3"]
    assert len({result["tool_use_id"] for result in results}) == 2


def test_the_tool_runner_streams_every_turn(client):
    runner = client.beta.messages.tool_runner(**ask(CALL_ADD, tools=[add]), stream=True)
    texts = [text_of(stream.get_final_message()) for stream in runner]
    assert len(texts) == 2
    assert "You said: 42" in texts[1]


def test_the_tool_runner_tells_claude_about_a_tool_that_failed(client):
    end = client.beta.messages.tool_runner(**ask("[simulate tool=broken]", tools=[broken])).until_done()
    assert "it broke" in text_of(end)


def test_the_tool_runner_stops_after_as_many_turns_as_it_may_take(client, recorder):
    end = client.beta.messages.tool_runner(**ask(CALL_ADD, tools=[add]), max_iterations=1).until_done()
    assert end.stop_reason == "tool_use"
    assert len(recorder.requests) == 1


def test_a_message_thread_goes_on_where_it_was(client, recorder):
    thread = client.beta.messages.thread(model=MODEL, max_tokens=1000)
    first = thread.send({"role": "user", "content": "My name is Ada."})
    second = thread.send({"role": "user", "content": "What is it?"})
    assert len(bodies(recorder)[1]["messages"]) == 1
    assert second.usage.input_tokens > first.usage.input_tokens + first.usage.output_tokens
