import { describe, expect, it } from "vitest";
import { containerRequireProbes } from "../../../policies/workloads/container-require-probes.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { CONTAINER, deployment, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const NAMES = ["startupProbe", "livenessProbe", "readinessProbe"] as const;
type ProbeName = (typeof NAMES)[number];

const ENDING = ["Job", "CronJob", "ScaledJob", "Pod", "PodTemplate"];
const LONG_RUNNING = WORKLOAD_KINDS.filter(({ kind }) => !ENDING.includes(kind));
const NO_PROBES = { startupProbe: undefined, livenessProbe: undefined, readinessProbe: undefined };

const QUICK = { ...CONTAINER.livenessProbe, periodSeconds: 1 };
const slowReadiness = (changes: object) => ({
  readinessProbe: { ...CONTAINER.readinessProbe, periodSeconds: 60 },
  ...changes,
});

const judgeContainer = (changes: object, config = {}) =>
  judge(containerRequireProbes, deployment(podSpecWith("containers", changes)), { config });
/** Judges a container of which one probe is changed. */
const judgeProbe = (name: ProbeName, changes: object, config = {}) =>
  judgeContainer({ [name]: { ...CONTAINER[name], ...changes } }, config);

describe("container-require-probes", () => {
  it.each(LONG_RUNNING)("allows a $kind with all probes", async ({ build }) => {
    expect(await judge(containerRequireProbes, build(POD_SPEC))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });

  it.each(LONG_RUNNING.flatMap(({ kind, build }) => NAMES.map((name) => ({ kind, build, name }))))(
    "refuses a $kind without a $name (fault 22)",
    async ({ build, name }) => {
      for (const absent of [undefined, null]) {
        const podSpec = podSpecWith("containers", { [name]: absent });
        const { violations } = await judge(containerRequireProbes, build(podSpec));
        expect(violations).toEqual([expect.stringContaining(`container "changed" has no ${name}.`)]);
      }
    },
  );

  it("names all that is missing in one violation", async () => {
    expect((await judgeContainer(NO_PROBES)).violations).toEqual([
      expect.stringContaining("has no startupProbe and no livenessProbe and no readinessProbe."),
    ]);
  });

  it.each(WORKLOAD_KINDS.filter(({ kind }) => ENDING.includes(kind)))(
    "says nothing about a $kind, which ends by itself or stands alone",
    async ({ build }) => {
      const podSpec = podSpecWith("containers", NO_PROBES);
      expect((await judge(containerRequireProbes, build(podSpec))).violations).toEqual([]);
    },
  );

  it("fault 21: refuses a sidecar without probes", async () => {
    const podSpec = podSpecWith("initContainers", { ...NO_PROBES, restartPolicy: "Always" });
    expect((await judge(containerRequireProbes, deployment(podSpec))).violations).toEqual([
      expect.stringContaining("initContainers[0]: init container"),
    ]);
  });

  it.each([
    ["an init container that ends", "initContainers", undefined],
    ["an init container that is tried again", "initContainers", "OnFailure"],
    ["an ephemeral container", "ephemeralContainers", undefined],
    ["an ephemeral container with a setting that is not for it", "ephemeralContainers", "Always"],
  ])("says nothing about %s, for which the API refuses probes", async (_, list, restartPolicy) => {
    const podSpec = podSpecWith(list, { ...NO_PROBES, restartPolicy });
    expect((await judge(containerRequireProbes, deployment(podSpec))).violations).toEqual([]);
  });

  it("asks of an exporter for a liveness probe alone", async () => {
    const alone = { ...NO_PROBES, name: "exporter", livenessProbe: CONTAINER.livenessProbe };
    expect((await judgeContainer(alone)).violations).toEqual([]);
    expect((await judgeContainer({ ...NO_PROBES, name: "exporter" })).violations).toEqual([
      expect.stringContaining("has no livenessProbe."),
    ]);
    expect((await judgeContainer(alone, { livenessOnly: ["logs"] })).violations).toEqual([
      expect.stringContaining("has no startupProbe and no readinessProbe."),
    ]);
    expect((await judgeContainer({ ...alone, name: "logs" }, { livenessOnly: ["logs"] })).violations).toEqual(
      [],
    );
  });

  it.each(NAMES)("refuses a %s with no handler or with several", async (name) => {
    expect((await judgeProbe(name, { httpGet: null })).violations).toEqual([
      expect.stringContaining(`${name} of container "changed" has 0 handlers`),
    ]);
    expect((await judgeProbe(name, { exec: { command: ["true"] } })).violations).toEqual([
      expect.stringContaining(`${name} of container "changed" has 2 handlers`),
    ]);
  });

  it.each([
    { exec: { command: ["true"] } },
    { tcpSocket: { port: 1 } },
    { grpc: { port: 1 } },
    { httpGet: { port: 1 } },
  ])("knows the handler %j", async (handler) => {
    expect((await judgeProbe("livenessProbe", { httpGet: undefined, ...handler })).violations).toEqual([]);
  });

  it.each([
    ["timeoutSeconds", 0, "timeoutSeconds of livenessProbe"],
    ["periodSeconds", 0, "Set it to 1 or more, or leave it out for 10."],
    ["failureThreshold", -1, "Set it to 1 or more, or leave it out for 3."],
    ["initialDelaySeconds", -1, "Set it to 0 or more, or leave it out for 0."],
  ])("refuses %s of %s", async (figure, value, words) => {
    const { violations } = await judgeProbe("livenessProbe", { [figure]: value });
    expect(violations).toContainEqual(expect.stringContaining(words));
  });

  it.each(["timeoutSeconds", "periodSeconds", "failureThreshold", "initialDelaySeconds"])(
    "refuses a text or half a second as %s",
    async (figure) => {
      for (const value of ["30", 1.5]) {
        expect((await judgeProbe("livenessProbe", { [figure]: value })).violations).toEqual([
          expect.stringContaining(`is ${JSON.stringify(value)}, which is no whole number.`),
        ]);
      }
    },
  );

  it.each([
    ["as long as it must be", { periodSeconds: 10, failureThreshold: 3 }],
    ["left to the defaults of Kubernetes", { periodSeconds: undefined, failureThreshold: null }],
    ["in part a delay", { initialDelaySeconds: 20, periodSeconds: 5, failureThreshold: 2 }],
  ])("allows a time to start that is %s", async (_, timing) => {
    expect((await judgeProbe("startupProbe", timing)).violations).toEqual([]);
  });

  it("refuses a time to start that is too short, and takes the least from the configuration", async () => {
    const timing = { periodSeconds: 29, failureThreshold: 1 };
    expect((await judgeProbe("startupProbe", timing)).violations).toEqual([
      expect.stringContaining("is killed when it has not started after 29 s; it must have 30 s."),
    ]);
    expect((await judgeProbe("startupProbe", timing, { minStartupSeconds: 29 })).violations).toEqual([]);
  });

  it("counts a delay with the time to start", async () => {
    const timing = { initialDelaySeconds: 9, periodSeconds: 10, failureThreshold: 2 };
    expect((await judgeProbe("startupProbe", timing)).violations).toEqual([
      expect.stringContaining("is killed when it has not started after 29 s"),
    ]);
  });

  it.each([
    ["refuses", 9, 1],
    ["allows", 10, 0],
  ])("%s liveness of %s s periods without a startup probe", async (_, periodSeconds, count) => {
    const livenessProbe = { ...CONTAINER.livenessProbe, periodSeconds };
    const { violations } = await judgeContainer({ ...NO_PROBES, name: "exporter", livenessProbe });
    expect(violations).toHaveLength(count);
  });

  it("refuses liveness that is quicker than readiness", async () => {
    expect((await judgeProbe("livenessProbe", { periodSeconds: 6 })).violations).toEqual([
      expect.stringContaining(
        "is killed after 18 s of failures and taken out of its Service only after 20 s.",
      ),
    ]);
  });

  it("allows liveness that is as quick as readiness, whatever its delay", async () => {
    expect((await judgeProbe("livenessProbe", { failureThreshold: 2 })).violations).toEqual([]);
    expect((await judgeProbe("readinessProbe", { failureThreshold: 3 })).violations).toEqual([]);
    expect((await judgeProbe("readinessProbe", { initialDelaySeconds: 600 })).violations).toEqual([]);
  });

  it.each([
    ["startup and liveness", { startupProbe: undefined, livenessProbe: undefined }],
    ["liveness beside slow readiness", slowReadiness({ livenessProbe: undefined })],
    ["readiness beside quick liveness", { livenessProbe: QUICK, readinessProbe: undefined }],
  ])("says of missing %s only that it is missing", async (_, changes) => {
    expect((await judgeContainer(changes, { minStartupSeconds: 60 })).violations).toEqual([
      expect.stringContaining("has no "),
    ]);
  });

  it("fails closed where a probe is no object", async () => {
    await expect(judgeContainer({ livenessProbe: "yes" })).rejects.toThrow("expected an object");
  });

  it.each([
    ["a probe", { livenessProbe: UNKNOWN }, ".livenessProbe"],
    [
      "its period",
      { livenessProbe: { ...CONTAINER.livenessProbe, periodSeconds: UNKNOWN } },
      ".periodSeconds",
    ],
    ["its only handler", { livenessProbe: { ...CONTAINER.livenessProbe, httpGet: UNKNOWN } }, ".httpGet"],
    ["its second handler", { livenessProbe: { ...CONTAINER.livenessProbe, exec: UNKNOWN } }, ".exec"],
    ["the name on which it depends", { name: UNKNOWN, readinessProbe: undefined }, ".name"],
  ])("leaves %s that is not known yet undecided", async (_, changes, path) => {
    const { violations, undecided } = await judgeContainer(changes);
    expect(violations).toEqual([]);
    expect(undecided).toContain(`: .spec.template.spec.containers[1]`);
    expect(undecided).toContain(`${path};`);
  });

  it.each([
    ["a third handler", { livenessProbe: { ...CONTAINER.livenessProbe, exec: {}, grpc: UNKNOWN } }, {}],
    ["a name where liveness is missing", { name: UNKNOWN, livenessProbe: undefined }, {}],
    ["a name where no name counts", { name: UNKNOWN, readinessProbe: undefined }, { livenessOnly: [] }],
  ])("does not wait for %s", async (_, changes, config) => {
    const { violations, undecided } = await judgeContainer(changes, config);
    expect(violations).toHaveLength(1);
    expect(undecided).toBeUndefined();
  });

  it("leaves an init container undecided only where it would be a sidecar without probes", async () => {
    const withProbes = deployment(podSpecWith("initContainers", { restartPolicy: UNKNOWN }));
    expect((await judge(containerRequireProbes, withProbes)).undecided).toBeUndefined();
    const without = deployment(podSpecWith("initContainers", { ...NO_PROBES, restartPolicy: UNKNOWN }));
    const { violations, undecided } = await judge(containerRequireProbes, without);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".initContainers[0].restartPolicy");
  });
});
