import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../agent-runtime/src/log.ts";
import {
  GATEWAY_KEY,
  message,
  type RunningGateway,
  startGateway,
  testEnv,
  UPSTREAM_KEY,
} from "./running-gateway.ts";
import {
  beginStream,
  delta,
  MESSAGE_START,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "./scripted-upstream.ts";

const CANARY = "canary-4f1d";

let upstream: ScriptedUpstream;
let gateway: RunningGateway;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
  gateway = await startGateway(upstream.url);
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const prompt = (fields: object = {}) => message({ messages: [{ role: "user", content: CANARY }], ...fields });

describe("a prompt and the keys", () => {
  it.each([
    ["answered", prompt()],
    ["refused for its form", prompt({ model: 1 })],
    ["broken in the middle", prompt().slice(0, -2)],
    ["that is not JSON at all", CANARY],
    ["with an odd field name", `{"model":"m","${CANARY}":1,"stream":"${CANARY}"}`],
  ])("stay out of logs, metrics and errors for a request %s", async (_what, body) => {
    const errors = [];
    for (const headers of [
      {},
      { "x-api-key": `${CANARY}-wrong` },
      { "x-claude-agent-deadline-ms": CANARY },
    ]) {
      const response = await gateway.post(body, headers);
      const answer = await response.text();
      if (response.status >= 400) errors.push(answer);
    }
    await gateway.turns.idle();
    const seen = [...gateway.logLines, ...errors, await gateway.metricsText()].join("\n");
    expect(seen).not.toContain(CANARY);
    expect(seen).not.toContain(GATEWAY_KEY);
    expect(seen).not.toContain(UPSTREAM_KEY);
  });

  it("stay out of logs when the upstream breaks off in the middle of an answer", async () => {
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, delta(CANARY), delta(CANARY).slice(0, 120));
      setImmediate(() => response.destroy());
    });
    await (await gateway.post(prompt({ stream: true }))).text();
    await gateway.turns.idle();
    expect(gateway.logLines.join("\n")).toContain("upstream_broken");
    expect(gateway.logLines.join("\n")).not.toContain(CANARY);
  });

  it("stay out of logs when the upstream cannot be reached", async () => {
    await upstream.close();
    await gateway.post(prompt());
    await gateway.turns.idle();
    expect(gateway.logLines.join("\n")).toContain("ECONNREFUSED");
    expect(gateway.logLines.join("\n")).not.toMatch(new RegExp(`${CANARY}|${GATEWAY_KEY}|${UPSTREAM_KEY}`));
  });
});

describe("a log line", () => {
  it("is JSON with ISO time, level name, service, version, environment, region and request id", async () => {
    const response = await gateway.post(message(), { "x-claude-agent-session": "s-1" });
    await gateway.turns.idle();
    const line = JSON.parse(gateway.logLines.find((text) => text.includes('"msg":"request"')) ?? "{}");
    expect(line).toMatchObject({
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: "claude-agent",
      version: "dev",
      environment: "local",
      region: "region-t",
      requestId: response.headers.get("request-id"),
      method: "POST",
      route: "/v1/messages",
      statusCode: 200,
      status: "success",
      session: "s-1",
      model: "claude-sonnet-5-5",
      inputTokens: 1100,
      outputTokens: 10,
    });
  });

  it("hides the fields that carry keys or words", () => {
    const lines: string[] = [];
    const log = createLogger(testEnv(), { write: (line) => void lines.push(line) });
    log.info({
      headers: { authorization: CANARY, "x-api-key": CANARY },
      body: CANARY,
      prompt: CANARY,
      apiKey: CANARY,
    });
    log.info({ req: { headers: { authorization: CANARY, cookie: CANARY } }, messages: [CANARY] });
    expect(lines.join("")).not.toContain(CANARY);
    expect(lines).toHaveLength(2);
  });
});
