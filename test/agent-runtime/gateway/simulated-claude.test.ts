import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";
import {
  type SimulatedClaude,
  startSimulatedClaude,
} from "../../../agent-runtime/src/gateway/simulated-claude.ts";
import { hello, type RunningGateway, startGateway } from "../running-gateway.ts";

let claude: SimulatedClaude;
let gateway: RunningGateway;
/** The same with little patience. */
let impatient: RunningGateway;

beforeAll(async () => {
  claude = await startSimulatedClaude(loadModels());
  gateway = await startGateway(claude.baseUrl);
  impatient = await startGateway(claude.baseUrl, { firstByteTimeoutSeconds: 0.2, idleTimeoutSeconds: 0.2 });
});

afterAll(async () => {
  await gateway.close();
  await impatient.close();
  await claude.close();
});

const ask = (content: string, fields: object = {}) => ({
  ...hello,
  max_tokens: 1000,
  messages: [{ role: "user" as const, content }],
  ...fields,
});

const failure = (work: Promise<unknown>) => work.catch((error: unknown) => error);

describe("the simulated Claude", () => {
  it("says that it is simulated and repeats the prompt", async () => {
    const { content } = await gateway.client.messages.create(ask("Good morning"));
    expect(content).toEqual([{ type: "text", text: "This is the simulated Claude. You said: Good morning" }]);
  });

  it("answers the same request twice alike", async () => {
    const [one, other] = [
      await gateway.client.messages.create(hello),
      await gateway.client.messages.create(hello),
    ];
    expect(one).toEqual(other);
  });

  it("streams the answer it gives otherwise", async () => {
    const streamed = await gateway.client.messages.stream(ask("Good morning")).finalMessage();
    const whole = await gateway.client.messages.create(ask("Good morning"));
    expect(streamed.content).toMatchObject(whole.content);
    expect(streamed.usage).toMatchObject({ ...whole.usage });
  });

  it("sends the events in the order of the real API", async () => {
    const kinds: string[] = [];
    for await (const { type } of gateway.client.messages.stream(ask("[simulate words=2]"))) kinds.push(type);
    expect(kinds).toEqual([
      "message_start",
      "content_block_start",
      "content_block_delta",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  it("stops at max_tokens", async () => {
    const answer = await gateway.client.messages.create(ask("[simulate words=50]", { max_tokens: 7 }));
    expect(answer.stop_reason).toBe("max_tokens");
    expect(answer.usage.output_tokens).toBe(7);
  });

  it("stops at a stop sequence", async () => {
    const answer = await gateway.client.messages.create(ask("one two three", { stop_sequences: ["two"] }));
    expect(answer).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "two" });
    expect(JSON.stringify(answer.content)).not.toContain("two");
  });

  it("calls a tool when asked to, in JSON and in a stream", async () => {
    const tools = [{ name: "get_weather", input_schema: { type: "object" as const } }];
    for (const answer of [
      await gateway.client.messages.create(ask("[simulate tool]", { tools })),
      await gateway.client.messages.stream(ask("[simulate tool]", { tools })).finalMessage(),
    ]) {
      expect(answer.stop_reason).toBe("tool_use");
      expect(answer.content[1]).toMatchObject({ type: "tool_use", name: "get_weather", input: {} });
    }
  });

  it("calls the tools it is told to, with the input it is told", async () => {
    const tools = ["one", "two"].map((name) => ({ name, input_schema: { type: "object" as const } }));
    const prompt = '[simulate tool=two,one,two,three input={"a":"="}]';
    for (const answer of [
      await gateway.client.messages.create(ask(prompt, { tools })),
      await gateway.client.messages.stream(ask(prompt, { tools })).finalMessage(),
    ]) {
      const calls = answer.content.filter((block) => block.type === "tool_use");
      expect(calls).toMatchObject(["two", "one", "two"].map((name) => ({ name, input: { a: "=" } })));
      expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
    }
  });

  it("does nothing for a directive whose input is not an object", async () => {
    const tools = [{ name: "one", input_schema: { type: "object" as const } }];
    const answer = await gateway.client.messages.create(ask("[simulate tool input={]", { tools }));
    expect(answer.stop_reason).toBe("end_turn");
  });

  it.each([
    ["text", "22 °C"],
    ["blocks", [{ type: "text" as const, text: "22 °C" }]],
  ])("repeats the result of a tool that comes as %s", async (_form, content) => {
    const result = { type: "tool_result" as const, tool_use_id: "toolu_1", content };
    const messages = [{ role: "user" as const, content: [result] }];
    expect(await gateway.client.messages.create({ ...ask(""), messages })).toMatchObject({
      content: [{ text: "This is the simulated Claude. You said: 22 °C" }],
    });
  });

  it("goes on with a thread as if it got the whole conversation", async () => {
    const { beta } = gateway.client;
    const system = "Be brief";
    const first = await beta.messages.create(ask("One", { system, thread: { type: "create" } }));
    const thread = { type: "continue" as const, previous_message_id: first.id };
    const answered = { role: "assistant" as const, content: first.content };
    const messages = [...ask("One").messages, answered, ...ask("Two").messages];
    expect(await beta.messages.create(ask("Two", { thread }))).toEqual(
      await beta.messages.create(ask("", { system, messages })),
    );
  });

  it("does not know a thread that it did not begin", async () => {
    const thread = { type: "continue", previous_message_id: "msg_0" };
    const error = await failure(gateway.client.beta.messages.create(ask("Two", { thread })));
    expect(error).toMatchObject({ status: 404, errorCode: "thread_not_found" });
  });

  it("counts tokens as it bills them", async () => {
    const request = ask("Count me", { system: "Be brief" });
    const { input_tokens: counted } = await gateway.client.messages.countTokens(request);
    expect(counted).toBe((await gateway.client.messages.create(request)).usage.input_tokens);
  });

  it("lists the models that are not on their way out", async () => {
    const ids = (await gateway.client.models.list()).data.map(({ id }) => id);
    expect(ids).toContain("claude-sonnet-5-5");
    expect(ids).not.toContain("claude-opus-4-20250514");
  });

  it("lists as many models at once as it is asked for, from where it is asked", async () => {
    const all = (await gateway.client.models.list()).data.map(({ id }) => id);
    const [, second = "", third = ""] = all;
    const after = await gateway.client.models.list({ limit: 1, after_id: second });
    expect(after).toMatchObject({ data: [{ id: third }], has_more: true, first_id: third, last_id: third });
    const before = await gateway.client.models.list({ limit: 1, before_id: third });
    expect(before).toMatchObject({ data: [{ id: second }], has_more: true });
    const none = await gateway.client.models.list({ after_id: all.at(-1) ?? "" });
    expect(none).toMatchObject({ data: [], has_more: false, first_id: null, last_id: null });
  });

  it("describes a model by its alias", async () => {
    expect((await gateway.client.models.retrieve("claude-haiku-4-5")).id).toBe("claude-haiku-4-5-20251001");
  });

  it("does not know other models", async () => {
    expect(await failure(gateway.client.messages.create(ask("Hi", { model: "claude-0" })))).toBeInstanceOf(
      Anthropic.NotFoundError,
    );
    expect(await failure(gateway.client.models.retrieve("claude-0"))).toBeInstanceOf(Anthropic.NotFoundError);
  });

  it("refuses a request without messages", async () => {
    expect(await failure(gateway.client.messages.create({ ...hello, messages: [] }))).toBeInstanceOf(
      Anthropic.BadRequestError,
    );
  });
});

describe("a fault asked for", () => {
  it.each([
    ["429", Anthropic.RateLimitError],
    ["500", Anthropic.InternalServerError],
    ["529", Anthropic.InternalServerError],
  ])("by status=%s comes as the SDK's class", async (status, errorClass) => {
    const error = await failure(
      gateway.client.messages.create(ask(`[simulate status=${status} retry-after=7]`)),
    );
    expect(error).toBeInstanceOf(errorClass);
    expect((error as InstanceType<typeof Anthropic.APIError>).headers?.get("retry-after")).toBe("7");
  });

  it.each([
    ["overload", "overloaded_error"],
    ["break", "api_error"],
  ])("by %s ends the stream with %s", async (directive, type) => {
    const error = await failure(
      gateway.client.messages.stream(ask(`[simulate ${directive} words=9]`)).finalMessage(),
    );
    expect(error).toMatchObject({ type });
  });

  it("by hang never answers", async () => {
    const error = await failure(impatient.client.messages.create(ask("[simulate hang]", { stream: true })));
    expect(error).toMatchObject({ status: 504, error: { error: { type: "timeout_error" } } });
  });

  it("by stall falls silent in the middle of the stream", async () => {
    const error = await failure(
      impatient.client.messages.stream(ask("[simulate stall words=9]")).finalMessage(),
    );
    expect(error).toMatchObject({ type: "timeout_error" });
  });
});
