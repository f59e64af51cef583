import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  analysisName,
  buildAnalysisTemplate,
  buildRolloutSpec,
  type CanaryPhase,
} from "../../components/agent-rollout.ts";
import { workloadName } from "../../components/naming.ts";
import { installCrds } from "../../local/region/crds.ts";
import { findFreePorts } from "../../local/region/free-ports.ts";
import type { Kubectl } from "../../local/region/kubectl.ts";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { obtainCrds } from "../../local/toolchain/crds.ts";
import { resolveTools } from "../../local/toolchain/resolve.ts";
import { startTemporaryRegions, type TemporaryRegions } from "../local/region/temporary-regions.ts";
import { type ControllerProcess, startProcess } from "./controller-process.ts";
import { preparePrometheus } from "./prometheus-process.ts";
import { SimulatedMetrics } from "./simulated-metrics.ts";

/**
 * Real: API server, Argo Rollouts controller, Prometheus, our Rollout and its gates. Simulated: nodes and pods, and what
 * the pods tell of their requests. Pauses and windows are shortened.
 */
const REGION = "rollouts";
const NAMESPACE = "ai-agents";
const TIER = "coordinator";
const NAME = workloadName(TIER);
const PODS = 4;

const PHASES = [
  { percent: 25, seconds: 18 },
  { percent: 50, seconds: 3 },
  { percent: 100, seconds: 2 },
];
const GATES = { intervalSeconds: 2, windowSeconds: 6, maxErrorRatio: 0.01, maxMeanSeconds: 5 };

const IN_TIME = { timeout: 120_000, interval: 300 };

const statusSchema = z.looseObject({
  status: z
    .looseObject({
      phase: z.string().default(""),
      currentStepIndex: z.number().default(-1),
      currentPodHash: z.string().default(""),
      stableRS: z.string().default(""),
      abort: z.boolean().default(false),
      availableReplicas: z.number().default(0),
      pauseConditions: z.array(z.looseObject({ reason: z.string() })).default([]),
    })
    .prefault({}),
});

const metrics = new SimulatedMetrics({ namespace: NAMESPACE, job: NAME, region: REGION });
let regions: TemporaryRegions;
let kubectl: Kubectl;
let folder: string;
let prometheusUrl: string;
let prometheus: ControllerProcess;
let controller: ControllerProcess;
let isWatching = true;
let watching: Promise<void>;

beforeAll(async () => {
  const options = {
    cacheDir: defaultCacheDir(),
    onProgress: ({ message }: { message: string }) => console.log(message),
  };
  const tools = await resolveTools(["argo-rollouts", "prometheus"], options);
  const crds = await obtainCrds(["argo-rollouts-crds"], options);
  regions = await startTemporaryRegions(REGION);
  kubectl = regions.kubectl(REGION);
  folder = await mkdtemp(path.join(os.tmpdir(), "controllers-"));
  await installCrds([crds["argo-rollouts-crds"]], kubectl);
  const namespaces = [NAMESPACE, "argo-rollouts"].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  }));
  await kubectl.apply(namespaces);

  const [ownPort = 0, healthPort = 0] = await findFreePorts(2);
  const scrapedPort = await metrics.start();
  const prepared = await preparePrometheus(tools.prometheus.path, { folder, scrapedPort });
  prometheusUrl = prepared.url;
  prometheus = prepared.start();
  controller = startProcess(
    tools["argo-rollouts"].path,
    [
      `--kubeconfig=${regions.place.kubeconfig}`,
      `--context=${REGION}`,
      "--leader-elect=false",
      `--metricsPort=${ownPort}`,
      `--healthzPort=${healthPort}`,
    ],
    { logFile: path.join(folder, "argo-rollouts.log"), cwd: folder },
  );
  watching = tellPods();
});

