"""The asynchronous client."""

import asyncio

import anthropic
import pytest
from anthropic import beta_async_tool
from conftest import ask


@pytest.fixture
def run(gateway_url, key):
    """Runs work with an asynchronous client."""

    def run(work, **options):
        async def with_client():
            async with anthropic.AsyncAnthropic(base_url=gateway_url, api_key=key, **options) as client:
                return await work(client)

        return asyncio.run(with_client())

    return run


def test_gets_messages_side_by_side(run):
    async def work(client):
        prompts = [f"Number {number}" for number in range(20)]
        messages = await asyncio.gather(*(client.messages.create(**ask(prompt)) for prompt in prompts))
        return prompts, [message.content[0].text for message in messages]

    prompts, texts = run(work)
    assert texts == [f"This is the simulated Claude. You said: {prompt}" for prompt in prompts]


def test_streams_raw_events(run):
    async def work(client):
        stream = await client.messages.create(**ask("[simulate words=2]"), stream=True)
        return [each.type async for each in stream]

    assert run(work).count("content_block_delta") == 2


def test_streams_text_by_the_helper(run):
    async def work(client):
        async with client.messages.stream(**ask("[simulate words=3]")) as stream:
            texts = [text async for text in stream.text_stream]
            return texts, await stream.get_final_message()

    texts, message = run(work)
    assert texts == ["word1 ", "word2 ", "word3 "]
    assert message.usage.output_tokens == 3


def test_counts_tokens_and_lists_models(run, hello):
    async def work(client):
        counted = await client.messages.count_tokens(model=hello["model"], messages=hello["messages"])
        return counted.input_tokens, [model.id async for model in client.models.list(limit=5)]

    tokens, models = run(work)
    assert tokens == 2
    assert hello["model"] in models
    assert len(models) > 5


def test_runs_tools(run):
    @beta_async_tool
    async def add(a: int, b: int) -> str:
        """Adds two numbers."""
        return str(a + b)

    async def work(client):
        prompt = '[simulate tool=add input={"a":19,"b":23}]'
        return await client.beta.messages.tool_runner(**ask(prompt, tools=[add])).until_done()

    assert "You said: 42" in run(work).content[0].text


def test_raises_the_same_errors(run):
    async def work(client):
        await client.messages.create(**ask("[simulate status=529]"))

    with pytest.raises(anthropic.OverloadedError):
        run(work, max_retries=0)


def test_may_be_cancelled(controlled_url, key, upstream, hello):
    upstream.hang()

    async def work():
        async with anthropic.AsyncAnthropic(base_url=controlled_url, api_key=key, max_retries=0) as client:
            call = asyncio.create_task(client.messages.create(**hello))
            await asyncio.to_thread(upstream.wait_until_asked)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(work())
    upstream.wait_until_let_go()
