import Anthropic, { type ClientOptions } from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";
import {
  type SimulatedClaude,
  startSimulatedClaude,
} from "../../../agent-runtime/src/gateway/simulated-claude.ts";
import { GATEWAY_KEY, hello, type RunningGateway, startGateway, UPSTREAM_KEY } from "../running-gateway.ts";
import { ANSWER, respondJson, type ScriptedUpstream, startScriptedUpstream } from "../scripted-upstream.ts";
import { createRecordingClient, failureOf } from "./recording-client.ts";

const WAYS_TO_SHOW_THE_KEY: readonly (readonly [string, ClientOptions])[] = [
  ["an API key", { apiKey: GATEWAY_KEY }],
  ["an authorization token", { apiKey: null, authToken: GATEWAY_KEY }],
  ["a header of its own", { defaultHeaders: { authorization: null, "x-api-key": GATEWAY_KEY } }],
];

let claude: SimulatedClaude;
let gateway: RunningGateway;

beforeAll(async () => {
  claude = await startSimulatedClaude(loadModels());
  gateway = await startGateway(claude.baseUrl);
});

afterAll(async () => {
  await gateway.close();
  await claude.close();
});

describe("the TypeScript SDK", () => {
  afterEach(() => void vi.unstubAllEnvs());

  it("needs no more than two environment variables", async () => {
    vi.stubEnv("ANTHROPIC_BASE_URL", gateway.url);
    vi.stubEnv("ANTHROPIC_API_KEY", GATEWAY_KEY);
    vi.stubEnv("ANTHROPIC_AUTH_TOKEN", undefined);
    const { content } = await new Anthropic().messages.create(hello);
    expect(content).toEqual([{ type: "text", text: "This is the simulated Claude. You said: Hello" }]);
  });

  it("gets a whole message", async () => {
    const message = await createRecordingClient(gateway).client.messages.create(hello);
    expect(message).toMatchObject({
      type: "message",
      role: "assistant",
      model: hello.model,
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: 2, output_tokens: 8, service_tier: "standard" },
    });
  });

  it.each(WAYS_TO_SHOW_THE_KEY)("may show the key as %s", async (_way, credentials) => {
    const { client } = createRecordingClient(gateway, credentials);
    expect((await client.messages.create(hello)).type).toBe("message");
  });

  it("finds the request id on the answer", async () => {
    const { client } = createRecordingClient(gateway);
    const { response, request_id: requestId } = await client.messages.create(hello).withResponse();
    expect(requestId).toMatch(/^req_[0-9a-f]{32}$/);
    expect(response.headers.get("request-id")).toBe(requestId);
    expect((await client.messages.create(hello))._request_id).toMatch(/^req_[0-9a-f]{32}$/);
  });

  it("finds the rate limits on the answer", async () => {
    const response = await createRecordingClient(gateway).client.messages.create(hello).asResponse();
    expect(response.headers.get("anthropic-ratelimit-requests-remaining")).toBe("3999");
  });

  it("counts tokens", async () => {
    const { client } = createRecordingClient(gateway);
    const { input_tokens: counted } = await client.messages.countTokens({
      model: hello.model,
      system: "Be brief",
      messages: hello.messages,
    });
    expect(counted).toBe(4);
  });
});

describe("models", () => {
  it("come page by page until all are there", async () => {
    const { client, attempts } = createRecordingClient(gateway);
    const all = (await client.models.list({ limit: 1000 })).data.map(({ id }) => id);
    const paged: string[] = [];
    for await (const { id } of client.models.list({ limit: 5 })) paged.push(id);
    expect(paged).toEqual(all);
    expect(attempts).toHaveLength(1 + Math.ceil(all.length / 5));
  });

  it("come backwards too", async () => {
    const { client } = createRecordingClient(gateway);
    const all = (await client.models.list({ limit: 1000 })).data.map(({ id }) => id);
    const page = await client.models.list({ limit: 2, before_id: all[4] ?? "" });
    expect(page.data.map(({ id }) => id)).toEqual(all.slice(2, 4));
    expect((await page.getNextPage()).data.map(({ id }) => id)).toEqual(all.slice(0, 2));
  });

  it("have a page that says whether another one follows", async () => {
    const { client } = createRecordingClient(gateway);
    const page = await client.models.list({ limit: 1 });
    expect(page.hasNextPage()).toBe(true);
    expect(page.first_id).toBe(page.data[0]?.id);
    expect((await client.models.list({ limit: 1000 })).hasNextPage()).toBe(false);
  });

  it("are described one by one, by alias too", async () => {
    const { client } = createRecordingClient(gateway);
    const model = await client.models.retrieve("claude-haiku-4-5");
    expect(model).toMatchObject({
      type: "model",
      id: "claude-haiku-4-5-20251001",
      display_name: "Claude Haiku 4.5",
    });
  });

  it("that nobody knows are a NotFoundError", async () => {
    const error = await failureOf(createRecordingClient(gateway).client.models.retrieve("claude-0"));
    expect(error).toBeInstanceOf(Anthropic.NotFoundError);
  });
});

