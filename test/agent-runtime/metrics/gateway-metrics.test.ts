import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GATEWAY_KEY, hello, message, type RunningGateway, startGateway } from "../running-gateway.ts";
import {
  ANSWER,
  BLOCK_START,
  beginStream,
  delta,
  MESSAGE_START,
  respondJson,
  type ScriptedUpstream,
  STREAM,
  startScriptedUpstream,
} from "../scripted-upstream.ts";

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

/** Value of one series; undefined when there is none. */
async function series(name: string): Promise<number | undefined> {
  await gateway.turns.idle();
  const line = (await gateway.metricsText()).split("\n").find((text) => text.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

/** How many series of a metric there are. */
async function seriesCount(metric: string): Promise<number> {
  await gateway.turns.idle();
  return (await gateway.metricsText()).split("\n").filter((text) => text.startsWith(`${metric}{`)).length;
}

describe("a message answered", () => {
  it("counts a request, its tokens and its cost", async () => {
    await gateway.post(message(), { "x-claude-agent-type": "reviewer" });
    const labels = '{agent_type="reviewer",model="claude-sonnet-5-5"}';
    expect(
      await series('claude_agent_requests_total{agent_type="reviewer",status="success",operation="message"}'),
    ).toBe(1);
    expect(await series(`claude_agent_tokens_used_total${labels}`)).toBe(1110);
    // 100 in at $2, 1,000 cached at $0.10, 10 out at $10, per million.
    expect(await series(`claude_agent_api_cost_total${labels}`)).toBeCloseTo(0.0004, 10);
  });

  it("is priced by the model that answered, not by the one that was asked for", async () => {
    upstream.answerWith((response) => respondJson(response, 200, { ...ANSWER, model: "claude-opus-5" }));
    await gateway.post(message({ model: "claude-haiku-5-5" }));
    expect(await series('claude_agent_tokens_used_total{agent_type="direct",model="claude-opus-5"}')).toBe(
      1110,
    );
  });

  it("counts an HTTP request by its route pattern", async () => {
    await fetch(`${gateway.url}/v1/models/claude-opus-5`, { headers: { "x-api-key": GATEWAY_KEY } });
    expect(
      await series('http_requests_total{method="GET",route="/v1/models/:model",status_code="200"}'),
    ).toBe(1);
    expect(
      await series(
        'http_request_duration_seconds_count{method="GET",route="/v1/models/:model",status_code="200"}',
      ),
    ).toBe(1);
  });
});

describe("a stream answered", () => {
  it("counts the tokens that its end reports", async () => {
    upstream.answerWith((response) => {
      beginStream(response, STREAM);
      response.end();
    });
    await gateway.client.messages.stream(hello).finalMessage();
    expect(
      await series('claude_agent_requests_total{agent_type="direct",status="success",operation="stream"}'),
    ).toBe(1);
    expect(
      await series('claude_agent_tokens_used_total{agent_type="direct",model="claude-sonnet-5-5"}'),
    ).toBe(125);
  });

  it("that breaks counts as an error, with the tokens used so far", async () => {
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, BLOCK_START, delta("abcdefgh"));
      setImmediate(() => response.destroy());
    });
    await (await gateway.post(message({ stream: true }))).text();
    expect(
      await series('claude_agent_requests_total{agent_type="direct",status="error",operation="stream"}'),
    ).toBe(1);
    expect(
      await series('claude_agent_tokens_used_total{agent_type="direct",model="claude-sonnet-5-5"}'),
    ).toBe(103);
    expect(
      await series(
        'claude_agent_errors_total{agent_type="direct",error_type="upstream_broken",severity="critical"}',
      ),
    ).toBe(1);
  });
});

describe("the active count", () => {
  it("is one while a request is served and none afterwards", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    upstream.answerWith(async (response) => {
      arrive();
      await release;
      respondJson(response, 200, ANSWER);
    });
    const request = gateway.post(message());
    await arrived;
    expect(await gateway.metricsText()).toContain('claude_agent_active_count{agent_type="direct"} 1');
    resolve();
    await request;
    expect(await series('claude_agent_active_count{agent_type="direct"}')).toBe(0);
  });
});

describe("a failure", () => {
  it.each([
    [429, "rate_limit_error", "rejected", "warning"],
    [400, "invalid_request_error", "rejected", "info"],
    [529, "overloaded_error", "error", "warning"],
    [500, "api_error", "error", "critical"],
    [500, "a_type_nobody_knows", "error", "critical"],
  ])("of the upstream with %i %s counts as %s, %s", async (status, type, requestStatus, severity) => {
    upstream.answerWith((response) => respondJson(response, status, { type: "error", error: { type } }));
    await gateway.post(message());
    const errorType = type === "a_type_nobody_knows" ? "upstream_other" : `upstream_${type}`;
    const labels = `{agent_type="direct",error_type="${errorType}",severity="${severity}"}`;
    expect(await series(`claude_agent_errors_total${labels}`)).toBe(1);
    expect(
      await series(
        `claude_agent_requests_total{agent_type="direct",status="${requestStatus}",operation="message"}`,
      ),
    ).toBe(1);
  });
});

describe("a caller that invents label values", () => {
  it("gets at most fifty agent types and `other`", async () => {
    for (let index = 0; index < 80; index += 1) {
      await gateway.post(message(), { "x-claude-agent-type": `type-${index}` });
    }
    expect(await seriesCount("claude_agent_requests_total")).toBe(51);
    expect(
      await series('claude_agent_requests_total{agent_type="other",status="success",operation="message"}'),
    ).toBe(30);
  });

  it.each(["UPPER", "a b", 'quote"', "x".repeat(64), "-a"])(
    "cannot use the malformed agent type %j",
    async (type) => {
      await gateway.post(message(), { "x-claude-agent-type": type });
      expect(await series('claude_agent_active_count{agent_type="other"}')).toBe(0);
      expect(await seriesCount("claude_agent_requests_total")).toBe(1);
    },
  );

  it("makes no series by model names, whether the upstream knows them or not", async () => {
    for (let index = 0; index < 20; index += 1) {
      upstream.answerWith((response) => respondJson(response, 200, { ...ANSWER, model: `model-${index}` }));
      await gateway.post(message({ model: `model-${index}` }));
    }
    expect(await seriesCount("claude_agent_tokens_used_total")).toBe(1);
    expect(await series('claude_agent_tokens_used_total{agent_type="direct",model="other"}')).toBe(20 * 1110);
  });

  it("makes no series by paths", async () => {
    for (let index = 0; index < 20; index += 1) await fetch(`${gateway.url}/path-${index}`);
    expect(await seriesCount("http_requests_total")).toBe(1);
  });

  it("takes no place among the agent types without a valid key", async () => {
    for (let index = 0; index < 60; index += 1) {
      await gateway.post(message(), { "x-api-key": "wrong", "x-claude-agent-type": `attack-${index}` });
    }
    await gateway.post(message(), { "x-claude-agent-type": "honest" });
    expect(await seriesCount("claude_agent_requests_total")).toBe(2);
    expect(
      await series('claude_agent_requests_total{agent_type="honest",status="success",operation="message"}'),
    ).toBe(1);
  });
});
