import { writeFileSync } from "node:fs";
import path from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Switches } from "../../../agent-runtime/src/limits/switches.ts";
import {
  eventually,
  type GatewayTestOptions,
  hello,
  message,
  type RunningGateway,
  startGateway,
} from "../running-gateway.ts";
import {
  ANSWER,
  BLOCK_START,
  beginStream,
  delta,
  event,
  MESSAGE_START,
  respondJson,
  type ScriptedUpstream,
  STREAM,
  startScriptedUpstream,
} from "../scripted-upstream.ts";

let upstream: ScriptedUpstream;
let gateway: RunningGateway | undefined;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await upstream.close();
});

async function start(options: GatewayTestOptions = {}): Promise<RunningGateway> {
  gateway = await startGateway(upstream.url, {}, options);
  return gateway;
}

const limited = (config: object) => ({ config: { limits: { key: {} }, ...config } });

const failing = (status: number, type: string) => (response: Parameters<typeof respondJson>[0]) =>
  respondJson(response, status, { type: "error", error: { type, message: "no" } });

const spentUsd = async ({ runtime }: RunningGateway, scope: string) => {
  const window = runtime.calendar.current("UTC").day.id;
  const [reading] = await runtime.store.ledger.readBudgets([`${scope}:${window}`]);
  return { spent: (reading?.spentNanoUsd ?? 0) / 1e9, reserved: (reading?.reservedNanoUsd ?? 0) / 1e9 };
};

const lastLogLine = ({ logLines }: RunningGateway) =>
  logLines.map((line) => JSON.parse(line)).findLast(({ msg }) => msg === "request");

describe("a budget", () => {
  it("stops requests with an error that the official client does not retry", async () => {
    const { client } = await start(limited({ budgets: { tenant: { dayUsd: 0.001 } } }));
    const error = await client.messages.create(hello).catch((thrown: unknown) => thrown);
    if (!(error instanceof Anthropic.RateLimitError)) throw error;
    const { headers } = error;
    expect(headers.get("x-should-retry")).toBe("false");
    expect(headers.get("retry-after")).toBeNull();
    expect(Date.parse(headers.get("x-claude-agent-limit-reset") ?? "")).toBeGreaterThan(Date.now());
    expect(upstream.received).toHaveLength(0);
  });

  it("is charged with what the answer says, and what was reserved beyond it is given back", async () => {
    const running = await start(limited({ budgets: { fleet: { dayUsd: 10 } } }));
    await running.client.messages.create(hello);
    await eventually(async () => {
      // 100 input, 10 output and 1000 cached tokens of Sonnet 5.5.
      expect(await spentUsd(running, "fleet")).toEqual({ spent: 0.0004, reserved: 0 });
    });
  });

  it("fault 38: a caller that leaves a stream pays for the prompt and for what it got", async () => {
    upstream.answerWith((response) =>
      beginStream(response, MESSAGE_START, BLOCK_START, delta("word ".repeat(30))),
    );
    const running = await start(limited({ budgets: { fleet: { dayUsd: 10 } } }));
    const stream = running.client.messages.stream({ ...hello, max_tokens: 1000 });
    const texts = stream[Symbol.asyncIterator]();
    await texts.next();
    await texts.next();
    await texts.next();
    stream.abort();
    const left = performance.now();
    await upstream.closed[0];
    expect(performance.now() - left).toBeLessThan(1000);
    await eventually(async () => {
      const { spent, reserved } = await spentUsd(running, "fleet");
      expect(reserved).toBe(0);
      // 100 input tokens, and 150 characters as at least 50 output tokens.
      expect(spent).toBeGreaterThanOrEqual(0.0002 + 0.0005);
      expect(spent).toBeLessThan(0.002);
    });
    expect(lastLogLine(running)).toMatchObject({ status: "cancelled", estimated: true });
  });

  it("is not charged for an answer that is an error", async () => {
    upstream.answerWith(failing(400, "invalid_request_error"));
    const running = await start(limited({ budgets: { fleet: { dayUsd: 10 } } }));
    await running.post(message());
    await eventually(async () => expect(await spentUsd(running, "fleet")).toEqual({ spent: 0, reserved: 0 }));
  });

  it("refuses what has no price, unless no budget applies", async () => {
    const strict = await start(limited({ budgets: { fleet: { dayUsd: 10 } } }));
    const body = message({ model: "claude-of-tomorrow" });
    expect((await strict.post(body)).status).toBe(400);
    await strict.close();
    expect((await (await start()).post(body)).status).toBe(200);
  });

  it("takes usage into the books by tenant, agent and model", async () => {
    const running = await start();
    await running.post(message(), { "x-claude-agent-type": "support" });
    await eventually(async () => {
      const hour = 3_600_000;
      const rows = await running.runtime.store.usage.between(
        new Date(Date.now() - hour),
        new Date(Date.now() + hour),
      );
      expect(rows).toMatchObject([
        {
          tenant: "default",
          agent: "support",
          model: "claude-sonnet-5-5",
          requests: 1,
          costNanoUsd: 400_000,
        },
      ]);
    });
  });
});