describe("what the SDK sends", () => {
  let upstream: ScriptedUpstream;
  let inFront: RunningGateway;

  beforeEach(async () => {
    upstream = await startScriptedUpstream();
    inFront = await startGateway(upstream.url);
  });

  afterEach(async () => {
    await inFront.close();
    await upstream.close();
  });

  it("reaches the upstream byte for byte, with fields that nobody knows", async () => {
    const { client, attempts } = createRecordingClient(inFront);
    const unknown = { field_of_tomorrow: { nested: [1.5, null, "ünïcödé \u{1f600}"] } };
    await client.messages.create({ ...hello, ...unknown, metadata: { user_id: "u-1" } });
    expect(upstream.received.map(({ body }) => body.toString())).toEqual([attempts[0]?.body]);
    expect(attempts[0]?.body).toContain("field_of_tomorrow");
  });

  it("keeps its version and beta headers", async () => {
    const { client, attempts } = createRecordingClient(inFront);
    await client.beta.messages.create({
      ...hello,
      betas: ["context-1m-2025-08-07", "of-tomorrow-2027-01-01"],
    });
    expect(upstream.received[0]).toMatchObject({
      url: attempts[0]?.url.slice(inFront.url.length),
      headers: {
        "anthropic-beta": "context-1m-2025-08-07,of-tomorrow-2027-01-01",
        "anthropic-version": attempts[0]?.headers.get("anthropic-version"),
      },
    });
  });

  it("keeps a beta header of the caller's own", async () => {
    const { client } = createRecordingClient(inFront, {
      defaultHeaders: { "anthropic-beta": "mine-2027-01-01" },
    });
    await client.messages.countTokens({ model: hello.model, messages: hello.messages });
    expect(upstream.received[0]).toMatchObject({
      url: "/v1/messages/count_tokens",
      headers: { "anthropic-beta": "mine-2027-01-01" },
    });
  });

  it.each(WAYS_TO_SHOW_THE_KEY)(
    "never shows the upstream the key that came as %s",
    async (_way, credentials) => {
      await createRecordingClient(inFront, credentials).client.messages.create(hello);
      expect(upstream.received[0]?.headers["x-api-key"]).toBe(UPSTREAM_KEY);
      expect(JSON.stringify(upstream.received[0]?.headers)).not.toContain(GATEWAY_KEY);
    },
  );

  it("asks for an answer in a form, and reads it out of the text", async () => {
    const format = zodOutputFormat(z.object({ answer: z.number() }));
    const content = [{ type: "text", text: '{"answer":4}' }];
    upstream.answerWith((response) => respondJson(response, 200, { ...ANSWER, content }));
    const { client } = createRecordingClient(inFront);
    const message = await client.messages.parse({ ...hello, output_config: { format } });
    expect(message.parsed_output).toEqual({ answer: 4 });
    expect(JSON.parse(String(upstream.received[0]?.body))).toMatchObject({
      output_config: { format: { type: "json_schema" } },
    });
  });

  it("asks for the page of models that it wants", async () => {
    upstream.answerWith((response) => respondJson(response, 200, { data: [], has_more: false }));
    await createRecordingClient(inFront).client.models.list({ limit: 3, after_id: "claude-x" });
    expect(upstream.received[0]?.url).toBe("/v1/models?limit=3&after_id=claude-x");
  });
});
