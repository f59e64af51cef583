import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { drill, type Figures } from "./drill.ts";
import { type DrillEnvironment, type DrillRegion, until } from "./drill-environment.ts";
import { loadOn } from "./drill-load.ts";
import {
  cutOff,
  inPod,
  killContainer,
  masterOf,
  pauseContainer,
  podsOf,
  readyPods,
  STORE_CLI,
} from "./pod-faults.ts";
import { startStoreClient } from "./start-store-client.ts";
import type { StoreSummary } from "./store-events.ts";

const PODS = 3;
/** Longest time in which a client may go without a confirmed write. */
const GAP_BOUND_MS = 10_000;
/** Without a failover the master itself has to come back: it asks the others for half a minute first. */
const RETURN_BOUND_MS = 60_000;
/** After a fault, for the failover and the old master's return as a replica. */
const SETTLE_MS = 25_000;

function clientIn({ record, instance }: DrillEnvironment, { name }: DrillRegion) {
  const kubectl = [record.tools.kubectl, "--kubeconfig", instance.kubeconfig, "--context", name];
  const prefix = [...kubectl, "-n", NAMESPACE, "exec", "-i", "deployment/claude-agent-coordinator", "--"];
  return startStoreClient({ prefix }, { writesPerSecond: 20, confirmed: true, pods: PODS });
}

function recordStore(figures: Figures, what: string, summary: StoreSummary, gapBoundMs: number): void {
  const gapMs = Math.round(summary.longestGap.ms);
  figures.record(`${what}: longest gap between confirmed writes`, gapMs, "ms", gapBoundMs);
  figures.record(`${what}: writes confirmed`, summary.confirmed);
  figures.record(`${what}: confirmed writes lost`, summary.lostConfirmed, "", 0);
  figures.record(`${what}: writes acknowledged but not confirmed`, summary.unconfirmed);
  figures.record(`${what}: acknowledged writes lost`, summary.lostAcknowledged);
  figures.record(`${what}: writes that failed`, summary.failed);
}

drill(3, "Valkey with Sentinels over three workers (fault 63)", async ({ environment, figures }) => {
  const region = environment.primary;
  const replicates = async () => {
    await readyPods(region, "store", PODS);
    const master = await masterOf(region);
    const script = `${STORE_CLI} info replication`;
    const connected = () => inPod(region, master.name, "valkey", script);
    await until("two replicas", connected, (text) => /^connected_slaves:2/m.test(text), 60_000);
  };
  /** Writes while the fault happens; what was confirmed must be there afterwards. */
  const during = async (what: string, fault: () => Promise<unknown>, gapBoundMs = GAP_BOUND_MS) => {
    await replicates();
    const client = await clientIn(environment, region);
    await sleep(3000);
    await fault();
    await sleep(SETTLE_MS);
    const summary = await client.stop();
    recordStore(figures, what, summary, gapBoundMs);
    await replicates();
  };

  await during("master SIGKILLed", async () => killContainer(region, await masterOf(region), "valkey"));
  await during("master's pod deleted", async () => {
    const { name } = await masterOf(region);
    await region.kubectl.run(["delete", "pod", name, "--wait=false"], { namespace: NAMESPACE });
  });
  await during("rolling restart", async () => {
    await region.kubectl.run(["rollout", "restart", "statefulset/claude-agent-valkey"], {
      namespace: NAMESPACE,
    });
    await region.kubectl.run(["rollout", "status", "statefulset/claude-agent-valkey", "--timeout=240s"], {
      namespace: NAMESPACE,
    });
  });
  await during(
    "master cut off from the others for 12 s",
    async () => {
      const master = await masterOf(region);
      const others = (await podsOf(region, "store")).filter(({ name }) => name !== master.name);
      const heal = await cutOff(region, master, others);
      await sleep(12_000);
      await heal();
    },
    25_000,
  );

  // Without a majority of Sentinels nobody may fail over: a master that dies comes back as master, with what it had.
  const master = await masterOf(region);
  const others = (await podsOf(region, "store")).filter(({ name }) => name !== master.name);
  const resume = await Promise.all(others.map((pod) => pauseContainer(region, pod, "sentinel")));
  const client = await clientIn(environment, region);
  const load = loadOn(environment);
  await killContainer(region, master, "valkey");
  await sleep(RETURN_BOUND_MS);
  const [summary, counts] = await Promise.all([client.stop(), load.stop()]);
  const stillMaster = (await masterOf(region, [master])).name;
  await Promise.all(resume.map((each) => each()));
  recordStore(figures, "two Sentinels lost, master SIGKILLed", summary, RETURN_BOUND_MS);
  figures.record("two Sentinels lost: requests to the gateway that failed", counts.json.failed, "", 0);
  expect(stillMaster, "the master while two Sentinels are lost").toBe(master.name);
  await replicates();
});
