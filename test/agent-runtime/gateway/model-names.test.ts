import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Switches } from "../../../agent-runtime/src/limits/switches.ts";
import {
  eventually,
  type GatewayTestOptions,
  message,
  type RunningGateway,
  startGateway,
} from "../running-gateway.ts";
import { ANSWER, respondJson, type ScriptedUpstream, startScriptedUpstream } from "../scripted-upstream.ts";

const ALIAS = "claude-haiku-4-5";
const ID = "claude-haiku-4-5-20251001";
const SONNET = "claude-sonnet-5-5";
const MESSAGES = "/v1/messages";
const COUNT = "/v1/messages/count_tokens";

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

async function forbid(model: string): Promise<void> {
  await gateway.runtime.settleIn();
  writeFileSync(
    path.join(gateway.configDir, "own.cedar"),
    `@id("not-this-model")\nforbid(principal, action, resource == Model::"${model}");\n`,
  );
  await eventually(async () => expect((await gateway.post(message({ model }))).status).toBe(403));
  upstream.received.length = 0;
}

const switchOff = (model: string, percent = 0) =>
  new Switches(gateway.runtime.store.table("switches")).set(`model:${model}`, percent, {
    by: "key_1",
    reason: "drill",
  });

describe("the alias of a model", () => {
  it.each([MESSAGES, COUNT])("is forbidden with the model itself: %s", async (to) => {
    await start();
    await forbid(ID);
    const refused = await gateway.post(message({ model: ALIAS }), {}, to);
    expect(refused.status).toBe(403);
    expect(refused.headers.get("x-claude-agent-decided-by")).toBe("not-this-model");
    expect(await refused.text()).toContain("is forbidden by: not-this-model.");
    expect(upstream.received).toHaveLength(0);
  });

  it.each([MESSAGES, COUNT])("is stopped by the switch of the model: %s", async (to) => {
    await start();
    await switchOff(ID);
    expect((await gateway.post(message({ model: ALIAS }), {}, to)).status).toBe(403);
    expect(upstream.received).toHaveLength(0);
  });

  it("names the model's switch", async () => {
    await start();
    expect((await switchOff(ALIAS)).scope).toBe(`model:${ID}`);
    expect((await gateway.post(message({ model: ID }))).status).toBe(403);
  });

  it("gets nothing out of the cache that the model's switch stops", async () => {
    await start();
    const cached = { "x-claude-agent-cache": "use" };
    expect((await gateway.post(message({ model: ALIAS }), cached)).status).toBe(200);
    await switchOff(ID);
    expect((await gateway.post(message({ model: ALIAS }), cached)).status).toBe(403);
  });
});

describe("a fallback", () => {
  const asked = () => upstream.received.map(({ body }) => JSON.parse(body.toString()).model);
  const config = { limits: { key: {} }, fallbacks: { [SONNET]: [ALIAS, "claude-haiku-5-5"] } };

  beforeEach(async () => {
    upstream.answerWith((response) =>
      respondJson(response, 529, { type: "error", error: { type: "overloaded_error", message: "no" } }),
    );
    await start({ config });
  });

  it("that is neither forbidden nor switched off is asked", async () => {
    await gateway.post(message());
    expect(asked()).toEqual([SONNET, ALIAS, "claude-haiku-5-5"]);
  });

  it("that the caller may not ask itself is left out, also under an alias", async () => {
    await forbid(ID);
    await gateway.post(message());
    expect(asked()).toEqual([SONNET, "claude-haiku-5-5"]);
  });

  it("whose switch is off is left out, also under an alias", async () => {
    await switchOff(ID);
    await eventually(async () => {
      upstream.received.length = 0;
      await gateway.post(message());
      expect(asked()).toEqual([SONNET, "claude-haiku-5-5"]);
    });
  });

  it("whose switch lets a part pass answers the same conversations as the model itself", async () => {
    const failure = { type: "error", error: { type: "overloaded_error", message: "no" } };
    upstream.answerWith((response, { body }) => {
      const isFallback = JSON.parse(body.toString()).model === "claude-haiku-5-5";
      respondJson(response, isFallback ? 200 : 529, isFallback ? ANSWER : failure);
    });
    await switchOff("claude-haiku-5-5", 50);
    const ofSession = async (session: string) => {
      upstream.received.length = 0;
      await gateway.post(message(), { "x-claude-agent-session": session });
      const viaFallback = asked().includes("claude-haiku-5-5");
      const body = message({ model: "claude-haiku-5-5" });
      const { status } = await gateway.post(body, { "x-claude-agent-session": session });
      return { viaFallback, itself: status !== 403 };
    };
    const seen = [];
    for (let index = 0; index < 10; index += 1) seen.push(await ofSession(`session-${index}`));
    expect(seen.map(({ viaFallback }) => viaFallback)).toEqual(seen.map(({ itself }) => itself));
    expect(new Set(seen.map(({ itself }) => itself)).size).toBe(2);
  });
});
