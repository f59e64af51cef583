import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGatewayKeyCheck } from "../../../agent-runtime/src/auth/gateway-key.ts";
import { GATEWAY_KEY, hello, type RunningGateway, sha256, startGateway } from "../running-gateway.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../scripted-upstream.ts";

const check = createGatewayKeyCheck(sha256(GATEWAY_KEY));

describe("the key check", () => {
  it.each([
    ["x-api-key", { "x-api-key": GATEWAY_KEY }],
    ["a bearer token", { authorization: `Bearer ${GATEWAY_KEY}` }],
    ["a bearer token in lower case", { authorization: `bearer ${GATEWAY_KEY}` }],
  ])("accepts the key as %s", (_how, headers) => {
    expect(() => check(headers)).not.toThrow();
  });

  it.each([
    ["another key", { "x-api-key": "another" }, "invalid_key"],
    ["the key's digest", { "x-api-key": sha256(GATEWAY_KEY) }, "invalid_key"],
    ["the key with a space", { "x-api-key": `${GATEWAY_KEY} ` }, "invalid_key"],
    [
      "a wrong key beside a right one",
      { "x-api-key": "x", authorization: `Bearer ${GATEWAY_KEY}` },
      "invalid_key",
    ],
    ["an empty key", { "x-api-key": "" }, "missing_key"],
    ["no key", {}, "missing_key"],
    ["another scheme", { authorization: `Basic ${GATEWAY_KEY}` }, "missing_key"],
    ["a bearer without a token", { authorization: "Bearer " }, "missing_key"],
  ])("refuses %s", (_what, headers, code) => {
    expect(() => check(headers)).toThrow(expect.objectContaining({ code }));
  });
});

describe("the gateway", () => {
  let upstream: ScriptedUpstream;
  let gateway: RunningGateway;

  beforeAll(async () => {
    upstream = await startScriptedUpstream();
    gateway = await startGateway(upstream.url);
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  it("raises the SDK's AuthenticationError for a wrong key and asks nobody", async () => {
    const client = new Anthropic({ baseURL: gateway.url, apiKey: "wrong", maxRetries: 0 });
    const error = await client.messages.create(hello).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(upstream.received).toHaveLength(0);
  });

  it("accepts the SDK's auth token", async () => {
    const client = new Anthropic({
      baseURL: gateway.url,
      apiKey: null,
      authToken: GATEWAY_KEY,
      maxRetries: 0,
    });
    expect((await client.messages.create(hello)).type).toBe("message");
  });

  it.each(["/v1/messages", "/v1/messages/count_tokens"])("guards %s", async (path) => {
    const response = await fetch(`${gateway.url}${path}`, { method: "POST", body: "{}" });
    expect(response.status).toBe(401);
  });

  it.each(["/v1/models", "/v1/models/claude-sonnet-5-5"])("guards %s", async (path) => {
    expect((await fetch(`${gateway.url}${path}`)).status).toBe(401);
  });

  it("answers probes without a key", async () => {
    expect((await fetch(`${gateway.url}/health`)).status).toBe(200);
  });
});
