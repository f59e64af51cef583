import { Client } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  eventually,
  GATEWAY_KEY,
  type GatewayTestOptions,
  message,
  type RunningGateway,
  startGateway,
} from "../running-gateway.ts";
import { ANSWER, respondJson, type ScriptedUpstream, startScriptedUpstream } from "../scripted-upstream.ts";

let upstream: ScriptedUpstream;
let gateway: RunningGateway;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

async function start(options: GatewayTestOptions = {}): Promise<void> {
  gateway = await startGateway(upstream.url, {}, options);
}

const getModels = (path = "/v1/models", headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}${path}`, { headers: { "x-api-key": GATEWAY_KEY, ...headers } });

describe("a request for models", () => {
  it("is subject to rate limits", async () => {
    await start({ config: { limits: { key: { requestsPerMinute: 1 } } } });
    expect((await getModels()).status).toBe(200);
    expect((await getModels()).status).toBe(429);
  });

  it("takes no more than four connections to the upstream, and finds it overloaded then", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    upstream.answerWith(async (response) => {
      await release;
      respondJson(response, 200, { data: [] });
    });
    await start();
    const first = Array.from({ length: 4 }, (_, index) => getModels(`/v1/models/claude-${index}`));
    await eventually(() => expect(upstream.received).toHaveLength(4));
    const refused = await getModels("/v1/models/claude-4");
    expect(refused.status).toBe(529);
    expect(refused.headers.get("retry-after")).toBe("1");
    resolve();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await getModels("/v1/models/claude-4")).status).toBe(200);
  });

  it("tells the upstream nothing of its caller but what the answer's form depends on", async () => {
    await start();
    await getModels("/v1/models", {
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "one",
      "anthropic-workspace-id": "of-the-caller",
    });
    const names = Object.keys(upstream.received[0]?.headers ?? {}).filter((name) =>
      name.startsWith("anthropic-"),
    );
    expect(names.sort()).toEqual(["anthropic-beta", "anthropic-version"]);
  });
});

describe("fault 53: many who waited for the same answer", () => {
  it("all get it, also where few requests may be under way at once", async () => {
    const { promise: release, resolve } = Promise.withResolvers<void>();
    upstream.answerWith(async (response) => {
      await release;
      respondJson(response, 200, ANSWER);
    });
    await start({ config: { limits: { key: { concurrency: 1 } } } });
    const answers = Array.from({ length: 20 }, () =>
      gateway.post(message(), { "x-claude-agent-cache": "use" }),
    );
    await eventually(() => expect(gateway.turns.size).toBe(20));
    resolve();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(upstream.received).toHaveLength(1);
  });
});

describe("a path that is passed through", () => {
  const config = { limits: { key: {} }, passThrough: ["/v1/messages", "/v1/models", "/v1/files"] };

  it.each([
    "/v1/messages/",
    "/v1/messages/count_tokens/",
    "/v1/models/",
    "/v1/models/claude-opus-5-5/",
    "/v1/messages/#",
    "/v1/messages/;",
    "/v1/messages/./",
  ])("is none that the gateway serves itself: %s", async (url) => {
    await start({ config });
    const { status } = await postTo(url);
    expect(status).toBe(404);
    expect(upstream.received).toHaveLength(0);
  });

  it("may lie below one that is served", async () => {
    await start({ config });
    expect((await postTo("/v1/messages/batches")).status).toBe(200);
  });

  it("says why it is refused where a budget applies", async () => {
    await start({ config: { ...config, budgets: { fleet: { dayUsd: 10 } } } });
    const refused = await postTo("/v1/messages/batches");
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("What a POST to a path that is passed through may cost is not known here");
  });
});

/** Sends a path as it is; `fetch` would tidy it up. */
async function postTo(url: string): Promise<{ status: number; text: string }> {
  const client = new Client(gateway.url);
  const { statusCode, body } = await client.request({
    method: "POST",
    path: url,
    headers: { "x-api-key": GATEWAY_KEY, "content-type": "application/json" },
    body: "{}",
  });
  const text = await body.text();
  await client.close();
  return { status: statusCode, text };
}
