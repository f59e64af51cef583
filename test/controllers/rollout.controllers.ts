import { mkdtemp, rm, writeFile } from "node:fs/promises";
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

const statusSchema = z.looseObject({
  status: z
    .looseObject({
      phase: z.string().default(""),
      currentStepIndex: z.number().default(-1),
      currentPodHash: z.string().default(""),
      stableRS: z.string().default(""),
      abort: z.boolean().default(false),
      replicas: z.number().default(0),
      observedGeneration: z.string().default(""),
    })
    .prefault({}),
});

const metrics = new SimulatedMetrics({ namespace: NAMESPACE, job: NAME, region: REGION });
let regions: TemporaryRegions;
let kubectl: Kubectl;
let folder: string;
let prometheusUrl: string;
let startPrometheus: () => ControllerProcess;
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

  const metricsPort = await metrics.start();
  const [prometheusPort = 0, ownPort = 0, healthPort = 0] = await findFreePorts(3);
  prometheusUrl = `http://127.0.0.1:${prometheusPort}`;
  await writeFile(path.join(folder, "prometheus.yml"), prometheusConfig(metricsPort));
  startPrometheus = () =>
    startProcess(
      tools.prometheus.path,
      [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${prometheusPort}`,
      ],
      { logFile: path.join(folder, "prometheus.log"), cwd: folder },
    );
  prometheus = startPrometheus();
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
  await rm(folder, { recursive: true, force: true });
});

function prometheusConfig(port: number): string {
  const scrape = {
    job_name: "agents",
    scrape_interval: "1s",
    honor_labels: true,
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  };
  return JSON.stringify({ scrape_configs: [scrape] });
}

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

/** Waits until the rollout of a version other than `before` is in a phase. */
async function untilPhase(phase: string, before: string) {
  const seen = new Set<number>();
  await expect
    .poll(
      async () => {
        const { currentStepIndex, currentPodHash, ...now } = await status();
        if (currentPodHash !== before && currentPodHash !== "") seen.add(currentStepIndex);
        return currentPodHash === before ? "" : now.phase;
      },
      { timeout: 120_000, interval: 300 },
    )
    .toBe(phase);
  return [...seen];
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
    await expect.poll(async () => (await hashesOfPods()).length, { timeout: 30_000 }).toBe(PODS);
  });

  it("fault 18: keeps its number of pods while a good version walks all steps", async () => {
    const { currentPodHash: before } = await status();
    await deploy(2);
    const steps = await untilPhase("Healthy", before);

    const after = await status();
    expect(after.stableRS).toBe(after.currentPodHash);
    expect(steps.length).toBeGreaterThan(2);
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

  it("fault 66: takes a version back when the metrics are lost in mid-analysis", async () => {
    const { stableRS: good, currentPodHash: before } = await status();
    metrics.errorRatio = () => 0;
    // The controller asks again only ten seconds after an error.
    await deploy(4, [{ percent: 25, seconds: 110 }]);
    await expect.poll(phasesOfAnalyses, { timeout: 60_000 }).toContain("Running");
    await prometheus.stop();
    await untilPhase("Degraded", before);

    expect(await phasesOfAnalyses()).toContain("Error");
    expect(await status()).toMatchObject({ abort: true, stableRS: good });
    prometheus = startPrometheus();
  });
});