describe("limits", () => {
  it("are told in the API's own headers instead of the upstream's", async () => {
    upstream.answerWith((response) =>
      respondJson(response, 200, ANSWER, { "anthropic-ratelimit-requests-limit": "4000" }),
    );
    const { post } = await start({ config: { limits: { key: { requestsPerMinute: 7 } } } });
    const { headers } = await post(message());
    expect(headers.get("anthropic-ratelimit-requests-limit")).toBe("7");
    expect(headers.get("anthropic-ratelimit-requests-remaining")).toBe("6");
  });

  it("refuse with the time to wait, which the official client obeys", async () => {
    const { post } = await start({ config: { limits: { key: { requestsPerMinute: 1 } } } });
    await post(message());
    const refused = await post(message());
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
    expect(refused.headers.get("x-should-retry")).toBe("true");
  });

  it("fault 43: a prompt that no window takes is refused before the call", async () => {
    const running = await start();
    const body = message({ model: "claude-haiku-4-5", system: "x".repeat(1_300_000) });
    const refused = await running.post(body);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("claude-haiku-4-5 takes 200000");
    expect((await running.post(message({ max_tokens: 1_000_000 }))).status).toBe(400);
    expect(upstream.received).toHaveLength(0);
  });

  it.each([
    ['{"model":"claude-haiku-5-5","model":"claude-opus-5-5"}', "model"],
    ['{"model":"claude-haiku-5-5","mod\\u0065l":"claude-opus-5-5"}', "model"],
    ['{"model":"m","max_tokens":1,"messages":[{"max_tokens":1}],"max_tokens" : 99}', "max_tokens"],
  ])("fault 41: a body that names twice what decides over its cost is refused: %s", async (body, field) => {
    const refused = await (await start()).post(body);
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain(`\`${field}\``);
  });

  it("fault 41: a body with the same names further down, or in words, passes", async () => {
    const content = 'the "model" and "max_tokens" \u0041';
    const body = message({
      metadata: { model: "a", max_tokens: "b" },
      messages: [{ role: "user", content }],
    });
    expect((await (await start()).post(body)).status).toBe(200);
  });

  it("fault 41: a body that is nested too deeply is refused before the call", async () => {
    const running = await start();
    const deep = `{"model":"m","messages":${"[".repeat(300)}${"]".repeat(300)}}`;
    expect((await running.post(deep)).status).toBe(400);
    expect(upstream.received).toHaveLength(0);
  });
});

describe("a switch", () => {
  it("stops and lets pass from the very next request on", async () => {
    const { post, runtime } = await start();
    const switches = new Switches(runtime.store.table("switches"));
    await switches.set("tenant:default", 0, { by: "key_1", reason: "drill" });
    const stopped = await post(message());
    expect(stopped.status).toBe(403);
    expect(stopped.headers.get("x-should-retry")).toBe("false");
    expect(upstream.received).toHaveLength(0);
    await switches.set("tenant:default", 100, { by: "key_1", reason: "over" });
    expect((await post(message())).status).toBe(200);
    expect((await switches.list())[0]?.history.map(({ from, to, reason }) => ({ from, to, reason }))).toEqual(
      [
        { from: 0, to: 100, reason: "over" },
        { from: 100, to: 0, reason: "drill" },
      ],
    );
  });
});

describe("policies", () => {
  it("refuse by name, and are taken over when the mounted files change", async () => {
    const running = await start();
    await running.runtime.settleIn();
    writeFileSync(
      path.join(running.configDir, "no-opus.cedar"),
      '@id("no-opus")\nforbid(principal, action == Action::"messages:create", resource == Model::"claude-opus-5-5");\n',
    );
    await eventually(async () => {
      const refused = await running.post(message({ model: "claude-opus-5-5" }));
      expect(refused.status).toBe(403);
      expect(refused.headers.get("x-claude-agent-decided-by")).toBe("no-opus");
    });
    expect((await running.post(message())).status).toBe(200);
    await eventually(() => expect(lastLogLine(running)).toMatchObject({ status: "success" }));
    expect(lastLogLine(running).decidedBy).not.toBe("no-opus");
  });
});