afterAll(async () => {
  isWatching = false;
  await watching;
  await controller?.stop();
  await prometheus?.stop();
  await metrics.stop();
  await regions?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Lets the simulated metrics know which pods there are. */
async function tellPods(): Promise<void> {
  while (isWatching) {
    const pods = await kubectl.listJson("pods", { namespace: NAMESPACE }).catch(() => []);
    metrics.pods = pods.map(({ metadata }) => metadata.name);
    await delay(500);
  }
}

/** What an update of the stack does: everything but the number of pods. */
async function deploy(version: number, phases: readonly CanaryPhase[] = PHASES): Promise<void> {
  const gates = buildAnalysisTemplate(TIER, {
    ...GATES,
    prometheusUrl,
    namespace: NAMESPACE,
    region: REGION,
  });
  const containers = [{ name: TIER, image: `registry.example.com/agent-runtime:${version}` }];
  const args = { tier: TIER, phases, soakSeconds: 1 } as const;
  const apiVersion = "argoproj.io/v1alpha1";
  await kubectl.apply([
    {
      apiVersion,
      kind: "AnalysisTemplate",
      metadata: { name: analysisName(TIER), namespace: NAMESPACE },
      spec: gates,
    },
    {
      apiVersion,
      kind: "Rollout",
      metadata: { name: NAME, namespace: NAMESPACE },
      spec: buildRolloutSpec(args, { containers }),
    },
  ]);
}

async function status() {
  const rollout = await kubectl.getJson("rollout", NAME, { namespace: NAMESPACE });
  return statusSchema.parse(rollout).status;
}

/** Waits until the rollout of a version other than `before` is in a phase, and tells what was seen meanwhile. */
async function untilPhase(phase: string, before: string) {
  const steps = new Set<number>();
  const available: number[] = [];
  await expect
    .poll(async () => {
      const { currentStepIndex, currentPodHash, ...now } = await status();
      if (currentPodHash !== before && currentPodHash !== "") steps.add(currentStepIndex);
      available.push(now.availableReplicas);
      return currentPodHash === before ? "" : now.phase;
    }, IN_TIME)
    .toBe(phase);
  return { steps: [...steps], fewestAvailable: Math.min(...available) };
}

async function hashesOfPods(): Promise<string[]> {
  const pods = await kubectl.listJson("pods", { namespace: NAMESPACE });
  return pods.map(({ metadata }) => metadata.labels?.["rollouts-pod-template-hash"] ?? "");
}

async function phasesOfAnalyses(): Promise<string[]> {
  const runs = await kubectl.listJson("analysisruns", { namespace: NAMESPACE });
  const schema = z.looseObject({ status: z.looseObject({ phase: z.string().default("") }).prefault({}) });
  return runs.map((run) => schema.parse(run).status.phase);
}

describe("a Rollout of ours under the real controller", () => {
  it("becomes healthy, and takes the number of pods from an autoscaler", async () => {
    await deploy(1);
    await untilPhase("Healthy", "");
    await kubectl.run(["scale", `rollout/${NAME}`, `--replicas=${PODS}`], { namespace: NAMESPACE });
    await expect.poll(async () => (await status()).availableReplicas, { timeout: 30_000 }).toBe(PODS);
  });

  it("fault 18: keeps its number of pods while a good version walks all steps", async () => {
    const { currentPodHash: before } = await status();
    await deploy(2);
    const { steps, fewestAvailable } = await untilPhase("Healthy", before);

    const after = await status();
    expect(after.stableRS).toBe(after.currentPodHash);
    expect(steps.length).toBeGreaterThan(2);
    expect(fewestAvailable).toBeGreaterThanOrEqual(PODS);
    // Ended by the controller just after the last step.
    await expect.poll(phasesOfAnalyses, { timeout: 30_000 }).toEqual(["Successful"]);
    await expect
      .poll(hashesOfPods, { timeout: 30_000 })
      .toEqual(Array.from({ length: PODS }, () => after.currentPodHash));
  });

  it("fault 66: takes a version back that is ready but failing", async () => {
    const { currentPodHash: good } = await status();
    metrics.errorRatio = (pod) => (pod.startsWith(`${NAME}-${good}-`) ? 0 : 0.02);
    await deploy(3);
    await untilPhase("Degraded", good);

    expect(await phasesOfAnalyses()).toContain("Failed");
    expect(await status()).toMatchObject({ abort: true, stableRS: good });
    await expect.poll(hashesOfPods, { timeout: 60_000 }).toEqual(Array.from({ length: PODS }, () => good));
  });

  it("fault 66: lets a version wait for a person that nobody has tried", async () => {
    const { stableRS: good } = await status();
    metrics.errorRatio = () => 0;
    metrics.requestsPerSecond = 0;
    await deploy(4, [{ percent: 25, seconds: 110 }]);
    await expect
      .poll(async () => (await status()).pauseConditions.map(({ reason }) => reason), IN_TIME)
      .toContain("InconclusiveAnalysisRun");

    expect(await phasesOfAnalyses()).toContain("Inconclusive");
    expect(await status()).toMatchObject({ abort: false, stableRS: good });
    metrics.requestsPerSecond = 20;
  });

  it("fault 66: takes a version back when the metrics are lost in mid-analysis", async () => {
    const { stableRS: good, currentPodHash: before } = await status();
    // The controller asks again only ten seconds after an error.
    await deploy(5, [{ percent: 25, seconds: 110 }]);
    await expect.poll(phasesOfAnalyses, { timeout: 60_000 }).toContain("Running");
    await prometheus.stop();
    await untilPhase("Degraded", before);

    expect(await phasesOfAnalyses()).toContain("Error");
    expect(await status()).toMatchObject({ abort: true, stableRS: good });
  });
});
