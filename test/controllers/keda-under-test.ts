import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { installCrds } from "../../local/region/crds.ts";
import type { Kubectl, KubernetesObject } from "../../local/region/kubectl.ts";
import { Authority } from "../../local/region/real/authority.ts";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { obtainCrds } from "../../local/toolchain/crds.ts";
import { resolveTools } from "../../local/toolchain/resolve.ts";
import { startTemporaryRegions } from "../local/region/temporary-regions.ts";
import { serveOutside, startKeda } from "./keda-processes.ts";
import { SimulatedUsage } from "./simulated-usage.ts";

/** Namespace of what KEDA scales. */
export const NAMESPACE = "ai-agents";

/** For everything that takes a few rounds of KEDA and of the autoscaler. */
export const IN_TIME = { timeout: 150_000, interval: 500 };

/** A region of simulated nodes with the real KEDA beside it, and the one workload that it scales. */
export interface KedaUnderTest {
  readonly kubectl: Kubectl;
  /** A folder that goes with it. */
  readonly folder: string;
  /** Numbers of pods wanted since it was last emptied, and when each was first seen. */
  wanted: { readonly replicas: number; readonly atMs: number }[];
  replicasWanted(): Promise<number>;
  /** Types of the conditions of an object of the workload's name that hold. */
  conditionsOf(kind: string): Promise<string[]>;
  stop(): Promise<void>;
}

export interface KedaUnderTestOptions {
  readonly region: string;
  /** Name of the Deployment, of its ScaledObject and of the autoscaler that KEDA makes. */
  readonly name: string;
  /** Name of the pods' container. */
  readonly container: string;
  /** Called twice a second with the pods that there are. */
  readonly onPods?: (pods: readonly KubernetesObject[]) => void;
}

/** Starts the region, then KEDA; takes about a minute once its programs are built. */
export async function startKedaUnderTest(options: KedaUnderTestOptions): Promise<KedaUnderTest> {
  const { region, name, container, onPods = () => undefined } = options;
  const obtaining = {
    cacheDir: defaultCacheDir(),
    onProgress: ({ message }: { message: string }) => console.log(message),
  };
  const tools = await resolveTools(["keda-operator", "keda-metrics-adapter"], obtaining);
  const crds = await obtainCrds(["keda-crds"], obtaining);
  const regions = await startTemporaryRegions(region);
  const kubectl = regions.kubectl(region);
  const folder = await mkdtemp(path.join(os.tmpdir(), "controllers-"));
  await installCrds([crds["keda-crds"]], kubectl);
  await kubectl.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }]);

  const authority = await Authority.open(path.join(folder, "authority"), "controllers");
  const programs = { operator: tools["keda-operator"].path, adapter: tools["keda-metrics-adapter"].path };
  const processes = await startKeda({ programs, watched: NAMESPACE, folder, kubectl, authority });
  const server = { commonName: "usage", usage: "server", dnsNames: ["localhost"] } as const;
  const usage = await SimulatedUsage.open(await authority.issue(folder, "usage", server), container, {
    cpu: "10m",
    memory: "10Mi",
  });
  await serveOutside(kubectl, { group: "metrics.k8s.io", port: await usage.start() });

  const deployment = () => kubectl.getJson("deployment", name, { namespace: NAMESPACE });
  const replicasWanted = async () => deploymentSchema.parse(await deployment()).spec.replicas;
  let isWatching = true;
  const underTest: KedaUnderTest = {
    kubectl,
    folder,
    wanted: [],
    replicasWanted,
    async conditionsOf(kind) {
      const object = await kubectl.getJson(kind, name, { namespace: NAMESPACE });
      const { conditions } = conditionsSchema.parse(object).status;
      return conditions.filter(({ status }) => status === "True").map(({ type }) => type);
    },
    async stop() {
      isWatching = false;
      await watching;
      for (const process of processes) await process.stop();
      await usage.stop();
      await regions.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  const watching = watch();
  return underTest;

  async function watch(): Promise<void> {
    while (isWatching) {
      usage.pods = await kubectl.listJson("pods", { namespace: NAMESPACE }).catch(() => []);
      onPods(usage.pods);
      const replicas = await replicasWanted().catch(() => undefined);
      if (replicas !== undefined && replicas !== underTest.wanted.at(-1)?.replicas) {
        underTest.wanted.push({ replicas, atMs: performance.now() });
      }
      await delay(500);
    }
  }
}

const deploymentSchema = z.looseObject({ spec: z.looseObject({ replicas: z.number() }) });

const conditionsSchema = z.looseObject({
  status: z
    .looseObject({
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
    })
    .prefault({}),
});