describe("fault 54: more agent types than there are labels", () => {
  it("are one series in the metrics, and still themselves to policies and budgets", async () => {
    const running = await start(limited({ budgets: { agents: { last: { dayUsd: 0 } } } }));
    for (let index = 0; index < 60; index += 1) {
      expect((await running.post(message(), { "x-claude-agent-type": `agent-${index}` })).status).toBe(200);
    }
    const refused = await running.post(message(), { "x-claude-agent-type": "last" });
    expect(refused.status).toBe(429);
    const text = await running.metricsText();
    expect(text).toContain('claude_agent_requests_total{agent_type="other"');
    expect(text).not.toContain('agent_type="agent-59"');
    // Named by the configuration, not by callers.
    expect(text).toContain('agent_type="last"');
    await eventually(async () => {
      const [from, to] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 3_600_000)];
      const agents = (await running.runtime.store.usage.between(from, to)).map(({ agent }) => agent);
      expect(agents).toContain("agent-59");
    });
  });
});

describe("API keys", () => {
  it("work at once on the process that made them, and stop when they are revoked", async () => {
    const { runtime, post } = await start();
    const { id, key } = await runtime.apiKeys.create({ tenant: "acme", name: "ci" });
    await eventually(async () => expect((await post(message(), { "x-api-key": key })).status).toBe(200));
    await runtime.apiKeys.revoke(id);
    await eventually(async () => expect((await post(message(), { "x-api-key": key })).status).toBe(401));
  });

  it("fault 59: revoking one in the middle of a stream lets the stream end", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    upstream.answerWith(async (response) => {
      beginStream(response, MESSAGE_START, BLOCK_START, delta("Hi "));
      await release;
      response.end(STREAM.slice(MESSAGE_START.length + BLOCK_START.length));
    });
    const { runtime, url } = await start();
    const { id, key } = await runtime.apiKeys.create({ tenant: "acme", name: "ci" });
    const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
    const stream = client.messages.stream(hello);
    await eventually(() => expect(upstream.received).toHaveLength(1));
    await runtime.apiKeys.revoke(id);
    resolve();
    expect(await stream.finalText()).toContain("Hi there");
    await expect(client.messages.create(hello)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  });
});

describe("a fallback", () => {
  const config = { limits: { key: {} }, fallbacks: { "claude-sonnet-5-5": ["claude-haiku-5-5"] } };
  const modelOf = (body: Buffer): string => JSON.parse(body.toString()).model;

  it("answers instead, is announced, and is priced as what really ran", async () => {
    upstream.answerWith((response, { body }) => {
      if (modelOf(body) === "claude-sonnet-5-5") failing(529, "overloaded_error")(response);
      else respondJson(response, 200, { ...ANSWER, model: "claude-haiku-5-5" });
    });
    const running = await start({ config: { ...config, budgets: { fleet: { dayUsd: 10 } } } });
    const answer = await running.post(message());
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-claude-agent-fallback")).toBe("claude-haiku-5-5");
    await eventually(async () => expect((await spentUsd(running, "fleet")).spent).toBeCloseTo(0.000025, 9));
    expect(lastLogLine(running)).toMatchObject({
      fallbackFrom: "claude-sonnet-5-5",
      model: "claude-haiku-5-5",
    });
  });

  it("fault 33: takes over from a stream whose first event is an error", async () => {
    upstream.answerWith((response, { body }) => {
      if (modelOf(body) === "claude-haiku-5-5") {
        beginStream(response, STREAM);
        response.end();
      } else {
        beginStream(response, event("error", { error: { type: "overloaded_error", message: "Overloaded" } }));
        response.end();
      }
    });
    const { client } = await start({ config });
    expect(await client.messages.stream(hello).finalText()).toBe("Hi there");
  });

  it("fault 33: does not take over once something has gone out; the stream ends with the error", async () => {
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, BLOCK_START, delta("Hi"));
      response.end(event("error", { error: { type: "overloaded_error", message: "Overloaded" } }));
    });
    const { client } = await start({ config });
    await expect(client.messages.stream(hello).finalText()).rejects.toMatchObject({
      error: { error: { type: "overloaded_error" } },
    });
    expect(upstream.received).toHaveLength(1);
  });

  it("fault 52: is down as well: the caller gets the last error as it came", async () => {
    upstream.answerWith(failing(529, "overloaded_error"));
    const { post } = await start({ config });
    const refused = await post(message());
    expect(refused.status).toBe(529);
    expect(await refused.json()).toMatchObject({ error: { type: "overloaded_error", message: "no" } });
    expect(upstream.received).toHaveLength(2);
  });
});

