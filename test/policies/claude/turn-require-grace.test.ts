import { describe, expect, it } from "vitest";
import { turnRequireGrace } from "../../../policies/claude/turn-require-grace.ts";
import { judgeStack, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { configMap, inRegion, type RuntimeChanges, runtime, turnOf } from "./objects.ts";

const judgeObjects = (...objects: KubernetesObject[]) =>
  judgeStack(turnRequireGrace, inRegion("region-a", ...objects));
const judgeRuntime = (changes: RuntimeChanges) => judgeObjects(runtime(changes));
const grace = (terminationGracePeriodSeconds: unknown) => ({ spec: { terminationGracePeriodSeconds } });
const sleep = (seconds: unknown) => ({ lifecycle: { preStop: { sleep: { seconds } } } });
const fromMap = (name: unknown = "settings") => ({ envFrom: [{ configMapRef: { name } }] });
const settings = (data: unknown, name: unknown = "settings") =>
  configMap(data, { metadata: { name, namespace: "ai-agents" } });

const PASSES = { violations: [], undecided: undefined };
const TOO_SHORT = expect.stringContaining(
  ".terminationGracePeriodSeconds: a pod that is removed may take 620 s, and needs 920 s. Write 920 or more.",
);

describe("turn-require-grace", () => {
  it.each(["Deployment", "StatefulSet", "Rollout", "DaemonSet"])(
    "allows a %s with time enough",
    async (kind) => {
      expect(await judgeRuntime({ kind })).toEqual(PASSES);
    },
  );

  it.each([
    ["a shorter turn", { container: turnOf("60"), ...grace(80) }],
    ["a longer hook than needed", { container: sleep(10) }],
    [
      "no lifecycle where no wait is wanted",
      { container: { env: [{ name: "PRE_STOP_SECONDS", value: "0" }], lifecycle: null } },
    ],
    ["a class of agents with time enough", { labels: { app: "claude-agent", tier: "agent" } }],
    ["the pods of something else", { labels: { app: "web" }, ...grace(1) }],
    ["pods without labels", { labels: null, ...grace(1) }],
  ])("allows %s", async (_, changes) => {
    expect(await judgeRuntime(changes)).toEqual(PASSES);
  });

  it.each([
    ["one second too little", grace(619), "may take 619 s, and needs 620 s"],
    ["no grace period", grace(undefined), "may take 30 s, and needs 620 s"],
    ["a grace period that is null", grace(null), "may take 30 s, and needs 620 s"],
    ["a text", grace("620"), 'may take "620" s'],
    ["a longer turn", { container: turnOf("900") }, "may take 620 s, and needs 920 s"],
    [
      "a longer wait",
      { container: { env: [{ name: "PRE_STOP_SECONDS", value: "30" }], ...sleep(30) } },
      "needs 645 s",
    ],
    [
      "a hook that is too short",
      { container: sleep(4) },
      "lifecycle.preStop.sleep.seconds: the preStop hook sleeps 4 s, and needs 5 s. Write 5 or more.",
    ],
    ["no hook", { container: { lifecycle: {} } }, "the preStop hook sleeps 0 s, and needs 5 s"],
    [
      "a hook that runs something",
      { container: { lifecycle: { preStop: { exec: { command: ["true"] } } } } },
      "sleeps 0 s",
    ],
    ["a turn that is no number", { container: turnOf("ten") }, 'MAX_TURN_SECONDS is "ten"'],
    [
      "a wait that is no number",
      { container: { env: [{ name: "PRE_STOP_SECONDS", value: 5 }] } },
      "PRE_STOP_SECONDS is 5",
    ],
    ["digits in a list", { container: turnOf(["600"]) }, 'MAX_TURN_SECONDS is ["600"]'],
  ])("refuses %s", async (_, changes, reason) => {
    expect((await judgeRuntime(changes)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("tells of the turn, the wait and the hook at once", async () => {
    const env = (preStop: string) => ({
      env: [...turnsOf("ten"), { name: "PRE_STOP_SECONDS", value: preStop }],
      lifecycle: {},
    });
    expect((await judgeRuntime({ container: env("five") })).violations).toEqual([
      expect.stringContaining('PRE_STOP_SECONDS is "five"'),
      expect.stringContaining('MAX_TURN_SECONDS is "ten"'),
    ]);
    expect((await judgeRuntime({ container: env("5") })).violations).toEqual([
      expect.stringContaining("the preStop hook sleeps 0 s"),
      expect.stringContaining('MAX_TURN_SECONDS is "ten"'),
    ]);
  });

  it("reads the turn from a ConfigMap of the stack", async () => {
    const pod = runtime({ container: fromMap() });
    expect((await judgeObjects(pod, settings({ MAX_TURN_SECONDS: "900" }))).violations).toEqual([TOO_SHORT]);
    expect(await judgeObjects(pod, settings({ MAX_TURN_SECONDS: "600" }))).toEqual(PASSES);
    expect(await judgeObjects(pod, settings({ MAX_TURN_SECONDS: "900" }, "other"))).toEqual(PASSES);
    expect(await judgeObjects(pod, { ...settings({ MAX_TURN_SECONDS: "900" }), kind: "Secret" })).toEqual(
      PASSES,
    );
  });

  it("reads the turn from one key of a ConfigMap", async () => {
    const configMapKeyRef = { name: "settings", key: "turn" };
    const pod = runtime({
      container: { env: [{ name: "MAX_TURN_SECONDS", valueFrom: { configMapKeyRef } }] },
    });
    expect((await judgeObjects(pod, settings({ turn: "900" }))).violations).toEqual([TOO_SHORT]);
    expect(await judgeObjects(pod, settings({ other: "900" }))).toEqual(PASSES);
  });

  it("lets the container's own value win, and of several the last", async () => {
    const own = { ...turnOf("600"), ...fromMap() };
    expect(await judgeObjects(runtime({ container: own }), settings({ MAX_TURN_SECONDS: "900" }))).toEqual(
      PASSES,
    );
    const twice = { env: [...turnsOf("600", "900")] };
    expect((await judgeRuntime({ container: twice })).violations).toEqual([TOO_SHORT]);
    const sources = { envFrom: ["first", "second"].map((name) => ({ configMapRef: { name } })) };
    const maps = [
      settings({ MAX_TURN_SECONDS: "600" }, "first"),
      settings({ MAX_TURN_SECONDS: "900" }, "second"),
    ];
    expect((await judgeObjects(runtime({ container: sources }), ...maps)).violations).toEqual([TOO_SHORT]);
  });

  it("passes over sources that do not state it", async () => {
    const sources = {
      envFrom: [
        { configMapRef: { name: "settings" } },
        { secretRef: { name: "x" } },
        { configMapRef: { name: "y" } },
      ],
    };
    const maps = [settings({ MAX_TURN_SECONDS: "900" }), settings({ OTHER: "1" }, "y")];
    expect((await judgeObjects(runtime({ container: sources }), ...maps)).violations).toEqual([TOO_SHORT]);
  });

  it("takes a literal that is null for not stated", async () => {
    expect(await judgeRuntime({ container: turnOf(null) })).toEqual(PASSES);
  });

  it("reads no ConfigMap of another region", async () => {
    const resources = [
      ...inRegion("region-a", runtime({ container: fromMap() })),
      ...inRegion("region-b", settings({ MAX_TURN_SECONDS: "900" })),
    ];
    expect(await judgeStack(turnRequireGrace, resources)).toEqual(PASSES);
  });

  it("looks at the first container alone", async () => {
    const containers = [
      { name: "main", ...sleep(5) },
      { name: "sidecar", ...turnOf("900") },
    ];
    const initContainers = [{ name: "init", ...turnOf("900") }];
    expect(await judgeRuntime({ spec: { containers, initContainers } })).toEqual(PASSES);
  });

  it.each([
    ["the labels", { labels: UNKNOWN }, ".labels"],
    ["the grace period", grace(UNKNOWN), ".terminationGracePeriodSeconds"],
    ["the hook", { container: { lifecycle: UNKNOWN } }, ".lifecycle"],
    ["the turn", { container: turnOf(UNKNOWN) }, ".env[0].value"],
    ["the name of a variable", { container: { env: [{ name: UNKNOWN, value: "1" }] } }, ".env[0].name"],
    ["the name of a ConfigMap", { container: fromMap(UNKNOWN) }, ".configMapRef.name"],
    [
      "the key of a ConfigMap",
      {
        container: {
          env: [
            { name: "MAX_TURN_SECONDS", valueFrom: { configMapKeyRef: { name: "settings", key: UNKNOWN } } },
          ],
        },
      },
      ".configMapKeyRef.key",
    ],
  ])("is undecided while %s is not known", async (_, changes, path) => {
    const { violations, undecided } = await judgeRuntime(changes);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it.each([
    [
      "the value there",
      settings({ MAX_TURN_SECONDS: UNKNOWN, PRE_STOP_SECONDS: "5" }),
      ".data.MAX_TURN_SECONDS",
    ],
    ["the data there", settings(UNKNOWN), ".data"],
    ["the name of every ConfigMap", settings({}, UNKNOWN), ".metadata.name"],
  ])("is undecided while %s is not known", async (_, object, path) => {
    const { violations, undecided } = await judgeObjects(runtime({ container: fromMap() }), object);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });

  it("takes no ConfigMap of unknown name for a source that names none", async () => {
    const object = settings({ MAX_TURN_SECONDS: "900" }, UNKNOWN);
    const container = { envFrom: [{ secretRef: { name: "settings" } }] };
    expect(await judgeObjects(runtime({ container }), object)).toEqual(PASSES);
  });

  it("needs no unknown name beside one that matches", async () => {
    const objects = [settings({}, UNKNOWN), settings({ MAX_TURN_SECONDS: "600", PRE_STOP_SECONDS: "5" })];
    expect(await judgeObjects(runtime({ container: fromMap() }), ...objects)).toEqual(PASSES);
  });
});

function turnsOf(...values: string[]) {
  return values.map((value) => ({ name: "MAX_TURN_SECONDS", value }));
}
