import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { buildBehavior } from "../../components/agent-autoscaler/behavior.ts";
import { buildScaledObject } from "../../components/agent-autoscaler/scaled-object.ts";
import { labelsOf, selectorOf, workloadName } from "../../components/naming.ts";
import { installCrds } from "../../local/region/crds.ts";
import type { Kubectl } from "../../local/region/kubectl.ts";
import { Authority } from "../../local/region/real/authority.ts";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { obtainCrds } from "../../local/toolchain/crds.ts";
import { resolveTools } from "../../local/toolchain/resolve.ts";
import { startTemporaryRegions, type TemporaryRegions } from "../local/region/temporary-regions.ts";
import type { ControllerProcess } from "./controller-process.ts";
import { serveOutside, startKeda } from "./keda-processes.ts";
import { preparePrometheus } from "./prometheus-process.ts";
import { SimulatedMetrics } from "./simulated-metrics.ts";
import { SimulatedUsage } from "./simulated-usage.ts";

/**
 * Real: API server, KEDA's operator and metrics adapter, the autoscaler of Kubernetes, Prometheus, our ScaledObject.
 * Simulated: nodes and pods, what the pods tell of their requests, and what they use. Stabilisation is shortened.
 */
const REGION = "scaling";
const NAMESPACE = "ai-agents";
const TIER = "coordinator";
const NAME = workloadName(TIER);
const BOUNDS = { minReplicas: 2, maxReplicas: 6 };
const PER_POD = 10;
const PACE = { scaleUpStabilizationSeconds: 0, scaleDownStabilizationSeconds: 5 };

const metrics = new SimulatedMetrics({ namespace: NAMESPACE, job: NAME, region: REGION });
const processes: ControllerProcess[] = [];
let usage: SimulatedUsage;
let regions: TemporaryRegions;
let kubectl: Kubectl;
let folder: string;
let prometheus: ControllerProcess;
let startPrometheus: () => ControllerProcess;
/** Requests a second to all pods together. */
let load = 5;
let isWatching = true;
let watching: Promise<void> | undefined;
/** Numbers of pods wanted since it was last emptied, and when each was first seen. */
let wanted: { replicas: number; atMs: number }[] = [];

beforeAll(async () => {
  const options = {
    cacheDir: defaultCacheDir(),
    onProgress: ({ message }: { message: string }) => console.log(message),
  };
  const tools = await resolveTools(["keda-operator", "keda-metrics-adapter", "prometheus"], options);
  const crds = await obtainCrds(["keda-crds"], options);
  regions = await startTemporaryRegions(REGION);
  kubectl = regions.kubectl(REGION);
  folder = await mkdtemp(path.join(os.tmpdir(), "controllers-"));
  await installCrds([crds["keda-crds"]], kubectl);
  await kubectl.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }]);

  const scrapedPort = await metrics.start();
  const prepared = await preparePrometheus(tools.prometheus.path, { folder, scrapedPort });
  startPrometheus = prepared.start;
  prometheus = startPrometheus();
  const authority = await Authority.open(path.join(folder, "authority"), "controllers");
  const programs = { operator: tools["keda-operator"].path, adapter: tools["keda-metrics-adapter"].path };
  processes.push(...(await startKeda({ programs, watched: NAMESPACE, folder, kubectl, authority })));
  const server = { commonName: "usage", usage: "server", dnsNames: ["localhost"] } as const;
  usage = await SimulatedUsage.open(await authority.issue(folder, "usage", server), TIER, {
    cpu: "10m",
    memory: "10Mi",
  });
  await serveOutside(kubectl, { group: "metrics.k8s.io", port: await usage.start() });
  await deploy(prepared.url);
  watching = watch();
});

afterAll(async () => {
  isWatching = false;
  await watching;
  for (const process of processes) await process.stop();
  await prometheus?.stop();
  await usage?.stop();
  await metrics.stop();
  await regions?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function deploy(prometheusUrl: string): Promise<void> {
  const metadata = { name: NAME, namespace: NAMESPACE, labels: labelsOf(TIER) };
  const container = {
    name: TIER,
    image: "registry.example.com/agent-runtime:1",
    resources: { requests: { cpu: "100m", memory: "100Mi" } },
  };
  const scaledObject = buildScaledObject({
    ...BOUNDS,
    ...PACE,
    targetCpuPercent: 70,
    targetMemoryPercent: 80,
    timing: { pollingIntervalSeconds: 2, initialCooldownSeconds: 0, failuresBeforeHold: 3 },
    hpaName: NAME,
    signal: {
      type: "requests",
      prometheusUrl,
      series: { namespace: NAMESPACE, service: NAME, region: REGION },
      requestsPerSecondPerPod: PER_POD,
    },
  });
  await kubectl.apply([
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        selector: { matchLabels: selectorOf(TIER) },
        template: { metadata: { labels: labelsOf(TIER) }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata,
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: NAME }, ...scaledObject },
    },
  ]);
}

