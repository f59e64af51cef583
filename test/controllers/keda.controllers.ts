import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildBehavior } from "../../components/agent-autoscaler/behavior.ts";
import { buildScaledObject } from "../../components/agent-autoscaler/scaled-object.ts";
import { labelsOf, selectorOf, workloadName } from "../../components/naming.ts";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { resolveTools } from "../../local/toolchain/resolve.ts";
import type { ControllerProcess } from "./controller-process.ts";
import { IN_TIME, type KedaUnderTest, NAMESPACE, startKedaUnderTest } from "./keda-under-test.ts";
import { preparePrometheus } from "./prometheus-process.ts";
import { FORECAST, SimulatedMetrics } from "./simulated-metrics.ts";

/**
 * Real: API server, KEDA's operator and metrics adapter, the autoscaler of Kubernetes, Prometheus, our ScaledObject.
 * Simulated: nodes and pods, what the pods tell of their requests, and what they use. Stabilisation is shortened.
 */
const REGION = "scaling";
const TIER = "coordinator";
const NAME = workloadName(TIER);
const BOUNDS = { minReplicas: 2, maxReplicas: 6 };
const PER_POD = 10;
const PACE = { scaleUpStabilizationSeconds: 0, scaleDownStabilizationSeconds: 5 };

const metrics = new SimulatedMetrics({ namespace: NAMESPACE, job: NAME, region: REGION });
/** What has to be left of the upstream's limits for pods to be added. */
const MIN_HEADROOM = 0.2;
let keda: KedaUnderTest;
let prometheus: ControllerProcess;
let startPrometheus: () => ControllerProcess;
/** Requests a second to all pods together. */
let load = 5;

beforeAll(async () => {
  const { prometheus: program } = await resolveTools(["prometheus"], { cacheDir: defaultCacheDir() });
  const scrapedPort = await metrics.start();
  keda = await startKedaUnderTest({
    ...{ region: REGION, name: NAME, container: TIER },
    // Spreads the load over the pods that there are.
    onPods: (pods) => {
      metrics.pods = pods.map(({ metadata }) => metadata.name);
      metrics.requestsPerSecond = load / Math.max(pods.length, 1);
    },
  });
  const prepared = await preparePrometheus(program.path, { folder: keda.folder, scrapedPort });
  startPrometheus = prepared.start;
  prometheus = startPrometheus();
  await deploy(prepared.url);
});

afterAll(async () => {
  await prometheus?.stop();
  await keda?.stop();
  await metrics.stop();
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
      minUpstreamHeadroom: MIN_HEADROOM,
      forecastQuery: FORECAST,
    },
  });
  await keda.kubectl.apply([
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

describe("a ScaledObject of ours under the real KEDA", () => {
  it("becomes ready, and one autoscaler has its figures", async () => {
    await expect.poll(() => keda.conditionsOf("scaledobject"), IN_TIME).toContain("Ready");
    const autoscalers = await keda.kubectl.listJson("hpa", { namespace: NAMESPACE });

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
    await expect.poll(keda.replicasWanted, IN_TIME).toBe(BOUNDS.minReplicas);
    await expect.poll(() => keda.conditionsOf("hpa"), IN_TIME).toContain("ScalingActive");
  });

  it("has as many pods as the requests that are expected need, before they come", async () => {
    metrics.expectedRequestsPerSecond = 28;
    await expect.poll(keda.replicasWanted, IN_TIME).toBe(3);
  });

  it("has as many pods as the requests need, where they are more", async () => {
    load = 38;
    await expect.poll(keda.replicasWanted, IN_TIME).toBe(4);
  });

  it("adds no pods while the upstream is the bottleneck, and those that are needed afterwards", async () => {
    metrics.upstreamHeadroom = MIN_HEADROOM / 2;
    // Until Prometheus has read it and KEDA has asked Prometheus.
    await delay(10_000);
    load = 58;
    keda.wanted = [];
    // That nothing happens can only be watched for a while: more than twice what the requests before took.
    await delay(60_000);
    expect(numbersWanted()).toEqual([4]);

    metrics.upstreamHeadroom = 1;
    await expect.poll(keda.replicasWanted, IN_TIME).toBe(6);
  });

  it("fault 65: keeps its pods while Prometheus is away, and does not go to its minimum", async () => {
    await prometheus.stop();
    await expect.poll(() => keda.conditionsOf("scaledobject"), IN_TIME).toContain("Fallback");
    keda.wanted = [];
    // That nothing happens can only be watched for a while: longer than pods are kept after they were added.
    await delay(60_000);
    const held = numbersWanted();
    prometheus = startPrometheus();

    expect(held).toEqual([6]);
    await expect.poll(() => keda.conditionsOf("scaledobject"), IN_TIME).not.toContain("Fallback");
  });

  it("removes one pod a minute once the requests are gone", async () => {
    keda.wanted = [];
    load = 2;
    metrics.expectedRequestsPerSecond = 0;
    await expect.poll(numbersWanted, { ...IN_TIME, timeout: 270_000 }).toEqual([6, 5, 4]);

    const [, first, second] = keda.wanted;
    // Seen with a delay that differs.
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(50_000);
  });
});

function numbersWanted(): number[] {
  return keda.wanted.map(({ replicas }) => replicas);
}

function resource(name: string, averageUtilization: number) {
  return { type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization } } };
}
