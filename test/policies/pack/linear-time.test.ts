import { describe, expect, it } from "vitest";
import { POLICIES } from "../../../policies/policies.ts";
import {
  cloudResourceOf,
  judge,
  judgeStack,
  type KubernetesObject,
  type PolicyResource,
  resourceOf,
} from "../judge.ts";
import { deployment, POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";

/** Twice as much takes twice as long; four times would be quadratic. Between them lies what a busy machine adds. */
const MAX_GROWTH = 3.2;
/** Below this, what is measured is the machine and not the policy. */
const NEGLIGIBLE_MS = 30;
const ATTEMPTS = 4;

const SINGLE = POLICIES.filter(({ sdk }) => "validateResource" in sdk);
const STACK = POLICIES.filter(({ sdk }) => "validateStack" in sdk);

describe.each(SINGLE)("fault 30: $name", (policy) => {
  it("takes twice as long for objects twice as large, not more", async () => {
    await expectLinear((count) => {
      const objects = wideObjects(count);
      return async () => {
        for (const object of objects) await judge(policy, object);
      };
    }, 500);
  }, 60_000);

  it("judges an object of five megabytes in bounded time", async () => {
    const data = Object.fromEntries(many(50_000, (index) => [`key-${index}`, "x".repeat(100)] as const));
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "large" }, data };
    expect(await cpuOf(async () => void (await judge(policy, object)))).toBeLessThan(10_000);
  }, 60_000);
});

describe.each(STACK)("fault 30: $name", (policy) => {
  it("takes twice as long for a stack of 4,000 objects as for one of 2,000, not more", async () => {
    await expectLinear((count) => {
      const resources = stackOf(count);
      return async () => void (await judgeStack(policy, resources));
    }, 2_000);
  }, 60_000);

  it("judges a namespace of 4,000 objects in bounded time", async () => {
    const resources = many(4_000, (index) =>
      resourceOf(named(templateAt(index), `object-${index}`, "ai-agents")),
    );
    expect(await cpuOf(async () => void (await judgeStack(policy, resources)))).toBeLessThan(10_000);
  }, 60_000);
});

/** Compares processor time, which other programs do not use up, and the least of several attempts. */
async function expectLinear(prepare: (count: number) => () => Promise<void>, count: number): Promise<void> {
  const [small, large] = [prepare(count), prepare(2 * count)];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    least = Math.min(least, await cpuOf(small));
    most = Math.min(most, await cpuOf(large));
    if (most < NEGLIGIBLE_MS || most < 2.2 * least) break;
  }
  if (most >= NEGLIGIBLE_MS) expect(most / least).toBeLessThan(MAX_GROWTH);
}

async function cpuOf(run: () => Promise<void>): Promise<number> {
  const before = process.threadCpuUsage();
  await run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** Objects that are large in one way each. */
function wideObjects(count: number): KubernetesObject[] {
  const head = (apiVersion: string, kind: string) => ({ apiVersion, kind, metadata: { name: "wide" } });
  const [container] = POD_SPEC.containers;
  const exception = JSON.stringify({ owner: "payments", reason: "audit", expires: "2999-12-31" });
  return [
    deployment({ ...POD_SPEC, containers: many(count, (index) => ({ ...container, name: `c-${index}` })) }),
    deployment({
      ...POD_SPEC,
      volumes: many(count, (index) => ({ name: `v-${index}`, emptyDir: {} })),
      containers: [
        { ...container, env: many(count, (index) => ({ name: `NAME_${index}`, value: "value" })) },
      ],
    }),
    { ...head("v1", "List"), items: many(count, () => deployment()) },
    {
      ...head("v1", "ConfigMap"),
      data: { text: many(10 * count, (index) => `key-${index}: value`).join("\n") },
    },
    {
      ...head("v1", "ConfigMap"),
      data: { word: "x".repeat(100 * count), dashes: "-_=/".repeat(25 * count) },
    },
    {
      ...head("v1", "Service"),
      metadata: {
        name: "wide",
        annotations: Object.fromEntries(
          many(count, (index) => [`policy-exception/${index}`, exception] as const),
        ),
      },
      spec: { ports: many(count, (index) => ({ name: `p-${index}`, port: index + 1 })) },
    },
    {
      ...head("rbac.authorization.k8s.io/v1", "ClusterRole"),
      rules: many(count, () => ({ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] })),
    },
    {
      ...head("networking.k8s.io/v1", "NetworkPolicy"),
      spec: {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: many(count, () => ({ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: 443 }] })),
      },
    },
  ];
}

/** Everything that the policies' examples pass, and a workload of each kind. */
const TEMPLATES: readonly KubernetesObject[] = [
  ...WORKLOAD_KINDS.map(({ build }) => build(POD_SPEC)),
  ...POLICIES.flatMap(({ examples }) =>
    examples.pass.flatMap((example) => ("objects" in example ? (example.objects as KubernetesObject[]) : [])),
  ),
];

const CLOUD: readonly PolicyResource[] = POLICIES.flatMap(({ examples }) =>
  examples.pass.flatMap((example) =>
    "cloud" in example ? example.cloud.map(({ type, properties }) => cloudResourceOf(type, properties)) : [],
  ),
);

/** The templates again and again, each time in a namespace of its own, and resources of clouds. */
function stackOf(count: number): PolicyResource[] {
  return many(count, (index) => {
    const cloud = CLOUD[Math.floor(index / 10) % Math.max(CLOUD.length, 1)];
    if (index % 10 === 0 && cloud !== undefined) return { ...cloud, name: `cloud-${index}` };
    const { metadata } = templateAt(index) as { metadata?: { name?: string } };
    const namespace = `namespace-${Math.floor(index / TEMPLATES.length)}`;
    return resourceOf(named(templateAt(index), metadata?.name ?? "unnamed", namespace));
  });
}

function templateAt(index: number): KubernetesObject {
  return TEMPLATES[index % TEMPLATES.length] ?? {};
}

function named(object: KubernetesObject, name: string, namespace: string): KubernetesObject {
  return { ...object, metadata: { ...(object["metadata"] as object | undefined), name, namespace } };
}

function many<Item>(count: number, make: (index: number) => Item): Item[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