/** Spreads the load over the pods that there are, and notes how many are wanted. */
async function watch(): Promise<void> {
  while (isWatching) {
    const pods = await kubectl.listJson("pods", { namespace: NAMESPACE }).catch(() => []);
    metrics.pods = pods.map(({ metadata }) => metadata.name);
    metrics.requestsPerSecond = load / Math.max(pods.length, 1);
    usage.pods = pods;
    const replicas = await replicasWanted().catch(() => undefined);
    if (replicas !== undefined && replicas !== wanted.at(-1)?.replicas) {
      wanted.push({ replicas, atMs: performance.now() });
    }
    await delay(500);
  }
}

const deploymentSchema = z.looseObject({ spec: z.looseObject({ replicas: z.number() }) });

async function replicasWanted(): Promise<number> {
  const deployment = await kubectl.getJson("deployment", NAME, { namespace: NAMESPACE });
  return deploymentSchema.parse(deployment).spec.replicas;
}

function numbersWanted(): number[] {
  return wanted.map(({ replicas }) => replicas);
}

const conditionsSchema = z.looseObject({
  status: z
    .looseObject({
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
    })
    .prefault({}),
});

/** Conditions of an object that hold. */
async function conditionsOf(kind: string): Promise<string[]> {
  const object = await kubectl.getJson(kind, NAME, { namespace: NAMESPACE });
  const { conditions } = conditionsSchema.parse(object).status;
  return conditions.filter(({ status }) => status === "True").map(({ type }) => type);
}

const IN_TIME = { timeout: 150_000, interval: 500 };

describe("a ScaledObject of ours under the real KEDA", () => {
  it("becomes ready, and one autoscaler has its figures", async () => {
    await expect.poll(() => conditionsOf("scaledobject"), IN_TIME).toContain("Ready");
    const autoscalers = await kubectl.listJson("hpa", { namespace: NAMESPACE });

    expect(autoscalers.map(({ metadata }) => metadata.name)).toEqual([NAME]);
    expect(autoscalers[0]).toMatchObject({
      spec: {
        ...BOUNDS,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: NAME },
        behavior: buildBehavior(PACE),
        metrics: expect.arrayContaining([
          resource("cpu", 70),
          resource("memory", 80),
          expect.objectContaining({
            external: expect.objectContaining({
              target: { type: "AverageValue", averageValue: String(PER_POD) },
            }),
          }),
        ]),
      },
    });
  });

  it("has its minimum while the requests need no more", async () => {
    await expect.poll(replicasWanted, IN_TIME).toBe(BOUNDS.minReplicas);
    await expect.poll(() => conditionsOf("hpa"), IN_TIME).toContain("ScalingActive");
  });

  it("has as many pods as the requests need", async () => {
    load = 38;
    await expect.poll(replicasWanted, IN_TIME).toBe(4);
  });

  it("fault 65: keeps its pods while Prometheus is away, and does not go to its minimum", async () => {
    await prometheus.stop();
    await expect.poll(() => conditionsOf("scaledobject"), IN_TIME).toContain("Fallback");
    wanted = [];
    // That nothing happens can only be watched for a while: longer than pods are kept after they were added.
    await delay(60_000);
    const held = numbersWanted();
    prometheus = startPrometheus();

    expect(held).toEqual([4]);
    await expect.poll(() => conditionsOf("scaledobject"), IN_TIME).not.toContain("Fallback");
  });

  it("removes one pod a minute once the requests are gone", async () => {
    wanted = [];
    load = 2;
    await expect.poll(numbersWanted, { ...IN_TIME, timeout: 270_000 }).toEqual([4, 3, 2]);

    const [, first, second] = wanted;
    // Seen with a delay that differs.
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(50_000);
  });
});

function resource(name: string, averageUtilization: number) {
  return { type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization } } };
}
