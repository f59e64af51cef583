import { z } from "zod";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { type Machine, runOn } from "../../local/region/real/machine.ts";
import type { Command } from "../../local/region/real/machine-plan.ts";
import { type DrillRegion, until } from "./drill-environment.ts";

const podSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), deletionTimestamp: z.string().optional() }),
  spec: z.looseObject({ nodeName: z.string().optional() }),
  status: z.looseObject({
    podIP: z.string().optional(),
    containerStatuses: z
      .array(z.looseObject({ name: z.string(), ready: z.boolean(), containerID: z.string().optional() }))
      .default([]),
  }),
});

/** A pod as its API server shows it. */
export interface Pod {
  readonly name: string;
  readonly node: string;
  readonly address: string;
  readonly isReady: boolean;
  /** Ids by container. */
  readonly containers: Readonly<Record<string, string>>;
}

/** Pods of the platform that are not being deleted, by their tier. */
export async function podsOf(region: DrillRegion, tier: "coordinator" | "store"): Promise<Pod[]> {
  const list = await region.kubectl.run(["get", "pods", "-l", `tier=${tier}`, "-o", "json"], {
    namespace: NAMESPACE,
  });
  const { items } = z.looseObject({ items: z.array(podSchema) }).parse(JSON.parse(list));
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata, spec, status }) => ({
      name: metadata.name,
      node: spec.nodeName ?? "",
      address: status.podIP ?? "",
      isReady: status.containerStatuses.length > 0 && status.containerStatuses.every(({ ready }) => ready),
      containers: Object.fromEntries(
        status.containerStatuses.map(({ name, containerID = "" }) => [
          name,
          containerID.replace("containerd://", ""),
        ]),
      ),
    }));
}

/** Waits until the tier has this many pods and all of them are ready. */
export async function readyPods(
  region: DrillRegion,
  tier: "coordinator" | "store",
  count: number,
  timeoutMs = 120_000,
): Promise<Pod[]> {
  let pods: Pod[] = [];
  const look = async () => {
    pods = await podsOf(region, tier);
    return pods.map(({ name, isReady }) => `${name} ${isReady ? "ready" : "not ready"}`);
  };
  const isGood = () => pods.length === count && pods.every(({ isReady }) => isReady);
  await until(`${count} ready pods of ${tier} in ${region.name}`, look, isGood, timeoutMs);
  return pods;
}

/** The machine that a pod runs on. */
export function machineOf(region: DrillRegion, { node }: Pick<Pod, "node">): Machine {
  const machine = region.layout.workers.find(({ name }) => name === node);
  if (machine === undefined) throw new Error(`${region.name} has no worker ${node}.`);
  return machine;
}

/** SIGKILLs the first process of a container: the kubelet starts another in the same pod. */
export async function killContainer(region: DrillRegion, pod: Pod, container: string): Promise<void> {
  await task(region, pod, container, "kill", "--signal", "SIGKILL");
}

/** Freezes every process of a container; returns the way to let them go on. */
export async function pauseContainer(
  region: DrillRegion,
  pod: Pod,
  container: string,
): Promise<() => Promise<void>> {
  await task(region, pod, container, "pause");
  return () => task(region, pod, container, "resume");
}

async function task(region: DrillRegion, pod: Pod, container: string, ...action: string[]): Promise<void> {
  const id = pod.containers[container];
  if (id === undefined) throw new Error(`${pod.name} has no container ${container}.`);
  await runOn(machineOf(region, pod), ["ctr", "--namespace", "k8s.io", "task", ...action, id]);
}

/** Drops everything between a pod and others, in both directions, on its worker; returns the way to undo it. */
export async function cutOff(
  region: DrillRegion,
  pod: Pod,
  others: readonly Pick<Pod, "address">[],
): Promise<() => Promise<void>> {
  const machine = machineOf(region, pod);
  const rules = others.flatMap(({ address }) => [
    ["-s", pod.address, "-d", address],
    ["-s", address, "-d", pod.address],
  ]);
  const apply = async (action: "-I" | "-D") => {
    for (const rule of rules) {
      await runOn(machine, [
        "iptables",
        "--wait",
        action,
        "FORWARD",
        ...rule,
        "-j",
        "DROP",
      ] as unknown as Command);
    }
  };
  await apply("-I");
  return () => apply("-D");
}

/** What a shell command prints in a container of the platform. */
export async function inPod(
  region: DrillRegion,
  pod: string,
  container: string,
  script: string,
): Promise<string> {
  return await region.kubectl.run(["exec", pod, "--container", container, "--", "sh", "-c", script], {
    namespace: NAMESPACE,
  });
}

/** The store's command line in its containers, as the user of its pods: it has the keys `probe:*` to write and read. */
export const STORE_CLI = 'REDISCLI_AUTH="$VALKEY_PASSWORD" redis-cli --user internal';

/** Asks the Sentinels who the master is; the first that answers wins. */
export async function masterOf(region: DrillRegion, among?: readonly Pod[]): Promise<Pod> {
  const pods = among ?? (await podsOf(region, "store"));
  const question = `${STORE_CLI} -p 26379 --raw sentinel get-master-addr-by-name main`;
  for (const { name } of pods) {
    const answer = await inPod(region, name, "sentinel", question).catch(() => "");
    const master = pods.find((pod) => answer.startsWith(`${pod.name}.`));
    if (master !== undefined) return master;
  }
  throw new Error(
    `No Sentinel of ${region.name} names a master among ${pods.map(({ name }) => name).join(", ")}.`,
  );
}
