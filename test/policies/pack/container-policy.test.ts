import { describe, expect, it } from "vitest";
import { containerPolicy } from "../../../policies/pack/container-policy.ts";
import { judge, remediate, UNKNOWN } from "../judge.ts";
import { deployment, EVERY_PLACE } from "../workloads.ts";
import { exceptionFrom, FACTS, fail, judgePresence } from "./subjects.ts";

const NAME = "container-disallow-test";
const definition = {
  ...FACTS,
  name: NAME,
  parameters: { word: { type: "string", default: "tty", description: "The property." } },
} as const;

const build = () =>
  containerPolicy<{ word: string }>({
    ...definition,
    judge: ({ field }, { word }) => judgePresence(field.at(word)),
    remediate: ({ field }, { word }) => {
      if (field.at(word).missing) return false;
      (field.value as Record<string, unknown>)[word] = null;
      return true;
    },
  });
const policy = build();

const initOnly = containerPolicy<{ word: string }>({
  ...definition,
  lists: ["initContainers"],
  judge: ({ field }, { word }) => judgePresence(field.at(word)),
});

const failing = containerPolicy({ ...FACTS, name: "container-disallow-failure", judge: fail });

describe("a policy over containers", () => {
  it.each(EVERY_PLACE)("faults 21, 22: finds the containers in $list of a $kind", async ({ build, list }) => {
    const { violations } = await judge(policy, build({ [list]: [{ tty: 1 }, {}, { tty: 2 }] }));
    expect(violations).toEqual([
      expect.stringContaining(`${list}[0].tty: got 1.`),
      expect.stringContaining(`${list}[2].tty: got 2.`),
    ]);
  });

  it("looks at all lists by itself, and at those that it names where it names some", async () => {
    const object = deployment({ containers: [{ tty: 1 }], initContainers: [{ tty: 2 }] });
    expect(policy.lists).toEqual(["containers", "initContainers", "ephemeralContainers"]);
    expect((await judge(policy, object)).violations).toHaveLength(2);
    expect(initOnly.lists).toEqual(["initContainers"]);
    expect((await judge(initOnly, object)).violations).toEqual([
      expect.stringContaining("initContainers[0]"),
    ]);
  });

  it("is configured like every policy", async () => {
    const object = deployment({ containers: [{ stdin: 1 }] });
    const { violations } = await judge(build(), object, { config: { word: "stdin" } });
    expect(violations).toHaveLength(1);
  });

  it("leaves open what is not known yet", async () => {
    const { undecided } = await judge(policy, deployment({ containers: [{ tty: UNKNOWN }] }));
    expect(undecided).toContain("containers[0].tty");
  });

  it("repairs each container that needs it, wherever it stands", async () => {
    const object = deployment({ containers: [{ tty: 1 }, { name: "b" }], initContainers: [{ tty: 2 }] });
    expect(await remediate(build(), object)).toEqual(
      deployment({ containers: [{ tty: null }, { name: "b" }], initContainers: [{ tty: null }] }),
    );
  });

  it("leaves an object as it is where no container needs repair", async () => {
    expect(await remediate(build(), deployment({ containers: [{ name: "b" }] }))).toBeUndefined();
    expect(await remediate(build(), deployment({}))).toBeUndefined();
  });

  it("repairs by its configuration", async () => {
    const object = deployment({ containers: [{ tty: 1, stdin: 1 }] });
    expect(await remediate(build(), object, { config: { word: "stdin" } })).toEqual(
      deployment({ containers: [{ tty: 1, stdin: null }] }),
    );
  });

  it("repairs nothing that is excepted", async () => {
    const object = {
      ...deployment({ containers: [{ tty: 1 }] }),
      metadata: { name: "subject", annotations: exceptionFrom(NAME, "2999-12-31") },
    };
    expect(await remediate(build(), object)).toBeUndefined();
  });

  it("offers no repair that it does not have", () => {
    const facts = { ...FACTS, name: NAME, judge: () => [] };
    expect(containerPolicy({ ...facts, remediate: () => false }).remediates).toBe(true);
    expect(containerPolicy(facts).remediates).toBe(false);
    expect(containerPolicy(facts).sdk).not.toHaveProperty("remediateResource");
  });

  it("fault 29: fails closed and names the resource when its judge throws", async () => {
    await expect(judge(failing, deployment())).rejects.toThrow(
      /^policy container-disallow-failure could not judge urn:.*::region-a-subject and therefore refuses it: x is not/,
    );
  });
});
