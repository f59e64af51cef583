import { describe, expect, it } from "vitest";
import { containerRequireDroppedCapabilities as policy } from "../../../policies/pod-security/container-require-dropped-capabilities.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";
import { judgeContainer, judgePod, NOTHING, remediatePod } from "./judge-pod.ts";

const context = (capabilities: unknown) => ({ securityContext: { capabilities } });
const judgeCapabilities = (capabilities: unknown, config = {}) =>
  judgeContainer(policy, context(capabilities), { config });

describe("container-require-dropped-capabilities", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind whose containers drop all", async ({ build }) => {
    expect(await judge(policy, build(POD_SPEC))).toEqual(NOTHING);
  });

  it.each(EVERY_PLACE)(
    "fault 21, fault 22: refuses a default set in $list of a $kind",
    async ({ build, list }) => {
      const { violations } = await judge(policy, build(podSpecWith(list, { securityContext: {} })));
      expect(violations).toEqual([expect.stringContaining(`${list}[`)]);
    },
  );

  it.each([
    ["missing", undefined],
    ["null", null],
    ["empty", {}],
  ])("fault 23: refuses a security context that is %s", async (_, securityContext) => {
    expect((await judgeContainer(policy, { securityContext })).violations).toEqual([
      'Deployment ai-agents/subject, at .spec.template.spec.containers[1].securityContext.capabilities.drop: container "changed" keeps capabilities of the container engine\'s default set. Set securityContext.capabilities.drop: ["ALL"] in the container.',
    ]);
  });

  it.each([
    ["null", null],
    ["empty", {}],
    ["without drop", { drop: null }],
    ["with nothing dropped", { drop: [] }],
    ["with one dropped", { drop: ["NET_RAW"] }],
    ["with something dropped that is null", { drop: [null] }],
    ["with a list in the list", { drop: [["ALL"]] }],
  ])("fault 23: refuses capabilities that are %s", async (_, capabilities) => {
    expect((await judgeCapabilities(capabilities)).violations).toEqual([
      expect.stringContaining("keeps capabilities"),
    ]);
  });

  it.each(["all", "All", "aLL"])("fault 24: refuses the spelling %s", async (spelling) => {
    expect((await judgeCapabilities({ drop: ["NET_RAW", spelling] })).violations).toEqual([
      expect.stringContaining(`drops "${spelling}", and Pod Security knows only the spelling "ALL".`),
    ]);
  });

  it("fault 24: allows ALL behind others, another spelling of it among them", async () => {
    expect(await judgeCapabilities({ drop: ["NET_RAW", "all", "ALL"] })).toEqual(NOTHING);
  });

  it.each([
    ["SYS_ADMIN", '"SYS_ADMIN"'],
    ["ALL", '"ALL"'],
    ["CAP_NET_BIND_SERVICE", '"CAP_NET_BIND_SERVICE"'],
    ["net_bind_service", '"net_bind_service"'],
    ["CHOWN", '"CHOWN"'],
    [null, "not set"],
    [["NET_BIND_SERVICE"], "no single value"],
  ])("fault 24: refuses %o added back after dropping", async (added, shown) => {
    const { violations } = await judgeCapabilities({ drop: ["ALL"], add: ["NET_BIND_SERVICE", added] });
    expect(violations).toEqual([
      `Deployment ai-agents/subject, at .spec.template.spec.containers[1].securityContext.capabilities.add[1]: container "changed" adds the capability ${shown}; allowed: NET_BIND_SERVICE. Remove it; for a low port, listen above 1023 and let a Service map it.`,
    ]);
  });

  it.each([null, undefined, [], ["NET_BIND_SERVICE"]])("allows %o added", async (add) => {
    expect(await judgeCapabilities({ drop: ["ALL"], add })).toEqual(NOTHING);
  });

  it("reports what is not dropped and what is added", async () => {
    expect((await judgeCapabilities({ add: ["SYS_ADMIN"] })).violations).toHaveLength(2);
  });

  it("takes what may be added from the configuration", async () => {
    const capabilities = { drop: ["ALL"], add: ["NET_BIND_SERVICE"] };
    expect((await judgeCapabilities(capabilities, { addableCapabilities: [] })).violations).toEqual([
      expect.stringContaining("allowed: none."),
    ]);
    const chown = { drop: ["ALL"], add: ["CHOWN"] };
    expect(await judgeCapabilities(chown, { addableCapabilities: ["CHOWN"] })).toEqual(NOTHING);
  });

  it("does not take a pod's capabilities for its containers', which do not inherit them", async () => {
    const pod = { ...context({ drop: ["ALL"] }), containers: [{ name: "main" }] };
    expect((await judgePod(policy, pod)).violations).toHaveLength(1);
  });

  it.each([
    ["the context", { securityContext: UNKNOWN }, ".containers[1].securityContext;"],
    ["the dropped", context({ drop: UNKNOWN }), ".capabilities.drop;"],
    ["one of the dropped", context({ drop: ["NET_RAW", UNKNOWN] }), ".capabilities.drop[1];"],
    ["one of the added", context({ drop: ["ALL"], add: [UNKNOWN] }), ".capabilities.add[0];"],
  ])("leaves %s undecided while it is not known", async (_, container, path) => {
    const { violations, undecided } = await judgeContainer(policy, container);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for the other dropped ones where all are dropped", async () => {
    expect(await judgeCapabilities({ drop: [UNKNOWN, "ALL"] })).toEqual(NOTHING);
  });

  it("asks nothing of a pod for Windows, and decides nothing while the system is not known", async () => {
    const containers = [{ name: "main" }];
    expect(await judgePod(policy, { os: { name: "windows" }, containers })).toEqual(NOTHING);
    const { violations, undecided } = await judgePod(policy, { os: { name: UNKNOWN }, containers });
    expect(violations).toEqual([]);
    expect(undecided).toContain(".os.name;");
  });

  it("refuses the object where a list is a text", async () => {
    await expect(judgeCapabilities({ drop: "ALL" })).rejects.toThrow("expected a list");
    await expect(judgeCapabilities({ drop: ["ALL"], add: "CHOWN" })).rejects.toThrow("expected a list");
  });
});

