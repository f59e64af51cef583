import { describe, expect, it } from "vitest";
import { gatewayRequireRules } from "../../../policies/claude/gateway-require-rules.ts";
import { judgeStack, type KubernetesObject, UNKNOWN } from "../judge.ts";
import { configMap, inRegion, runtime } from "./objects.ts";

const PASSES = { violations: [], undecided: undefined };
const RULES = { "gateway.yaml": "{}" };
const named = (data: unknown, name: unknown = "rules", fields: object = {}) =>
  configMap(data, { metadata: { name, namespace: "ai-agents" }, ...fields });

function mounting(
  mount: object = {},
  source: object = { configMap: { name: "rules" } },
  changes: object = {},
): KubernetesObject {
  const volumeMounts = [
    { name: "tmp", mountPath: "/tmp" },
    { name: "config", mountPath: "/app/config", ...mount },
  ];
  const volumes = [
    { name: "tmp", emptyDir: {} },
    { name: "config", ...source },
  ];
  return runtime({ spec: { volumes, containers: [{ name: "main", volumeMounts, ...changes }] } });
}

const judgeObjects = (...objects: KubernetesObject[]) =>
  judgeStack(gatewayRequireRules, inRegion("region-a", ...objects));

describe("gateway-require-rules", () => {
  it.each([
    ["the folder", mounting()],
    ["the folder with a slash", mounting({ mountPath: "/app/config/" })],
    ["the file alone", mounting({ mountPath: "/app/config/gateway.yaml", subPath: "gateway.yaml" })],
    ["the folder in another spelling", mounting({ mountPath: "/app//x/../config" })],
    [
      "the file by its name",
      mounting(
        {},
        {
          configMap: {
            name: "rules",
            items: [
              { key: "a", path: "a" },
              { key: "gateway.yaml", path: "gateway.yaml" },
            ],
          },
        },
      ),
    ],
    [
      "the file by its name alone",
      mounting({}, { configMap: { name: "rules", items: [{ key: "gateway.yaml", path: "gateway.yaml" }] } }),
    ],
    [
      "a volume put together",
      mounting({}, { projected: { sources: [{ secret: { name: "x" } }, { configMap: { name: "rules" } }] } }),
    ],
    [
      "another folder",
      mounting({ mountPath: "/etc/agent" }, undefined, {
        env: [{ name: "CONFIG_DIR", value: "/etc/agent" }],
      }),
    ],
    [
      "the usual folder, where none is named",
      mounting({}, undefined, { env: [{ name: "CONFIG_DIR", value: "" }] }),
    ],
  ])("allows a ConfigMap in %s", async (_, pod) => {
    expect(await judgeObjects(pod, named(RULES))).toEqual(PASSES);
  });

  it("allows the file in binary data", async () => {
    expect(
      await judgeObjects(mounting(), named(undefined, "rules", { binaryData: { "gateway.yaml": "e30=" } })),
    ).toEqual(PASSES);
  });

  it.each([
    ["nothing mounted", runtime(), named(RULES)],
    ["another folder", mounting({ mountPath: "/app" }), named(RULES)],
    [
      "a folder that the runtime does not read",
      mounting({}, undefined, { env: [{ name: "CONFIG_DIR", value: "/etc/agent" }] }),
      named(RULES),
    ],
    ["another ConfigMap", mounting({}, { configMap: { name: "other" } }), named(RULES)],
    ["a ConfigMap without the file", mounting(), named({ "other.yaml": "{}" })],
    ["a ConfigMap whose file is null", mounting(), named({ "gateway.yaml": null })],
    ["an object of another kind", mounting(), named(RULES, "rules", { kind: "Secret" })],
    ["a volume of something else", mounting({}, { emptyDir: {} }), named(RULES)],
    ["a volume that is not there", mounting({ name: "gone" }), named(RULES)],
    [
      "a mount without name",
      mounting({ name: null }, { name: null, configMap: { name: "rules" } }),
      named(RULES),
    ],
    [
      "another of its files under the name",
      mounting({}, { configMap: { name: "rules", items: [{ key: "x", path: "gateway.yaml" }] } }),
      named(RULES),
    ],
    [
      "the file under another name",
      mounting({}, { configMap: { name: "rules", items: [{ key: "gateway.yaml", path: "x" }] } }),
      named(RULES),
    ],
    [
      "others of its files alone",
      mounting({}, { configMap: { name: "rules", items: [{ key: "a", path: "b" }] } }),
      named(RULES),
    ],
    [
      "a place that is called like the ConfigMap",
      mounting({ mountPath: "rules" }, { emptyDir: {} }),
      named(RULES),
    ],
    [
      "a volume of something else, beside a name that is not known",
      mounting({}, { emptyDir: {} }),
      named(RULES, UNKNOWN),
    ],
    [
      "another file in its place",
      mounting({ mountPath: "/app/config/gateway.yaml", subPath: "x.yaml" }),
      named(RULES),
    ],
    ["a part of the volume as the folder", mounting({ subPath: "gateway.yaml" }), named(RULES)],
    [
      "a file of something else over the folder",
      mounting({}, undefined, {
        volumeMounts: [
          { name: "config", mountPath: "/app/config" },
          { name: "tmp", mountPath: "/app/config/gateway.yaml", subPath: "gateway.yaml" },
        ],
      }),
      named(RULES),
    ],
    ["nothing mounted, beside a name that is not known", runtime(), named(RULES, UNKNOWN)],
  ])("refuses %s", async (_, pod, object) => {
    expect((await judgeObjects(pod, object)).violations).toEqual([
      expect.stringContaining(
        "Deployment ai-agents/claude-agent-coordinator, at .spec.template.spec.containers[0].volumeMounts: the runtime finds no gateway.yaml of this stack, so nothing bounds what it spends. Mount a ConfigMap",
      ),
    ]);
  });

  it("takes no ConfigMap of another region", async () => {
    const resources = [...inRegion("region-a", mounting()), ...inRegion("region-b", named(RULES))];
    expect((await judgeStack(gatewayRequireRules, resources)).violations).toHaveLength(1);
  });

  it("says nothing about the pods of something else", async () => {
    expect(await judgeObjects(runtime({ labels: { app: "web" } }))).toEqual(PASSES);
  });

  it.each([
    [
      "the name of the volume's ConfigMap",
      mounting({}, { configMap: { name: UNKNOWN } }),
      named(RULES),
      ".configMap.name",
    ],
    ["the name of the ConfigMap", mounting(), named(RULES, UNKNOWN), ".metadata.name"],
    ["either name", mounting({}, { configMap: { name: UNKNOWN } }), named(RULES, UNKNOWN), ".configMap.name"],
    ["a place", mounting({ mountPath: UNKNOWN }), named(RULES), ".mountPath"],
    [
      "the folder",
      mounting({}, undefined, { env: [{ name: "CONFIG_DIR", value: UNKNOWN }] }),
      named(RULES),
      ".env[0].value",
    ],
    ["the name of a mount", mounting({ name: UNKNOWN }), named(RULES), ".volumeMounts[1].name"],
    ["the name of a volume", mounting({}, { name: UNKNOWN }), named(RULES), ".volumes[1].name"],
    ["a part of a volume", mounting({ subPath: UNKNOWN }), named(RULES), ".subPath"],
    [
      "what a volume shows",
      mounting({}, { configMap: { name: "rules", items: UNKNOWN } }),
      named(RULES),
      ".items",
    ],
    [
      "under which name it shows it",
      mounting({}, { configMap: { name: "rules", items: [{ key: "gateway.yaml", path: UNKNOWN }] } }),
      named(RULES),
      ".items[0].path",
    ],
    ["the label of the pods", runtime({ labels: UNKNOWN }), named(RULES), ".labels"],
  ])("is undecided while %s is not known", async (_, pod, object, path) => {
    const { violations, undecided } = await judgeObjects(pod, object);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
  });
});
