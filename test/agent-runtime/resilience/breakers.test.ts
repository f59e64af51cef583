import { describe, expect, it } from "vitest";
import { loadModels } from "../../../agent-runtime/src/gateway/models.ts";
import { createBreakerMetrics } from "../../../agent-runtime/src/metrics/breakers.ts";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";
import {
  type BreakerStatus,
  Breakers,
  MODELS_LIST,
  PASSED_THROUGH,
} from "../../../agent-runtime/src/resilience/breakers.ts";
import { OPUS, SONNET } from "./scripted-calls.ts";

function testBreakers() {
  const registry = new MetricsRegistry();
  const changes: BreakerStatus[] = [];
  const breakers = new Breakers({
    models: loadModels(),
    metrics: createBreakerMetrics(registry),
    onChange: (status) => changes.push(status),
  });
  return {
    breakers,
    changes,
    metricsText: () => registry.text(),
    async open(model: string) {
      for (let failure = 0; failure < 5; failure += 1) {
        await breakers.of(model).run(async () => ({ verdict: "failure" }));
      }
    },
  };
}

describe("the breakers", () => {
  it("fault 51: of one model do not trip another", async () => {
    const { breakers, open } = testBreakers();
    await open(OPUS);
    expect(breakers.of(OPUS).isRefusing).toBe(true);
    expect(breakers.of(SONNET).isRefusing).toBe(false);
  });

  it("are one for a model and its aliases", () => {
    const { breakers } = testBreakers();
    for (const { id, aliases } of loadModels().models) {
      for (const alias of aliases) expect(breakers.of(alias)).toBe(breakers.of(id));
    }
  });

  it("fault 51: of the list of models, of further paths and of unknown models do not trip each other", async () => {
    const { breakers, open } = testBreakers();
    for (let index = 0; index < 40; index += 1) breakers.of(`claude-invented-${index}`);
    await open("not a model");
    expect(breakers.of("claude-invented-39").isRefusing).toBe(true);
    expect(breakers.of(MODELS_LIST)).toMatchObject({ model: "models", isRefusing: false });
    await open(MODELS_LIST);
    expect(breakers.of(PASSED_THROUGH)).toMatchObject({ model: "pass-through", isRefusing: false });
    expect(breakers.reset(MODELS_LIST)).toBe(1);
  });

  it("are listed with state, failures and the time of opening", async () => {
    const { breakers, open } = testBreakers();
    breakers.of(SONNET);
    await open(OPUS);
    expect(breakers.list()).toEqual([
      { model: SONNET, state: "closed", failures: 0 },
      { model: OPUS, state: "open", failures: 5, openedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
  });

  it("tell of every change", async () => {
    const { breakers, open, changes } = testBreakers();
    await open(OPUS);
    breakers.reset(OPUS);
    expect(changes.map(({ model, state }) => `${model} ${state}`)).toEqual([
      `${OPUS} open`,
      `${OPUS} closed`,
    ]);
  });

  it("are reset one or all", async () => {
    const { breakers, open } = testBreakers();
    await open(OPUS);
    await open(SONNET);
    expect(breakers.reset(OPUS)).toBe(1);
    expect(breakers.list().map(({ state }) => state)).toEqual(["closed", "open"]);
    expect(breakers.reset("claude-nobody-asked-for")).toBe(0);
    expect(breakers.reset()).toBe(2);
    expect(breakers.list().map(({ state }) => state)).toEqual(["closed", "closed"]);
  });

  it("are gauges: 0 closed, 2 open", async () => {
    const { breakers, open, metricsText } = testBreakers();
    breakers.of(SONNET);
    await open(OPUS);
    const text = await metricsText();
    expect(text).toContain(`claude_agent_breaker_state{model="${SONNET}"} 0`);
    expect(text).toContain(`claude_agent_breaker_state{model="${OPUS}"} 2`);
  });

  it("fault 54: do not multiply when callers invent names of models", async () => {
    const { breakers, metricsText } = testBreakers();
    for (let index = 0; index < 1_000; index += 1) {
      breakers.of(`claude-invented-${index}`);
      breakers.of(`not a model ${index}`);
    }
    expect(breakers.list().length).toBeLessThanOrEqual(33);
    expect(breakers.of("claude-invented-999").model).toBe("other");
    expect(breakers.of(OPUS).model).toBe(OPUS);
    expect((await metricsText()).match(/^claude_agent_breaker_state\{/gm)?.length).toBeLessThanOrEqual(34);
  });
});
