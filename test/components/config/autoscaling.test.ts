import { describe, expect, it } from "vitest";
import { autoscalingSchema } from "../../../components/config/autoscaling-schema.ts";
import { workersSchema } from "../../../components/config/workers-schema.ts";

function faultsOf(schema: typeof autoscalingSchema | typeof workersSchema, input: object) {
  return (schema.safeParse(input).error?.issues ?? []).map(({ path }) => path.join("."));
}

const KEDA = { kind: "keda", prometheusUrl: "http://prometheus.monitoring.svc:9090" };

describe("the configuration of autoscaling", () => {
  it("is a HorizontalPodAutoscaler when nothing is stated", () => {
    expect(autoscalingSchema.parse({})).toEqual({
      kind: "hpa",
      requestsPerSecondPerPod: 10,
      pollingIntervalSeconds: 15,
      initialCooldownSeconds: 300,
      failuresBeforeHold: 3,
    });
  });

  it.each(["https://prometheus.example.com/team", "http://prometheus.monitoring.svc.cluster.local:9090"])(
    "takes %s as the address of a Prometheus",
    (prometheusUrl) => {
      expect(faultsOf(autoscalingSchema, { ...KEDA, prometheusUrl })).toEqual([]);
    },
  );

  it.each([
    "http://prometheus.example.com",
    "https://user:password@prometheus.example.com",
    "https://prometheus.example.com/?a=1",
    "prometheus",
  ])("refuses %s as the address of a Prometheus", (prometheusUrl) => {
    expect(faultsOf(autoscalingSchema, { ...KEDA, prometheusUrl })).toContain("prometheusUrl");
  });

  it("refuses KEDA without a Prometheus", () => {
    expect(faultsOf(autoscalingSchema, { kind: "keda" })).toEqual(["prometheusUrl"]);
  });

  it("refuses a head-room that nobody would read", () => {
    expect(faultsOf(autoscalingSchema, { minUpstreamHeadroom: 0.1 })).toEqual(["minUpstreamHeadroom"]);
    expect(faultsOf(autoscalingSchema, { ...KEDA, minUpstreamHeadroom: 0.1 })).toEqual([]);
  });

  it.each([
    ["requestsPerSecondPerPod", 0],
    ["requestsPerSecondPerPod", Number.NaN],
    ["minUpstreamHeadroom", 0],
    ["minUpstreamHeadroom", 1],
    ["pollingIntervalSeconds", 1],
    ["failuresBeforeHold", 0],
    ["failuresBeforeHold", "3"],
  ])("refuses %s %o", (key, value) => {
    expect(faultsOf(autoscalingSchema, { ...KEDA, [key]: value })).toContain(key);
  });
});

describe("the configuration of workers", () => {
  it("has none when nothing is stated", () => {
    expect(workersSchema.parse({}).enabled).toBe(false);
  });

  it("refuses them until the runtime has that role", () => {
    expect(faultsOf(workersSchema, { enabled: true })).toEqual(["enabled"]);
  });

  it("refuses a minimum above the maximum", () => {
    expect(faultsOf(workersSchema, { minReplicas: 5, maxReplicas: 4 })).toEqual(["minReplicas"]);
  });
});
