import { describe, expect, it } from "vitest";
import { valkeyRequirePersistence } from "../../../policies/data/valkey-require-persistence.ts";
import { judge, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { WORKLOAD_KINDS } from "../workloads.ts";
import { configMap, ownFile, statefulSet } from "./configurations.ts";

const run = (object: KubernetesObject, config = {}) => judge(valkeyRequirePersistence, object, { config });
const conf = (text: string, config = {}) => run(configMap({ "valkey.conf": text }), config);
const SAVE = "save 900 1 300 10 60 10000\n";
const COMMAND = ["sh", "/scripts/start-valkey.sh"];
const SERVER = { image: "registry.example.com/valkey:9", command: COMMAND, volumeMounts: [{ name: "data" }] };
const TEMPLATES = { volumeClaimTemplates: [{ metadata: { name: "data" } }] };

describe("valkey-require-persistence", () => {
  it.each([
    ["a log and snapshots", `appendonly yes\n${SAVE}`],
    ["a log that is written at once", `appendonly yes\nappendfsync always\n${SAVE}`],
    ["a log in any letters", `appendonly YES\nappendfsync EverySec\n${SAVE}`],
    ["snapshots more often", "appendonly yes\nsave 300 1\nsave 60 1000\n"],
    ["a Sentinel, which holds nothing", "sentinel monitor main a 6379 2\nprotected-mode no\n"],
    ["a file that may set it", "include /conf/other.conf\nmaxmemory 1gb\n"],
  ])("allows %s", async (_, text) => {
    expect(await conf(text)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no log", SAVE, ['its appendonly is "no"']],
    ["a log that is switched off", `appendonly no\n${SAVE}`, ['its appendonly is "no"']],
    ["a log by a variable", `appendonly $LOG\n${SAVE}`, ['its appendonly is "$LOG"']],
    ["a log that lags", `appendonly yes\nappendfsync no\n${SAVE}`, ['its appendfsync is "no"']],
    [
      "no snapshots",
      "appendonly yes\n",
      ["it has no save 900 1.", "it has no save 300 10.", "it has no save 60 10000."],
    ],
    [
      "one snapshot that is missing",
      "appendonly yes\nsave 900 1 300 10\n",
      ["no snapshot is due 60 seconds after 10000 changes"],
    ],
    ["a snapshot that is late", "appendonly yes\nsave 901 1 300 10 60 10000\n", ["it has no save 900 1."]],
    [
      "snapshots that are switched off beside a file",
      'include /a\nappendonly yes\nsave ""\n',
      ["900 1", "300 10", "60 10000"],
    ],
  ])("refuses %s", async (_, text, words) => {
    expect((await conf(text)).violations).toEqual(words.map((each) => expect.stringContaining(each)));
  });

  it.each([
    ["keeps a log where nothing is said", {}, 0],
    ["keeps a log where it is told to", { env: [{ name: "VALKEY_AOF_ENABLED", value: "yes" }] }, 0],
    ["keeps none where it is told so", { env: [{ name: "REDIS_AOF_ENABLED", value: "no" }] }, 1],
    [
      "keeps a log whatever variables of other names say",
      {
        env: [
          { name: "MY_REDIS_AOF_ENABLED", value: "no" },
          { name: "REDIS_AOF_ENABLED_OLD", value: "no" },
        ],
      },
      0,
    ],
    [
      "keeps none where the last word says so",
      {
        env: [
          { name: "REDIS_AOF_ENABLED", value: "yes" },
          { name: "REDIS_AOF_ENABLED", value: "no" },
        ],
      },
      1,
    ],
    [
      "keeps none where its flags say so",
      { env: [{ name: "REDIS_EXTRA_FLAGS", value: "--appendonly no" }] },
      1,
    ],
  ])("knows that the image of Bitnami %s", async (_, container, count) => {
    const image = "docker.io/bitnami/redis:8";
    const judgement = await run(
      statefulSet({ image, volumeMounts: [{ name: "data" }], ...container }, TEMPLATES),
    );
    expect(judgement.violations).toHaveLength(count);
    expect(judgement.undecided).toBeUndefined();
  });

  it("leaves open whether the image of Bitnami keeps a log, while that is not known", async () => {
    const env = [{ name: "REDIS_AOF_ENABLED", value: UNKNOWN }];
    const container = { image: "bitnami/redis:8", volumeMounts: [{ name: "data" }], env };
    expect(await run(statefulSet(container, TEMPLATES))).toEqual({
      violations: [],
      undecided: expect.stringContaining(".env[0].value"),
    });
  });

  it("takes other points from the configuration", async () => {
    expect((await conf("appendonly yes\n", { savePoints: [] })).violations).toEqual([]);
    expect((await conf(`appendonly yes\n${SAVE}`, { savePoints: ["30 1"] })).violations).toHaveLength(1);
  });

  it.each([
    ["a claim of its set", statefulSet(SERVER, TEMPLATES)],
    [
      "a claim by name",
      statefulSet(SERVER, {
        pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "a" } }] },
      }),
    ],
    ["a claim of its pod", statefulSet(SERVER, { pod: { volumes: [{ name: "data", ephemeral: {} }] } })],
    [
      "a claim for a Sentinel too",
      statefulSet({ ...SERVER, command: ["sh", "start-sentinel.sh"], volumeMounts: null }),
    ],
    ["a client", statefulSet({ ...SERVER, command: ["valkey-cli", "monitor"], volumeMounts: null })],
    ["another image", statefulSet({ ...SERVER, image: "registry.example.com/agent:1", volumeMounts: null })],
    [
      "a Sentinel by its program, which holds nothing",
      statefulSet({ ...SERVER, command: ["valkey-sentinel", "--port", "26379"] }, TEMPLATES),
    ],
  ])("allows a server with %s", async (_, object) => {
    expect(await run(object)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no mount", statefulSet({ ...SERVER, volumeMounts: null }, TEMPLATES)],
    [
      "a command of its own in another image",
      statefulSet({ image: "registry.example.com/own:1", command: ["valkey-server", "/conf/valkey.conf"] }),
    ],
    ["a mount of something else", statefulSet({ ...SERVER, volumeMounts: [{ name: "tmp" }] }, TEMPLATES)],
    [
      "a volume that goes with its pod",
      statefulSet(SERVER, { pod: { volumes: [{ name: "data", emptyDir: {} }] } }),
    ],
    ["no claim", statefulSet(SERVER)],
    [
      "a mount that is not known yet, and no claim",
      statefulSet({ ...SERVER, volumeMounts: [{ name: UNKNOWN }] }),
    ],
    [
      "claims that are not known yet, and no mount",
      statefulSet({ ...SERVER, volumeMounts: null }, { volumeClaimTemplates: UNKNOWN }),
    ],
  ])("refuses a server with %s", async (_, object) => {
    expect((await run(object)).violations).toEqual([
      expect.stringContaining("it mounts no volume that outlives the pod"),
    ]);
  });

  it.each([
    ["the claims", statefulSet(SERVER, { volumeClaimTemplates: UNKNOWN }), ".volumeClaimTemplates"],
    [
      "a mount",
      statefulSet({ ...SERVER, volumeMounts: [{ name: UNKNOWN }] }, TEMPLATES),
      ".volumeMounts[0].name",
    ],
    ["the volumes", statefulSet(SERVER, { pod: { volumes: UNKNOWN } }), ".volumes"],
    [
      "a mount and the claims",
      statefulSet({ ...SERVER, volumeMounts: [{ name: UNKNOWN }] }, { volumeClaimTemplates: UNKNOWN }),
      ".volumeMounts[0].name",
    ],
  ])("leaves open %s that are not known yet", async (_, object, place) => {
    expect(await run(object)).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it.each(WORKLOAD_KINDS)(
    "asks a server in a $kind for a volume, unless it ends by itself",
    async ({ kind, build }) => {
      const { violations } = await run(build({ containers: [{ ...SERVER, name: "store" }] }));
      expect(violations).toHaveLength(["Job", "CronJob", "ScaledJob"].includes(kind) ? 0 : 1);
    },
  );

  it("counts no claim of another kind than a StatefulSet", async () => {
    expect((await run({ ...statefulSet(SERVER, TEMPLATES), kind: "Deployment" })).violations).toHaveLength(1);
  });

  it("allows our own servers", async () => {
    expect(
      (await run(configMap({ "start-valkey.sh": ownFile("valkey/start-valkey.sh") }))).violations,
    ).toEqual([]);
  });
});
