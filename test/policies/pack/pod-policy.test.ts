import { describe, expect, it } from "vitest";
import { WORKLOAD_KINDS as ALL_KINDS } from "../../../policies/manifests/pod-templates.ts";
import { podPolicy } from "../../../policies/pack/pod-policy.ts";
import { judge, remediate, UNKNOWN } from "../judge.ts";
import { deployment, WORKLOAD_KINDS } from "../workloads.ts";
import { exceptionFrom, FACTS, fail, judgePresence } from "./subjects.ts";

const NAME = "pod-disallow-test";
const definition = {
  ...FACTS,
  name: NAME,
  parameters: { word: { type: "string", default: "hostPID", description: "The property." } },
} as const;

const build = () =>
  podPolicy<{ word: string }>({
    ...definition,
    judge: ({ spec }, { word }) => judgePresence(spec.at(word)),
    remediate: ({ spec }, { word }) => {
      if (spec.at(word).missing) return false;
      (spec.value as Record<string, unknown>)[word] = null;
      return true;
    },
  });
const policy = build();

const jobsOnly = podPolicy<{ word: string }>({
  ...definition,
  kinds: ["Job"],
  judge: ({ spec }, { word }) => judgePresence(spec.at(word)),
});

const failing = podPolicy({ ...FACTS, name: "pod-disallow-failure", judge: fail });

describe("a policy over pods", () => {
  it.each(WORKLOAD_KINDS)("fault 22: finds the pod of a $kind", async ({ build }) => {
    expect((await judge(policy, build({ hostPID: 1 }))).violations).toEqual([
      expect.stringContaining(".hostPID: got 1."),
    ]);
  });

  it("gives its judge the workload, the pod's metadata and its containers", async () => {
    const seen: unknown[] = [];
    const spy = podPolicy({
      ...FACTS,
      name: "pod-disallow-nothing",
      judge: ({ manifest, metadata, containers }) => {
        seen.push(manifest.kind, metadata.at("labels", "app").value, containers.length);
        return [];
      },
    });
    await judge(spy, deployment({ containers: [{}], initContainers: [{}] }));
    expect(seen).toEqual(["Deployment", "subject", 2]);
  });

  it("looks at all kinds by itself, and at those that it names where it names some", async () => {
    expect(policy.kinds).toEqual(ALL_KINDS);
    expect(jobsOnly.kinds).toEqual(["Job"]);
    expect((await judge(jobsOnly, deployment({ hostPID: 1 }))).violations).toEqual([]);
    const job = { ...deployment({ hostPID: 1 }), kind: "Job" };
    expect((await judge(jobsOnly, job)).violations).toHaveLength(1);
  });

  it("leaves open what is not known yet", async () => {
    const { undecided } = await judge(policy, deployment({ hostPID: UNKNOWN }));
    expect(undecided).toContain(".spec.template.spec.hostPID");
  });

  it("repairs a pod that needs it", async () => {
    expect(await remediate(build(), deployment({ hostPID: 1, hostIPC: 1 }))).toEqual(
      deployment({ hostPID: null, hostIPC: 1 }),
    );
  });

  it("repairs by its configuration", async () => {
    const object = deployment({ hostPID: 1, hostIPC: 1 });
    expect(await remediate(build(), object, { config: { word: "hostIPC" } })).toEqual(
      deployment({ hostPID: 1, hostIPC: null }),
    );
  });

  it("leaves an object as it is where nothing needs repair, or where it is excepted", async () => {
    expect(await remediate(build(), deployment({}))).toBeUndefined();
    const excepted = {
      ...deployment({ hostPID: 1 }),
      metadata: { name: "subject", annotations: exceptionFrom(NAME, "2999-12-31") },
    };
    expect(await remediate(build(), excepted)).toBeUndefined();
  });

  it("offers no repair that it does not have", () => {
    const facts = { ...FACTS, name: NAME, judge: () => [] };
    expect(podPolicy({ ...facts, remediate: () => false }).remediates).toBe(true);
    expect(podPolicy(facts).remediates).toBe(false);
    expect(podPolicy(facts).sdk).not.toHaveProperty("remediateResource");
  });

  it("fault 29: fails closed and names the resource when its judge throws", async () => {
    await expect(judge(failing, deployment())).rejects.toThrow(
      /^policy pod-disallow-failure could not judge urn:.*::region-a-subject and therefore refuses it: x is not a/,
    );
  });
});
