import { describe, expect, it } from "vitest";
import { serviceDisallowPublicType } from "../../../policies/network/service-disallow-public-type.ts";
import { judge, UNKNOWN } from "../judge.ts";

const INTERNAL = "service.beta.kubernetes.io/aws-load-balancer-internal";
const CONFIG = { internalAnnotations: [`${INTERNAL}=true`] };
const PASSED = { violations: [], undecided: undefined };

const service = (spec: unknown, annotations: unknown = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "coordinator", namespace: "ai-agents", annotations },
  spec,
});
const judgeService = (spec: unknown, annotations?: unknown, config = {}) =>
  judge(serviceDisallowPublicType, service(spec, annotations), { config });

describe("service-disallow-public-type", () => {
  it.each([["LoadBalancer"], ["NodePort"], ["loadbalancer"], [""], [5]])(
    "refuses the type %j",
    async (type) => {
      expect((await judgeService({ type })).violations).toEqual([
        expect.stringContaining(
          `at .spec.type: its type is ${JSON.stringify(type)}; allowed: ClusterIP, ExternalName. Use ClusterIP`,
        ),
      ]);
    },
  );

  it.each([["ClusterIP"], ["ExternalName"], [null], [undefined]])("allows the type %j", async (type) => {
    expect(await judgeService({ type })).toEqual(PASSED);
  });

  it("refuses external addresses of every type", async () => {
    expect((await judgeService({ type: "ClusterIP", externalIPs: ["203.0.113.7"] })).violations).toEqual([
      expect.stringContaining("at .spec.externalIPs: it takes traffic to addresses outside the cluster."),
    ]);
  });

  it.each([[null], [undefined], [[]]])("allows external addresses %j", async (externalIPs) => {
    expect(await judgeService({ externalIPs })).toEqual(PASSED);
  });

  it("refuses an internal load balancer until the configuration says what makes it one", async () => {
    const spec = { type: "LoadBalancer" };
    expect((await judgeService(spec, { [INTERNAL]: "true" })).violations).toHaveLength(1);
    expect(await judgeService(spec, { other: "x", [INTERNAL]: "true" }, CONFIG)).toEqual(PASSED);
    expect((await judgeService(spec, { [INTERNAL]: "false" }, CONFIG)).violations).toHaveLength(1);
    expect((await judgeService(spec, { other: "true" }, CONFIG)).violations).toHaveLength(1);
    expect((await judgeService(spec, null, CONFIG)).violations).toHaveLength(1);
  });

  it("refuses a port of every node whatever the annotations", async () => {
    expect(
      (await judgeService({ type: "NodePort" }, { [INTERNAL]: "true" }, CONFIG)).violations,
    ).toHaveLength(1);
  });

  it.each([["LoadBalancer"], ["NodePort"]])(
    "allows the type %s for the reason that an annotation states",
    async (type) => {
      const name = "policy-exception/service-disallow-public-type";
      const stated = { owner: "platform", reason: "The gateway's own way in.", expires: "2999-12-31" };
      expect(await judgeService({ type }, { [name]: JSON.stringify(stated) })).toEqual(PASSED);
      for (const reason of [undefined, "", " "]) {
        const annotation = JSON.stringify({ ...stated, reason });
        expect((await judgeService({ type }, { [name]: annotation })).violations).toHaveLength(1);
      }
      expect((await judgeService({ type }, { reason: "because" })).violations).toHaveLength(1);
    },
  );

  it("refuses external addresses beside a type that is not known", async () => {
    const { violations, undecided } = await judgeService({ type: UNKNOWN, externalIPs: ["203.0.113.7"] });
    expect(violations).toHaveLength(1);
    expect(undecided).toContain(".spec.type");
  });

  it("judges Services in Lists, and parts of Services that another made", async () => {
    const object = service({ type: "NodePort" });
    const list = { apiVersion: "v1", kind: "List", items: [service({}), object] };
    expect((await judge(serviceDisallowPublicType, list)).violations).toHaveLength(1);
    const patch = { type: "kubernetes:core/v1:ServicePatch" };
    expect(
      (await judge(serviceDisallowPublicType, { ...object, kind: undefined }, patch)).violations,
    ).toHaveLength(1);
  });

  it.each([
    ["type", { type: UNKNOWN }, {}, ".spec.type"],
    ["addresses", { externalIPs: UNKNOWN }, {}, ".spec.externalIPs"],
    ["annotations", { type: "LoadBalancer" }, UNKNOWN, ".metadata.annotations"],
    ["annotation", { type: "LoadBalancer" }, { [INTERNAL]: UNKNOWN }, "aws-load-balancer-internal"],
  ])("leaves a Service undecided while its %s are not known", async (_, spec, annotations, path) => {
    const { violations, undecided } = await judgeService(spec, annotations, CONFIG);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("does not ask for annotations that do not decide", async () => {
    const spec = { type: "LoadBalancer" };
    expect((await judgeService(spec, UNKNOWN)).violations).toHaveLength(1);
    expect((await judgeService(spec, { other: UNKNOWN }, CONFIG)).violations).toHaveLength(1);
  });

  it("refuses to judge a text in the place of addresses", async () => {
    await expect(judgeService({ externalIPs: "203.0.113.7" })).rejects.toThrow("expected a list");
  });

  it("says nothing about other kinds", async () => {
    const object = { ...service({ type: "LoadBalancer" }), kind: "Gateway" };
    expect(await judge(serviceDisallowPublicType, object)).toEqual(PASSED);
  });
});
