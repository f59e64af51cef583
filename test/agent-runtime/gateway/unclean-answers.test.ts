import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually, GATEWAY_KEY, message, type RunningGateway, startGateway } from "../running-gateway.ts";
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
let gateway: RunningGateway;

beforeEach(async () => {
  upstream = await startScriptedUpstream();
  gateway = await startGateway(
    upstream.url,
    {},
    {
      config: { limits: { key: {} }, budgets: { fleet: { dayUsd: 10 } }, passThrough: ["/v1/files"] },
      retryLadderMs: [1],
    },
  );
});

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

async function budget() {
  const window = gateway.runtime.calendar.current("UTC").day.id;
  const [reading] = await gateway.runtime.store.ledger.readBudgets([`fleet:${window}`]);
  return { spent: (reading?.spentNanoUsd ?? 0) / 1e9, reserved: (reading?.reservedNanoUsd ?? 0) / 1e9 };
}

/** What the budget says once the request is settled. */
const spentAtLast = () =>
  eventually(async () => {
    const { spent, reserved } = await budget();
    expect(reserved).toBe(0);
    expect(spent).toBeGreaterThan(0);
    return spent;
  });

/** What is reserved for a request like those below, and so the most that one may cost. */
async function bound(): Promise<number> {
  const { promise: release, resolve } = Promise.withResolvers<void>();
  upstream.answerWith(async (response) => {
    await release;
    respondJson(response, 400, { type: "error", error: { type: "invalid_request_error", message: "no" } });
  });
  const answer = gateway.post(message());
  await eventually(() => expect(upstream.received).toHaveLength(1));
  const { reserved } = await budget();
  resolve();
  await answer;
  await eventually(async () => expect(await budget()).toEqual({ spent: 0, reserved: 0 }));
  upstream.received.length = 0;
  return reserved;
}

describe("fault 38: a request is charged its bound, once, when", () => {
  it("its caller leaves before the answer that is not streamed", async () => {
    const most = await bound();
    upstream.answerWith(() => undefined);
    const caller = new AbortController();
    const answer = fetch(`${gateway.url}/v1/messages`, {
      method: "POST",
      body: message(),
      headers: { "x-api-key": GATEWAY_KEY, "content-type": "application/json" },
      signal: caller.signal,
    }).catch(() => undefined);
    await eventually(() => expect(upstream.received).toHaveLength(1));
    caller.abort();
    await answer;
    expect(await spentAtLast()).toBe(most);
  });

  it("its answer breaks off in the middle, which is not asked for again", async () => {
    const most = await bound();
    upstream.answerWith((response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"id":"msg_1",');
      setImmediate(() => response.destroy());
    });
    expect((await gateway.post(message())).status).toBe(502);
    expect(await spentAtLast()).toBe(most);
    expect(upstream.received).toHaveLength(1);
  });

  it("its answer tells its usage in a form that is not known", async () => {
    const most = await bound();
    upstream.answerWith((response) =>
      respondJson(response, 200, { ...ANSWER, usage: { input_tokens: "many", output_tokens: 1 } }),
    );
    expect((await gateway.post(message())).status).toBe(200);
    expect(await spentAtLast()).toBe(most);
  });

  it("its stream breaks off before it tells its input", async () => {
    const most = await bound();
    upstream.answerWith((response) => {
      beginStream(response, event("ping"));
      setImmediate(() => response.destroy());
    });
    await (await gateway.post(message({ stream: true }))).text().catch(() => "");
    expect(await spentAtLast()).toBeCloseTo(most, 4);
  });
});

describe("fault 38: a stream that told its input is charged with it and with the output so far when it", () => {
  it.each([
    ["breaks off", (response: ServerResponse) => void setImmediate(() => response.destroy())],
    [
      "ends in an error of the upstream",
      (response: ServerResponse) =>
        void response.end(event("error", { error: { type: "overloaded_error" } })),
    ],
  ])("%s", async (_how, end) => {
    upstream.answerWith((response) => {
      beginStream(response, MESSAGE_START, BLOCK_START, delta("word ".repeat(30)));
      end(response);
    });
    await (await gateway.post(message({ stream: true }))).text();
    // 100 input tokens, and 150 bytes as 50 output tokens.
    expect(await spentAtLast()).toBeCloseTo(0.0002 + 0.0005, 9);
  });
});

describe("a stream with comments before its events", () => {
  it("fault 35: is complete and charged with what it says", async () => {
    const text = STREAM.replaceAll("event: ", ": keep-alive\nevent: ");
    upstream.answerWith((response) => {
      beginStream(response, text);
      response.end();
    });
    expect(await (await gateway.post(message({ stream: true }))).text()).toBe(text);
    // 100 input and 25 output tokens of Sonnet 5.5.
    expect(await spentAtLast()).toBeCloseTo(0.00045, 9);
  });
});

describe("the gateway's own key, when the upstream refuses it,", () => {
  it("is no business of the caller, whose key is good", async () => {
    upstream.answerWith((response) =>
      respondJson(response, 401, {
        type: "error",
        error: { type: "authentication_error", message: "invalid x-api-key" },
      }),
    );
    const answer = await gateway.post(message());
    expect(answer.status).toBe(502);
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect(answer.headers.get("x-upstream-request-id")).toBe("req_up_1");
    expect(await answer.json()).toMatchObject({
      error: { type: "api_error", message: "The upstream API refused the gateway's own key." },
    });
    await eventually(async () => expect(await budget()).toEqual({ spent: 0, reserved: 0 }));
  });
});

describe("what is passed through", () => {
  it.each([
    ["is posted again after an overload", "POST", 529, 2],
    ["is not posted again after a server error, which may have come too late", "POST", 500, 1],
    ["is asked for again after a server error", "GET", 500, 2],
  ])("%s", async (_what, method, status, times) => {
    upstream.answerWith((response) =>
      respondJson(response, status, { type: "error", error: { type: "api_error", message: "no" } }),
    );
    const answer = await fetch(`${gateway.url}/v1/files`, {
      method,
      headers: { "x-api-key": GATEWAY_KEY },
      ...(method === "POST" ? { body: "x" } : {}),
    });
    expect(answer.status).toBe(status);
    expect(upstream.received).toHaveLength(times);
  });
});
