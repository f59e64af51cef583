import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { AgentWorkers } from "../../components/agent-workers.ts";
import { workloadName } from "../../components/naming.ts";
import type { KubernetesObject } from "../../local/region/kubectl.ts";
import { only, type Recorded, record } from "../components/record-stack.ts";
import { type Pod, ValkeyPods } from "../components/valkey-pods.ts";
import { waitUntilSettled } from "../components/valkey-settled.ts";
import { IN_TIME, type KedaUnderTest, NAMESPACE, startKedaUnderTest } from "./keda-under-test.ts";

/**
 * Real: API server, KEDA's operator and metrics adapter, the autoscaler of Kubernetes, a store of three servers with their
 * Sentinels and users as the stack starts them, the objects that the component makes. Simulated: nodes and pods, and what
 * they use. Stabilisation is shortened.
 */
const TIER = "worker";
const NAME = workloadName(TIER);
const LIST = "{claude-agents}:jobs";
const PER_POD = 10;
const PASSWORD = { name: "queue-password", key: "password" };

// The recorder of programs shortens it, for tests that wait for nobody.
vi.setConfig({ testTimeout: 300_000 });

type Inputs = Recorded["inputs"];

/** The least that KEDA needs: to find the master, and to ask it how long a list is. */
const SCALER = {
  name: "scaler",
  password: "scalerpassword",
  valkey: "~{claude-agents}:* +ping +hello +info +select +eval +evalsha +type +llen",
  sentinel: "&* +ping +hello +subscribe +psubscribe +sentinel|get-master-addr-by-name +sentinel|sentinels",
};
const userLine = (rules: string) => `user ${SCALER.name} on >${SCALER.password} ${rules}`;

const store = new ValkeyPods(93, {
  users: { valkey: [userLine(SCALER.valkey)], sentinel: [userLine(SCALER.sentinel)] },
});
let keda: KedaUnderTest;

beforeAll(async () => {
  store.startAll();
  await waitUntilSettled(store);
  keda = await startKedaUnderTest({ region: "queue", name: NAME, container: TIER });
  const { deployment, authentication, scaledObject } = await recordWorkers();
  const password = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: PASSWORD.name, namespace: NAMESPACE },
    stringData: { [PASSWORD.key]: SCALER.password },
  };
  await keda.kubectl.apply([password, deployment, authentication, scaledObject]);
});

afterAll(async () => {
  await keda?.stop();
  await store.stop();
});

/** The objects by which workers are scaled, as the component makes them. */
async function recordWorkers() {
  const { resources } = await record(() => {
    new AgentWorkers("workers", {
      namespace: NAMESPACE,
      image: `registry.example.com/agent-runtime@sha256:${"0".repeat(64)}`,
      environment: {},
      secretEnvironment: {},
      files: {},
      resources: { requests: { cpu: "100m", memory: "100Mi" }, limits: { cpu: "1", memory: "1Gi" } },
      maxTurnSeconds: 600,
      spread: "soft",
      scaling: {
        minReplicas: 2,
        maxReplicas: 6,
        targetCpuPercent: 70,
        targetMemoryPercent: 80,
        scaleUpStabilizationSeconds: 0,
        scaleDownStabilizationSeconds: 5,
        timing: { pollingIntervalSeconds: 2, initialCooldownSeconds: 0, failuresBeforeHold: 3 },
        queue: {
          sentinels: store.pods.map((pod) => `${store.addressOf(pod)}:26379`).join(","),
          masterName: "main",
          listName: LIST,
          entriesPerPod: PER_POD,
        },
        password: PASSWORD,
        username: SCALER.name,
      },
    });
  });
  const inputs = (type: string, name: string) => only(resources, `kubernetes:${type}`, name).inputs;
  return {
    deployment: deployable(inputs("apps/v1:Deployment", "workers-deployment")),
    authentication: inputs("keda.sh/v1alpha1:TriggerAuthentication", "workers-authentication"),
    scaledObject: inputs("keda.sh/v1alpha1:ScaledObject", "workers-autoscaler-scaled-object"),
  };
}

/** Without what simulated pods need not have: an account, and an environment that KEDA would read for its own triggers. */
function deployable({ metadata, spec }: Inputs): KubernetesObject {
  const { serviceAccountName: _, ...podSpec } = spec.template.spec;
  const containers = podSpec.containers.map(({ envFrom: __, ...container }: Inputs) => container);
  const template = { ...spec.template, spec: { ...podSpec, containers } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { ...spec, template } };
}

/** Adds entries to the queue, or takes all of them, on the server that this pod's Sentinel names. */
async function fill(seenBy: Pod, entries: number): Promise<void> {
  const values = Array.from({ length: entries }, String);
  await store.ask(await store.masterSeenBy(seenBy), "valkey", "rpush", LIST, ...values);
}

describe("workers under the real KEDA", () => {
  it("are as few as allowed while nothing waits", async () => {
    await expect.poll(() => keda.conditionsOf("scaledobject"), IN_TIME).toContain("Ready");
    await expect.poll(() => keda.conditionsOf("hpa"), IN_TIME).toContain("ScalingActive");
    await expect.poll(keda.replicasWanted, IN_TIME).toBe(2);
    expect(await keda.conditionsOf("scaledobject")).not.toContain("Fallback");
  });

  it("are as many as the queue needs", async () => {
    await fill(0, 38);
    await expect.poll(keda.replicasWanted, IN_TIME).toBe(4);
  });

  it("fault 63: are not fewer while the master is lost, and follow the queue on the next one", async () => {
    const lost = await store.masterSeenBy(0);
    const [other = 0] = store.pods.filter((pod) => pod !== lost);
    keda.wanted = [];
    await store.killPod(lost);
    await expect.poll(() => store.masterSeenBy(other), IN_TIME).not.toBe(lost);
    await fill(other, 20);

    await expect.poll(numbersWanted, IN_TIME).toEqual([4, 6]);
    store.start(lost);
    await waitUntilSettled(store);
  });

  it("fault 63: are not fewer while the whole store is away", async () => {
    keda.wanted = [];
    for (const pod of store.pods) await store.killPod(pod);
    // KEDA tries for so long to reach a Sentinel that the autoscaler has no answer: it holds by itself.
    await expect.poll(() => keda.conditionsOf("hpa"), IN_TIME).not.toContain("ScalingActive");
    // That nothing happens can only be watched for a while: longer than pods that were just added are kept.
    await delay(60_000);
    expect(numbersWanted()).toEqual([6]);

    store.startAll();
    await waitUntilSettled(store);
    await expect.poll(() => keda.conditionsOf("hpa"), IN_TIME).toContain("ScalingActive");
  });

  it("are fewer again, one a minute, once the queue is worked off", async () => {
    keda.wanted = [];
    await store.ask(await store.masterSeenBy(0), "valkey", "del", LIST);
    await expect.poll(numbersWanted, { ...IN_TIME, timeout: 270_000 }).toEqual([6, 5, 4]);
  });
});

function numbersWanted(): number[] {
  return keda.wanted.map(({ replicas }) => replicas);
}
