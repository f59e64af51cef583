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

  it("has its examples tried among the regular containers", () => {
    expect(containerRequireProbes.lists).toEqual(["containers"]);
  });

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
    expect((await judgeProbe(name, { exec: { command: ["check"] } })).violations).toEqual([
      expect.stringContaining(`${name} of container "changed" has 2 handlers`),
    ]);
  });

  it.each([
    { exec: { command: ["check"] } },
    { exec: {} },
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
    const config = { minStartupSeconds: 60, maxReadinessSeconds: 120 };
    expect((await judgeContainer(changes, config)).violations).toEqual([expect.stringContaining("has no ")]);
  });

  it("lets no pod of exporters alone go without readiness", async () => {
    const exporter = { ...CONTAINER, ...NO_PROBES, name: "exporter", livenessProbe: CONTAINER.livenessProbe };
    const judgeAlone = (...others: object[]) =>
      judge(
        containerRequireProbes,
        deployment({ ...POD_SPEC, containers: [exporter], initContainers: others }),
      );
    expect((await judgeAlone()).violations).toEqual([
      expect.stringContaining("has no startupProbe and no readinessProbe."),
    ]);
    expect(
      (await judgeAlone({ ...CONTAINER, name: "proxy", restartPolicy: "Always" })).violations,
    ).toHaveLength(1);
  });

  it.each<[ProbeName, object, string | undefined]>([
    ["startupProbe", { periodSeconds: 10, failureThreshold: 90 }, undefined],
    [
      "startupProbe",
      { periodSeconds: 10, failureThreshold: 91 },
      "killed where it never starts only after 910 s; allowed: up to 900 s.",
    ],
    ["startupProbe", { initialDelaySeconds: 841, periodSeconds: 2 }, "only after 931 s"],
    ["livenessProbe", { periodSeconds: 100 }, undefined],
    [
      "livenessProbe",
      { periodSeconds: 101 },
      "killed where it hangs only after 303 s; allowed: up to 300 s.",
    ],
    ["livenessProbe", { timeoutSeconds: 101 }, "only after 303 s"],
    ["livenessProbe", { initialDelaySeconds: 270 }, undefined],
    ["livenessProbe", { initialDelaySeconds: 271 }, "only after 301 s"],
    ["readinessProbe", { failureThreshold: 6 }, undefined],
    [
      "readinessProbe",
      { failureThreshold: 7 },
      "spared where it cannot answer only after 70 s; allowed: up to 60 s.",
    ],
    ["readinessProbe", { timeoutSeconds: 31 }, "only after 62 s"],
    ["readinessProbe", { initialDelaySeconds: 3600 }, undefined],
  ])("takes a %s with %j for too slow or not", async (name, figures, words) => {
    // Slow enough for readiness not to be slower.
    const livenessProbe = { ...CONTAINER.livenessProbe, periodSeconds: 30 };
    const { violations } = await judgeContainer({
      livenessProbe,
      [name]: { ...CONTAINER[name], ...figures },
    });
    expect(violations).toEqual(words === undefined ? [] : [expect.stringContaining(words)]);
  });

  it.each<[ProbeName, string]>([
    ["startupProbe", "maxStartupSeconds"],
    ["livenessProbe", "maxLivenessSeconds"],
    ["readinessProbe", "maxReadinessSeconds"],
  ])("takes how long a %s may take from the configuration", async (name, parameter) => {
    expect((await judgeContainer({}, { [parameter]: 19 })).violations).toEqual([
      expect.stringContaining(`at .spec.template.spec.containers[0].${name}: `),
      expect.stringContaining(`at .spec.template.spec.containers[1].${name}: `),
    ]);
  });

  it.each([
    [["true"]],
    [["/bin/true"]],
    [[":"]],
    [["echo", "ok"]],
    [["sleep", "1"]],
    [["exit", "0"]],
    [["sh", "-c", "true"]],
    [["/bin/sh", "-ec", "redis-cli ping || true"]],
    [["sh", "-c", "redis-cli ping; exit 0"]],
    [["sh", "-c", "redis-cli ping\nexit 0;\n"]],
    [["bash", "-c", "redis-cli ping | /usr/bin/printf done"]],
    [["/usr/bin/env", "sh", "-c", "exit 0"]],
    [["dash", "-c", "echo asking && true", "check"]],
    [["ash", "-c", ":"]],
    [["sh", "-ec", "true"]],
    [["sh", "-cx", "true"]],
    [["sh", "-e", "-c", "true"]],
    [["sh", "-c", "check; true; "]],
    [["sh", "-c", "exit   0"]],
  ])("refuses the command %j, which cannot fail", async (command) => {
    const exec = { httpGet: undefined, exec: { command } };
    expect((await judgeProbe("livenessProbe", exec)).violations).toEqual([
      expect.stringContaining('the command of livenessProbe of container "changed" ends well whatever'),
    ]);
  });

  it.each([
    [[]],
    [[""]],
    [["redis-cli", "ping"]],
    [["sh", "/scripts/probe.sh", "true"]],
    [["sh", "-c"]],
    [["sh", "-x", "true"]],
    [["sh", "-c", "redis-cli ping | grep true"]],
    [["sh", "-c", "echo asking; redis-cli ping"]],
    [["sh", "-c", "echo asking && redis-cli ping"]],
    [["sh", "-c", "redis-cli ping && true"]],
    [["sh", "-c", "exit 1"]],
    [["sh", "-c", "redis-cli ping; exit"]],
    [["sh", "-c", "check", "true"]],
    [["check", "-c", "true"]],
    [["-c", "true", "sh", "check"]],
    [["bash", "--norc", "true"]],
    [["sh", "-c=1", "true"]],
    [["sh", "-Oc", "true"]],
    [["sh", "-c", "check 0"]],
    [["sh", "true"]],
    [["check", "a; true"]],
    [["sh", "/check.sh", "a; true"]],
    [["sh", "-c", "  "]],
    [["truecheck"]],
  ])("allows the command %j", async (command) => {
    expect((await judgeProbe("livenessProbe", { httpGet: undefined, exec: { command } })).violations).toEqual(
      [],
    );
  });

  it("leaves a word of a command that is not known yet undecided", async () => {
    const command = ["sh", "-c", UNKNOWN];
    const { violations, undecided } = await judgeProbe("livenessProbe", {
      httpGet: undefined,
      exec: { command },
    });
    expect(violations).toEqual([]);
    expect(undecided).toContain(".livenessProbe.exec.command[2];");
  });

  it("leaves a command that is not known yet undecided", async () => {
    const exec = { command: UNKNOWN };
    const { violations, undecided } = await judgeProbe("livenessProbe", { httpGet: undefined, exec });
    expect(violations).toEqual([]);
    expect(undecided).toContain(".livenessProbe.exec.command;");
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
