import { describe, expect, it } from "vitest";
import { valkeyLimitMemory } from "../../../policies/data/valkey-limit-memory.ts";
import { judgeStack, type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { configMap, ownFile, statefulSet } from "./configurations.ts";

const run = (objects: readonly KubernetesObject[], config = {}) =>
  judgeStack(
    valkeyLimitMemory,
    objects.map((object) => resourceOf(object)),
    config,
  );
const conf = (maxmemory: unknown, name = "valkey.conf") =>
  configMap({ [name]: `appendonly yes\nmaxmemory ${maxmemory}\n` });
const VOLUMES = [{ name: "conf", configMap: { name: "store" } }];
const server = (container: object = {}, volumes: unknown = VOLUMES) =>
  statefulSet(
    {
      command: ["valkey-server", "/conf/valkey.conf"],
      resources: { limits: { memory: "1000" } },
      volumeMounts: [{ name: "conf" }],
      ...container,
    },
    { pod: { volumes } },
  );
const SHELL_VARIABLE = ["$", "{SIZE}"].join("");
const DEFAULT = ["$", "{SIZE:-1gb}"].join("");
const unnamed = (object: KubernetesObject): KubernetesObject => ({
  ...object,
  metadata: { name: UNKNOWN, namespace: "ai-agents" },
});

const pods = (containers: unknown, volumes: unknown = VOLUMES) =>
  statefulSet({}, { pod: { containers, volumes } });

describe("valkey-limit-memory", () => {
  it.each([
    ["the share of the limit", [conf(800), server()]],
    [
      "a variable",
      [
        conf("$SIZE"),
        server({
          env: [
            { name: "OTHER", value: "801" },
            { name: "SIZE", value: "800" },
          ],
        }),
      ],
    ],
    ["a variable in braces", [conf(SHELL_VARIABLE), server({ env: [{ name: "SIZE", value: "1" }] })]],
    [
      "the last of two variables",
      [
        conf("$SIZE"),
        server({
          env: [
            { name: "SIZE", value: "801" },
            { name: "SIZE", value: "800" },
          ],
        }),
      ],
    ],
    ["a variable and its default", [conf(DEFAULT), server({ env: [{ name: "SIZE", value: "800" }] })]],
    ["a file that nobody mounts", [conf("1gb")]],
    [
      "a file of no name yet beside a volume of another kind",
      [unnamed(conf("1gb")), server({}, [{ name: "conf", emptyDir: {} }])],
    ],
    ["a file of no name yet that nobody mounts", [unnamed(conf("1gb")), server({ volumeMounts: null })]],
    [
      "mounts that are not known yet, where no volume shows the file",
      [conf("1gb"), server({ volumeMounts: UNKNOWN }, [{ name: "conf", configMap: { name: "other" } }])],
    ],
    ["volumes that are not known yet, and no mount", [conf("1gb"), server({ volumeMounts: null }, UNKNOWN)]],
    ["arguments", [server({ command: ["valkey-server", "--maxmemory", "800"] })]],
    [
      "a variable among the arguments",
      [
        server({
          command: ["valkey-server", "--maxmemory", "$(SIZE)"],
          env: [{ name: "SIZE", value: "800" }],
        }),
      ],
    ],
    ["a server with a file, which is not in the stack", [server()]],
    ["a Sentinel, which holds nothing", [configMap({ "sentinel.conf": "sentinel monitor main a 6379 2\n" })]],
    [
      "a container that reads another ConfigMap",
      [conf("1gb"), server({}, [{ name: "conf", configMap: { name: "other" } }])],
    ],
    ["a container that does not mount the volume", [conf("1gb"), server({ volumeMounts: null })]],
    [
      "a container of another namespace",
      [conf("1gb"), { ...server(), metadata: { name: "store", namespace: "other" } }],
    ],
    [
      "a Secret of the same name",
      [conf("1gb"), server({}, [{ name: "conf", secret: { secretName: "store" } }])],
    ],
  ])("allows %s", async (_, objects) => {
    expect(await run(objects)).toEqual({ violations: [], undecided: undefined });
  });

  it.each([
    ["no bound", [configMap({ "valkey.conf": "appendonly yes\n" }), server()], "it sets no maxmemory"],
    ["a bound of nothing", [conf(0), server()], 'its maxmemory is "0", which is no bound'],
    ["a bound that is none", [conf("much")], 'its maxmemory is "much", which is no bound'],
    [
      "more than the share",
      [conf(801), server()],
      'is 801 bytes, more than 0.8 of the 1000 bytes that container "store" may take',
    ],
    [
      "more than the share by a variable",
      [conf("$SIZE"), server({ env: [{ name: "SIZE", value: "801" }] })],
      "is 801 bytes",
    ],
    [
      "a variable that nobody sets",
      [conf("$SIZE"), server()],
      'its maxmemory is $SIZE, for which container "store" has no amount of memory',
    ],
    [
      "a variable of nothing",
      [conf("$SIZE"), server({ env: [{ name: "SIZE", value: "0" }] })],
      "has no amount of memory",
    ],
    [
      "a variable of another unit than it seems",
      [conf(`${SHELL_VARIABLE}mb`), server({ env: [{ name: "SIZE", value: "800" }] })],
      "has no amount of memory",
    ],
    [
      "a variable behind another sign",
      [conf("$-$SIZE"), server({ env: [{ name: "SIZE", value: "800" }] })],
      "has no amount of memory",
    ],
    ["a variable of no name", [conf("$"), server({ env: [{ value: "800" }] })], "has no amount of memory"],
    [
      "a variable that is not set, whatever its default",
      [conf(["$", "{SIZE-800}"].join("")), server()],
      "has no amount of memory",
    ],
    [
      "a variable with a default",
      [conf(["$", "{SIZE-800}"].join("")), server({ env: [{ name: "SIZE", value: "801" }] })],
      "is 801 bytes",
    ],
    ["no limit to be a part of", [conf(800), server({ resources: null })], "has no memory limit"],
    [
      "arguments without bound",
      [server({ command: ["valkey-server", "--appendonly", "yes"] })],
      "it sets no maxmemory",
    ],
    [
      "arguments with too much",
      [server({ command: ["valkey-server", "--maxmemory", "1gb"] }, [])],
      "more than 0.8",
    ],
    [
      "too much by a hook",
      [
        server(
          {
            lifecycle: {
              postStart: { exec: { command: ["valkey-cli", "config", "set", "maxmemory", "1gb"] } },
            },
          },
          [],
        ),
      ],
      "more than 0.8",
    ],
    [
      "a projected volume",
      [conf(801), server({}, [{ name: "conf", projected: { sources: [{ configMap: { name: "store" } }] } }])],
      "is 801 bytes",
    ],
    [
      "a Secret",
      [
        { ...conf(801), kind: "Secret", data: undefined, stringData: conf(801)["data"] },
        server({}, [{ name: "conf", secret: { secretName: "store" } }]),
      ],
      "is 801 bytes",
    ],
  ])("refuses %s", async (_, objects, words) => {
    expect((await run(objects)).violations).toEqual([expect.stringContaining(words)]);
  });

  it("compares with the container that names the file, where one does", async () => {
    const named = {
      name: "server",
      command: ["sh", "/conf/valkey.conf"],
      resources: { limits: { memory: "2000" } },
      volumeMounts: [{ name: "conf" }],
    };
    const other = { name: "other", command: ["sh", "/conf/other.sh"], volumeMounts: [{ name: "conf" }] };
    const set = (...containers: object[]) => ({
      ...server(),
      spec: { template: { spec: { containers, volumes: VOLUMES } } },
    });
    expect((await run([conf(900), set(other, named)])).violations).toEqual([]);
    expect((await run([conf(900), set(other)])).violations).toHaveLength(1);
  });

  it.each([
    ["the limit", [conf(800), server({ resources: { limits: { memory: UNKNOWN } } })], ".limits.memory"],
    ["the variable", [conf("$SIZE"), server({ env: [{ name: "SIZE", value: UNKNOWN }] })], ".env[0].value"],
    ["the variables", [conf("$SIZE"), server({ env: UNKNOWN })], ".env"],
    [
      "whose volume it is",
      [conf(800), server({}, [{ name: "conf", configMap: { name: UNKNOWN } }])],
      ".configMap.name",
    ],
    ["the name of the ConfigMap", [unnamed(conf(800)), server()], ".metadata.name"],
    [
      "the name of the ConfigMap, and whose volume it is",
      [unnamed(conf(800)), server({}, [{ name: "conf", configMap: { name: UNKNOWN } }])],
      ".configMap.name",
    ],
    ["the file", [configMap({ "valkey.conf": UNKNOWN })], '.data["valkey.conf"]'],
    ["the mounts", [conf(800), server({ volumeMounts: UNKNOWN })], ".volumeMounts"],
    [
      "the name of a mount",
      [conf(800), server({ volumeMounts: [{ name: UNKNOWN }] })],
      ".volumeMounts[0].name",
    ],
    ["the volumes", [conf(800), server({}, UNKNOWN)], ".volumes"],
    [
      "the name of a volume",
      [conf(800), server({}, [{ name: UNKNOWN, configMap: { name: "store" } }])],
      ".volumes[0].name",
    ],
    [
      "the parts of a volume",
      [conf(800), server({}, [{ name: "conf", projected: { sources: UNKNOWN } }])],
      ".projected.sources",
    ],
    ["the containers", [conf(800), pods(UNKNOWN)], ".containers"],
    ["the containers, whatever they read", [pods(UNKNOWN, [])], ".containers"],
    [
      "the name of a variable",
      [conf("$SIZE"), server({ env: [{ name: UNKNOWN, value: "1" }] })],
      ".env[0].name",
    ],
  ])("leaves open %s that is not known yet", async (_, objects, place) => {
    expect(await run(objects)).toEqual({ violations: [], undecided: expect.stringContaining(place) });
  });

  it("does not compare across regions", async () => {
    const far = resourceOf(server(), { region: "region-b" });
    expect((await judgeStack(valkeyLimitMemory, [resourceOf(conf("1gb")), far])).violations).toEqual([]);
  });

  it("takes another share from the configuration", async () => {
    expect((await run([conf(800), server()], { shareOfLimit: 0.5 })).violations).toHaveLength(1);
    expect((await run([conf(1000), server()], { shareOfLimit: 1 })).violations).toEqual([]);
  });

  it("finds the variable of our own servers", async () => {
    const scripts = configMap({ "start-valkey.sh": ownFile("valkey/start-valkey.sh") });
    const own = (value: string) =>
      server({ command: ["sh", "/conf/start-valkey.sh"], env: [{ name: "VALKEY_MAXMEMORY", value }] });
    expect((await run([scripts, own("600")])).violations).toEqual([]);
    expect((await run([scripts, own("1000")])).violations).toHaveLength(1);
  });
});
