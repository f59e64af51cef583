import { setTimeout as sleep } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import { expect } from "vitest";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { drill } from "./drill.ts";
import { until } from "./drill-environment.ts";
import { loadOn } from "./drill-load.ts";
import { inPod, masterOf, readyPods, STORE_CLI } from "./pod-faults.ts";

drill(
  8,
  "The gateway's key and the store's password rotated while pods run (fault 67)",
  async ({ environment, figures }) => {
    const { gateway, primary } = environment;
    const callWith = (apiKey: string) =>
      new Anthropic({ baseURL: gateway.url, apiKey, authToken: null, maxRetries: 0 }).models.list();

    const rotated = await environment.deploy({ replace: ["**RandomPassword::gateway-key*"] });
    figures.record(
      "gateway key: update that rolls the pods",
      Math.round(rotated.result.durationMs / 1000),
      "s",
    );
    expect(rotated.gatewayApiKey).not.toBe(gateway.apiKey);
    await expect(callWith(rotated.gatewayApiKey)).resolves.toBeDefined();
    await expect(callWith(gateway.apiKey)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);

    const load = loadOn(environment, { apiKey: rotated.gatewayApiKey });
    await sleep(2000);
    // As documented: pods with two passwords do not replicate, so none may run while the update brings the new one.
    const regions = [primary, environment.standby];
    const stopped = performance.now();
    await Promise.all(
      regions.map(async ({ kubectl }) => {
        const all = { namespace: NAMESPACE };
        await kubectl.run(["scale", "statefulset/claude-agent-valkey", "--replicas=0"], all);
        await kubectl.run(["wait", "--for=delete", "pod", "-l", "tier=store", "--timeout=120s"], all);
      }),
    );
    await environment.deploy({ replace: ["**RandomPassword::*valkey-password"] });
    await Promise.all(regions.map((region) => readyPods(region, "store", 3, 180_000)));
    const question = `${STORE_CLI} info replication`;
    const master = await masterOf(primary);
    await until(
      "replication",
      () => inPod(primary, master.name, "valkey", question),
      (text) => text.includes("connected_slaves:2"),
      60_000,
    );
    figures.record(
      "store password: without a store, from the stop of its pods until they replicate",
      Math.round((performance.now() - stopped) / 1000),
      "s",
    );
    const counts = await load.stop();
    figures.record("JSON requests failed meanwhile", counts.json.failed, "", 0);
    await environment.recovered();
    expect(counts.json.failed).toBe(0);
  },
);