describe("a model with the name of what every object has", () => {
  it("is an unknown model like any other", async () => {
    expect((await (await start()).post(message({ model: "constructor" }))).status).toBe(200);
  });
});

describe("retries", () => {
  it("fault 32: a failure that passes is not seen by the caller", async () => {
    upstream.answerWith((response) => {
      if (upstream.received.length < 3) failing(500, "api_error")(response);
      else respondJson(response, 200, ANSWER);
    });
    const running = await start({ retryLadderMs: [1, 1, 1] });
    expect((await running.post(message())).status).toBe(200);
    await eventually(() => expect(lastLogLine(running)).toMatchObject({ attempts: 3 }));
  });
});

describe("the response cache", () => {
  const cached = { "x-claude-agent-cache": "use" };

  it("answers the same question again, without asking the upstream and without cost", async () => {
    const running = await start(limited({ budgets: { fleet: { dayUsd: 10 } } }));
    const first = await running.post(message(), cached);
    const second = await running.post(message(), cached);
    expect([first, second].map(({ headers }) => headers.get("x-claude-agent-cache"))).toEqual([
      "miss",
      "hit",
    ]);
    expect(await second.text()).toBe(await first.text());
    expect(upstream.received).toHaveLength(1);
    await eventually(async () =>
      expect(await spentUsd(running, "fleet")).toEqual({ spent: 0.0004, reserved: 0 }),
    );
  });

  it("is off unless asked for", async () => {
    const { post } = await start();
    await post(message());
    await post(message());
    expect(upstream.received).toHaveLength(2);
  });

  it("obeys a switch as the upstream does", async () => {
    const { post, runtime } = await start();
    await post(message(), cached);
    await new Switches(runtime.store.table("switches")).set("fleet", 0, { by: "key_1", reason: "drill" });
    expect((await post(message(), cached)).status).toBe(403);
  });

  it("fault 53: asks once for many who ask the same at the same time", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    upstream.answerWith(async (response) => {
      await release;
      respondJson(response, 200, ANSWER);
    });
    const { post } = await start();
    const answers = Array.from({ length: 20 }, () => post(message(), cached));
    await eventually(() => expect(upstream.received).toHaveLength(1));
    resolve();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(upstream.received).toHaveLength(1);
  });
});

describe("further paths", () => {
  const config = { limits: { key: {} }, passThrough: ["/v1/messages/batches", "/v1/files"] };

  it("are not there unless the configuration lists them", async () => {
    const { post, url } = await start();
    expect((await post("{}", {}, "/v1/messages/batches")).status).toBe(404);
    expect((await fetch(`${url}/v1/files`)).status).toBe(404);
  });

  it("pass as they are, with bodies of any type", async () => {
    const { post } = await start({ config });
    expect(
      (await post("--x\r\n", { "content-type": "multipart/form-data; boundary=x" }, "/v1/files?a=1")).status,
    ).toBe(200);
    expect(upstream.received[0]).toMatchObject({
      method: "POST",
      url: "/v1/files?a=1",
      headers: { "content-type": "multipart/form-data; boundary=x", "x-api-key": "upstream-key-for-tests" },
    });
    expect(upstream.received[0]?.body.toString()).toBe("--x\r\n");
  });

  it.each(["/v1/files/../models", "/v1/filesystem", "/v1/files/%2e%2e/models", "/v1//files"])(
    "fault 42: do not lead to %s",
    async (elsewhere) => {
      const { post } = await start({ config });
      await post("{}", {}, elsewhere);
      expect(upstream.received.filter(({ url }) => url.startsWith("/v1/files"))).toHaveLength(0);
    },
  );

  it("are for operators", async () => {
    const { post, runtime } = await start({ config });
    const { key } = await runtime.apiKeys.create({ tenant: "acme", name: "ci" });
    await eventually(async () =>
      expect((await post("{}", { "x-api-key": key }, "/v1/messages/batches")).status).toBe(403),
    );
  });
});
