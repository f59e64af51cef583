import { describe, expect, it } from "vitest";
import { podLimitApparmor } from "../../../policies/pod-security/pod-limit-apparmor.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";
import { judgeContainer, judgePod, NOTHING } from "./judge-pod.ts";

const profile = (appArmorProfile: unknown) => ({ securityContext: { appArmorProfile } });
const judgeAnnotation = (value: unknown, name = "container.apparmor.security.beta.kubernetes.io/main") =>
  judgePod(podLimitApparmor, {}, { annotations: { [name]: value } });

describe("pod-limit-apparmor", () => {
  it.each([undefined, null, { type: "RuntimeDefault" }, { type: "Localhost", localhostProfile: "agent" }])(
    "allows the profile %o, at the pod and at a container",
    async (value) => {
      expect(await judgePod(podLimitApparmor, profile(value))).toEqual(NOTHING);
      expect(await judgeContainer(podLimitApparmor, profile(value))).toEqual(NOTHING);
    },
  );

  it.each([
    [{ type: "Unconfined" }, '"Unconfined"'],
    [{ type: "runtimedefault" }, '"runtimedefault"'],
    [{ type: "" }, '""'],
    [{ type: null }, "not set"],
    [{}, "not set"],
    [{ type: ["Localhost"] }, "no single value"],
  ])("refuses the profile %o, at the pod and at a container", async (value, shown) => {
    const words = expect.stringContaining(`is ${shown}; allowed: RuntimeDefault, Localhost.`);
    expect((await judgePod(podLimitApparmor, profile(value))).violations).toEqual([words]);
    expect((await judgeContainer(podLimitApparmor, profile(value))).violations).toEqual([words]);
  });

  it("names the place, the container and the remedy", async () => {
    const { violations } = await judgeContainer(podLimitApparmor, profile({ type: "Unconfined" }), {
      list: "initContainers",
    });
    expect(violations).toEqual([
      'Deployment ai-agents/subject, at .spec.template.spec.initContainers[0].securityContext.appArmorProfile.type: the type of the AppArmor profile of init container "changed" is "Unconfined"; allowed: RuntimeDefault, Localhost. Remove it, or set the type RuntimeDefault, or Localhost with a profile of your own.',
    ]);
  });

  it.each(["", null, "runtime/default", "localhost/agent"])("allows the annotation %o", async (value) => {
    expect(await judgeAnnotation(value)).toEqual(NOTHING);
  });

  it.each(["unconfined", "localhost", "runtime/defaults", 1])("refuses the annotation %o", async (value) => {
    expect((await judgeAnnotation(value)).violations).toEqual([
      expect.stringContaining(`the annotation takes the AppArmor profile ${JSON.stringify(value)}`),
    ]);
  });

  it.each(WORKLOAD_KINDS)("fault 22: refuses the annotation on the pod of a $kind", async ({ build }) => {
    const annotations = { "container.apparmor.security.beta.kubernetes.io/main": "unconfined" };
    expect((await judge(podLimitApparmor, build(POD_SPEC, annotations))).violations).toHaveLength(1);
  });

  it("says nothing about other annotations", async () => {
    expect(await judgeAnnotation("unconfined", "example.com/profile")).toEqual(NOTHING);
    expect(await judgeAnnotation(UNKNOWN, "example.com/profile")).toEqual(NOTHING);
  });

  it.each([
    ["the type", profile({ type: UNKNOWN }), ".securityContext.appArmorProfile.type"],
    ["the profile", profile(UNKNOWN), ".securityContext.appArmorProfile"],
  ])("leaves %s undecided while it is not known", async (_, pod, path) => {
    const { violations, undecided } = await judgePod(podLimitApparmor, pod);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("leaves annotations undecided while they are not known", async () => {
    expect((await judgeAnnotation(UNKNOWN)).undecided).toContain(
      'apparmor.security.beta.kubernetes.io/main"]',
    );
    const annotations = UNKNOWN as unknown as object;
    expect((await judgePod(podLimitApparmor, {}, { annotations })).undecided).toContain(
      ".spec.template.metadata.annotations;",
    );
  });

  it("refuses the object where a profile is a text", async () => {
    await expect(judgePod(podLimitApparmor, profile("Localhost"))).rejects.toThrow("expected an object");
  });
});
