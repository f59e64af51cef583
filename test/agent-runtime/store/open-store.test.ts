import { describe, expect, onTestFinished, test } from "vitest";
import { MetricsRegistry } from "../../../agent-runtime/src/metrics/registry.ts";
import { createStoreUpMetric } from "../../../agent-runtime/src/metrics/store-up.ts";
import { openStore } from "../../../agent-runtime/src/store/open-store.ts";
import { recordingLog } from "./recording-log.ts";

async function open(env: Parameters<typeof openStore>[0]) {
  const registry = new MetricsRegistry();
  const store = await openStore(env, {
    log: recordingLog().log,
    metrics: { storeUp: createStoreUpMetric(registry) },
  });
  onTestFinished(() => store.close());
  return { store, registry };
}

describe("the store that the environment names", () => {
  test("is in this process when there is no address, and its metric says that it is up", async () => {
    const { store, registry } = await open({});
    expect([store.kind, store.isUp]).toEqual(["embedded", true]);
    expect(await registry.text()).toContain("claude_agent_store_up 1");
  });

  test("is in Redis when there is an address, and its metric says that it is not connected", async () => {
    const { store, registry } = await open({ redis: { url: "redis://127.0.0.1:1" } });
    expect([store.kind, store.isUp]).toEqual(["redis", false]);
    expect(await registry.text()).toContain("claude_agent_store_up 0");
  });

  test("is refused when the address is not one", async () => {
    await expect(open({ redis: { url: "redis://one,two" } })).rejects.toThrow(/several hosts/);
  });
});
