import { expect, vi } from "vitest";
import type { Pod, ValkeyPods } from "./valkey-pods.ts";

/** From the start of a pod to a replica that is in step and known to every Sentinel. */
const SETTLE_MS = 60_000;

/** Waits until all three follow one master that all Sentinels name; returns it. */
export async function waitUntilSettled(pods: ValkeyPods): Promise<Pod> {
  const check = async () => {
    const masters = await Promise.all(pods.pods.map((pod) => pods.masterSeenBy(pod)));
    const [master] = masters;
    if (master === undefined) throw new Error("no Sentinel answered");
    expect(masters).toEqual([master, master, master]);
    expect(await pods.ask(master, "valkey", "role")).toMatch(/^master/);
    expect(await pods.ask(master, "valkey", "info", "replication")).toMatch(/connected_slaves:2/);
    for (const pod of pods.pods) {
      expect(await pods.ask(pod, "sentinel", "sentinel", "ckquorum", "main")).toMatch(/^OK 3 usable/);
      // A Sentinel that has not yet heard of the replicas cannot promote one.
      expect(await pods.ask(pod, "sentinel", "sentinel", "master", "main")).toMatch(/num-slaves\n2\n/);
    }
    for (const replica of pods.pods.filter((pod) => pod !== master)) {
      expect(await pods.ask(replica, "valkey", "info", "replication")).toMatch(/master_link_status:up/);
    }
    return master;
  };
  return await vi.waitFor(check, { timeout: SETTLE_MS, interval: 100 });
}