describe("the remediation of container-require-dropped-capabilities", () => {
  it.each([
    ["a missing context", undefined, {}],
    ["a context that is null", null, {}],
    ["capabilities that are null", { capabilities: null, privileged: false }, { privileged: false }],
    ["one dropped", { capabilities: { drop: ["NET_RAW"] } }, {}],
    ["another spelling", { capabilities: { drop: ["all"] } }, {}],
  ])("drops all in a container with %s", async (_, securityContext, rest) => {
    const spec = await remediatePod(policy, { containers: [{ name: "main", securityContext }] });
    const repaired = { ...rest, capabilities: { drop: ["ALL"] } };
    expect(spec?.["containers"]).toEqual([{ name: "main", securityContext: repaired }]);
    expect(await judgePod(policy, spec ?? {})).toEqual(NOTHING);
  });

  it("repairs every list", async () => {
    const bare = [{ name: "main" }];
    const repaired = [{ name: "main", ...context({ drop: ["ALL"] }) }];
    const spec = await remediatePod(policy, { initContainers: bare, ephemeralContainers: bare });
    expect(spec).toMatchObject({ initContainers: repaired, ephemeralContainers: repaired });
  });

  it("leaves what is added, which the policy still refuses", async () => {
    const spec = await remediatePod(policy, {
      containers: [{ name: "main", ...context({ add: ["SYS_ADMIN"] }) }],
    });
    expect(spec?.["containers"]).toEqual([
      { name: "main", ...context({ drop: ["ALL"], add: ["SYS_ADMIN"] }) },
    ]);
    expect((await judgePod(policy, spec ?? {})).violations).toHaveLength(1);
  });

  it.each([
    ["drops all already", {}],
    ["only adds too much", podSpecWith("containers", context({ drop: ["ALL"], add: ["SYS_ADMIN"] }))],
    ["has a context that is not known yet", podSpecWith("containers", { securityContext: UNKNOWN })],
    ["drops what is not known yet", podSpecWith("containers", context({ drop: [UNKNOWN] }))],
    ["has containers that are not known yet", { containers: UNKNOWN }],
    ["is for Windows", { os: { name: "windows" }, containers: [{ name: "main" }] }],
    ["is for a system that is not known yet", { os: { name: UNKNOWN }, containers: [{ name: "main" }] }],
  ])("leaves a pod alone that %s", async (_, pod) => {
    expect(await remediatePod(policy, pod)).toBeUndefined();
  });
});
