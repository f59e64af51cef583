import type Anthropic from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";
import {
  type SimulatedClaude,
  startSimulatedClaude,
} from "../../../agent-runtime/src/gateway/simulated-claude.ts";
import { hello, type RunningGateway, startGateway } from "../running-gateway.ts";
import { createRecordingClient, user } from "./recording-client.ts";

let claude: SimulatedClaude;
let gateway: RunningGateway;

beforeEach(async () => {
  claude = await startSimulatedClaude(loadModels());
  gateway = await startGateway(claude.baseUrl);
});

afterEach(async () => {
  await gateway.close();
  await claude.close();
});

const ask = (content: string) => ({ ...hello, max_tokens: 1000, messages: [user(content)] });

const add = betaTool({
  name: "add",
  description: "Adds two numbers.",
  inputSchema: {
    type: "object",
    properties: { a: { type: "number" }, b: { type: "number" } },
    required: ["a", "b"],
  },
  run: ({ a, b }) => String(a + b),
});

const broken = betaTool({
  name: "broken",
  description: "Fails.",
  inputSchema: { type: "object" },
  run: () => {
    throw new Error("it broke");
  },
});

const CALL_ADD = '[simulate tool=add input={"a":19,"b":23}]';

const textOf = (message: Anthropic.Beta.BetaMessage) =>
  message.content.map((block) => (block.type === "text" ? block.text : "")).join("");

describe("tools", () => {
  it("are called and answered by hand", async () => {
    const { client } = createRecordingClient(gateway);
    const tools = [{ name: "add", input_schema: { type: "object" as const } }];
    const call = await client.messages.create({ ...ask(CALL_ADD), tools });
    expect(call.stop_reason).toBe("tool_use");
    const [, toolUse] = call.content;
    if (toolUse?.type !== "tool_use") throw new Error("no tool was called");
    const result = { type: "tool_result" as const, tool_use_id: toolUse.id, content: "42" };
    const end = await client.messages.create({
      ...ask(CALL_ADD),
      tools,
      messages: [
        user(CALL_ADD),
        { role: "assistant", content: call.content },
        { role: "user", content: [result] },
      ],
    });
    expect(end).toMatchObject({
      stop_reason: "end_turn",
      content: [{ text: expect.stringContaining("You said: 42") }],
    });
  });

  it("get their input from a stream piece by piece", async () => {
    const { client } = createRecordingClient(gateway);
    const pieces: string[] = [];
    const stream = client.messages
      .stream({ ...ask(CALL_ADD), tools: [{ name: "add", input_schema: { type: "object" } }] })
      .on("inputJson", (piece) => pieces.push(piece));
    expect((await stream.finalMessage()).content[1]).toMatchObject({
      type: "tool_use",
      input: { a: 19, b: 23 },
    });
    expect(pieces.join("")).toBe('{"a":19,"b":23}');
  });
});

describe("the tool runner", () => {
  it("calls a tool and goes on with what it returned", async () => {
    const { client, attempts } = createRecordingClient(gateway);
    const end = await client.beta.messages.toolRunner({ ...ask(CALL_ADD), tools: [add] });
    expect(textOf(end)).toContain("You said: 42");
    expect(attempts).toHaveLength(2);
  });

  it("sends only what is new, on a thread that the upstream holds", async () => {
    const { client, attempts } = createRecordingClient(gateway);
    await client.beta.messages.toolRunner({ ...ask(CALL_ADD), tools: [add] });
    const [first, second] = attempts.map(({ body }) => JSON.parse(body));
    expect(first.thread).toEqual({ type: "create" });
    expect(second.thread).toEqual({ type: "continue", previous_message_id: expect.stringMatching(/^msg_/) });
    expect(second.messages).toMatchObject([{ content: [{ type: "tool_result", content: "42" }] }]);
  });

  it("sends the whole conversation without a thread", async () => {
    const { client, attempts } = createRecordingClient(gateway);
    const end = await client.beta.messages.toolRunner({ ...ask(CALL_ADD), tools: [add], thread: false });
    expect(textOf(end)).toContain("You said: 42");
    expect(JSON.parse(attempts[1]?.body ?? "").messages).toHaveLength(3);
  });

  it("calls several tools at once, and again when the result asks for it", async () => {
    const { client } = createRecordingClient(gateway);
    const inputs: unknown[] = [];
    const again = betaTool({
      name: "again",
      description: "Asks for another call.",
      inputSchema: { type: "object" },
      run: (input) => {
        inputs.push(input);
        return inputs.length === 1 ? CALL_ADD : "done";
      },
    });
    const runner = client.beta.messages.toolRunner({
      ...ask('[simulate tool=again,add input={"a":1,"b":2}]'),
      tools: [add, again],
    });
    const stopReasons: (string | null)[] = [];
    for await (const message of runner) stopReasons.push(message.stop_reason);
    expect(stopReasons).toEqual(["tool_use", "tool_use", "end_turn"]);
    expect(inputs).toEqual([{ a: 1, b: 2 }]);
  });

  it("streams every turn", async () => {
    const { client } = createRecordingClient(gateway);
    const texts: string[] = [];
    for await (const stream of client.beta.messages.toolRunner({
      ...ask(CALL_ADD),
      tools: [add],
      stream: true,
    })) {
      texts.push(textOf(await stream.finalMessage()));
    }
    expect(texts).toEqual([
      expect.stringContaining("simulate tool"),
      expect.stringContaining("You said: 42"),
    ]);
  });

  it("tells Claude about a tool that failed", async () => {
    const { client } = createRecordingClient(gateway);
    const end = await client.beta.messages.toolRunner({ ...ask("[simulate tool=broken]"), tools: [broken] });
    expect(textOf(end)).toContain("it broke");
  });

  it("stops after as many turns as it may take", async () => {
    const { client, attempts } = createRecordingClient(gateway);
    const params = { ...ask(CALL_ADD), tools: [add], max_iterations: 1 };
    expect((await client.beta.messages.toolRunner(params)).stop_reason).toBe("tool_use");
    expect(attempts).toHaveLength(1);
  });
});

describe("a message thread", () => {
  it("goes on where it was", async () => {
    const { client, attempts } = createRecordingClient(gateway);
    const thread = client.beta.messages.thread({ model: hello.model, max_tokens: 1000 });
    const first = await thread.send(user("My name is Ada."));
    const second = await thread.send(user("What is it?"));
    expect(JSON.parse(attempts[1]?.body ?? "").messages).toEqual([user("What is it?")]);
    expect(second.usage.input_tokens).toBeGreaterThan(first.usage.input_tokens + first.usage.output_tokens);
  });

  it("is sent whole again when the upstream does not know it any more", async () => {
    const other = await startSimulatedClaude(loadModels());
    const elsewhere = await startGateway(other.baseUrl);
    const { client, attempts } = createRecordingClient(gateway);
    const thread = client.beta.messages.thread({ model: hello.model, max_tokens: 1000 });
    await thread.send(user("My name is Ada."));
    client.baseURL = elsewhere.url;
    expect((await thread.send(user("What is it?"))).stop_reason).toBe("end_turn");
    expect(JSON.parse(attempts[2]?.body ?? "")).toMatchObject({
      thread: { type: "create" },
      messages: { length: 3 },
    });
    await elsewhere.close();
    await other.close();
  });
});
