import { describe, expect, it } from "vitest";
import { ContainerEnvError, resolveContainerEnv } from "../../../local/region/container-env.ts";
import type { ConfigSources, EnvFrom, EnvVar } from "../../../local/region/container-spec.ts";

const SOURCES: ConfigSources = {
  configMaps: new Map([
    ["settings", { COLOR: "blue", SIZE: "10" }],
    ["overrides", { COLOR: "red" }],
  ]),
  secrets: new Map([["keys", { token: "s3cret" }]]),
};
const FIELDS = {
  "metadata.name": "agent-host",
  "metadata.namespace": "ai-agents",
  "spec.nodeName": "localhost",
  "metadata.labels['app']": "agent",
};

function resolve(env: EnvVar[], envFrom: EnvFrom[] = []) {
  return resolveContainerEnv({ name: "coordinator", env, envFrom }, SOURCES, FIELDS);
}

/** The faults that are reported, one a line. */
function faultsOf(env: EnvVar[], envFrom: EnvFrom[] = []): string[] {
  try {
    resolve(env, envFrom);
  } catch (error) {
    if (error instanceof ContainerEnvError) return error.message.split("\n- ").slice(1);
    throw error;
  }
  return [];
}

describe("resolveContainerEnv", () => {
  it.each<[string, EnvVar, string]>([
    ["a literal", { name: "X", value: "plain" }, "plain"],
    ["an empty literal", { name: "X", value: "" }, ""],
    ["a variable without a value", { name: "X" }, ""],
    [
      "a key of a ConfigMap",
      { name: "X", valueFrom: { configMapKeyRef: { name: "settings", key: "SIZE" } } },
      "10",
    ],
    [
      "a key of a Secret",
      { name: "X", valueFrom: { secretKeyRef: { name: "keys", key: "token" } } },
      "s3cret",
    ],
    ["the pod's name", { name: "X", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }, "agent-host"],
    [
      "the namespace",
      { name: "X", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
      "ai-agents",
    ],
    ["the node's name", { name: "X", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }, "localhost"],
    ["a label", { name: "X", valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }, "agent"],
    [
      "a label that is not set",
      { name: "X", valueFrom: { fieldRef: { fieldPath: "metadata.labels['b']" } } },
      "",
    ],
  ])("takes %s", (_, variable, value) => {
    expect(resolve([variable])).toEqual({ X: value });
  });

  it.each<[string, string]>([
    ["$(A)", "1"],
    ["http://$(A):$(B)/", "http://1:2/"],
    ["$(UNKNOWN)", "$(UNKNOWN)"],
    ["$(LATER)", "$(LATER)"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$A $ {A} $", "$A $ {A} $"],
    ["$(A", "$(A"],
    ["$()", "$()"],
  ])("expands %s to %s", (value, expanded) => {
    const env = [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
      { name: "X", value },
      { name: "LATER", value: "3" },
    ];

    expect(resolve(env)).toMatchObject({ X: expanded });
  });

  it("expands references to imported variables and to secrets", () => {
    const token: EnvVar = { name: "TOKEN", valueFrom: { secretKeyRef: { name: "keys", key: "token" } } };

    expect(
      resolve([token, { name: "X", value: "$(COLOR)-$(TOKEN)" }], [{ configMapRef: { name: "settings" } }]),
    ).toMatchObject({ X: "blue-s3cret" });
  });

  it("does not expand values that come from elsewhere", () => {
    const sources = { ...SOURCES, configMaps: new Map([["raw", { VALUE: "$(A)" }]]) };
    const env: EnvVar[] = [
      { name: "A", value: "1" },
      { name: "X", valueFrom: { configMapKeyRef: { name: "raw", key: "VALUE" } } },
    ];

    expect(resolveContainerEnv({ name: "c", env, envFrom: [] }, sources, FIELDS)).toMatchObject({
      X: "$(A)",
    });
  });

  it("imports whole ConfigMaps and Secrets, the later ones winning", () => {
    const envFrom = [
      { configMapRef: { name: "settings" } },
      { configMapRef: { name: "overrides" } },
      { secretRef: { name: "keys" } },
    ];

    expect(resolve([], envFrom)).toEqual({ COLOR: "red", SIZE: "10", token: "s3cret" });
  });

  it("puts the prefix before every imported name", () => {
    expect(resolve([], [{ prefix: "APP_", configMapRef: { name: "overrides" } }])).toEqual({
      APP_COLOR: "red",
    });
  });

  it("lets a variable of its own win over an imported one", () => {
    expect(resolve([{ name: "COLOR", value: "green" }], [{ configMapRef: { name: "overrides" } }])).toEqual({
      COLOR: "green",
    });
  });

  it("leaves out optional references to what does not exist", () => {
    const env: EnvVar[] = [
      { name: "A", valueFrom: { secretKeyRef: { name: "absent", key: "k", optional: true } } },
      { name: "B", valueFrom: { configMapKeyRef: { name: "settings", key: "absent", optional: true } } },
    ];

    expect(resolve(env, [{ secretRef: { name: "absent", optional: true } }])).toEqual({});
  });

  it.each<[string, EnvVar, string]>([
    [
      "a Secret that does not exist",
      { name: "X", valueFrom: { secretKeyRef: { name: "absent", key: "k" } } },
      "X: Secret absent does not exist; create it or mark the reference optional",
    ],
    [
      "a key that does not exist",
      { name: "X", valueFrom: { configMapKeyRef: { name: "settings", key: "k" } } },
      "X: ConfigMap settings has no key k; create it or mark the reference optional",
    ],
    [
      "a field that only a pod has",
      { name: "X", valueFrom: { fieldRef: { fieldPath: "metadata.uid" } } },
      `X: field metadata.uid is not available outside a pod; available are ${Object.keys(FIELDS).join(", ")}`,
    ],
    [
      "a resource of the container",
      { name: "X", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
      "X: resourceFieldRef is not supported outside a pod; use value, configMapKeyRef, secretKeyRef or fieldRef",
    ],
  ])("refuses %s", (_, variable, fault) => {
    expect(faultsOf([variable])).toEqual([fault]);
  });

  it("refuses the import of a ConfigMap that does not exist", () => {
    expect(faultsOf([], [{ configMapRef: { name: "absent" } }])).toEqual([
      "envFrom: ConfigMap absent does not exist; create it or mark the reference optional",
    ]);
  });

  it("names all faults at once", () => {
    const env: EnvVar[] = ["A", "B"].map((name) => ({
      name,
      valueFrom: { secretKeyRef: { name: "absent", key: "k" } },
    }));

    expect(faultsOf(env, [{ secretRef: { name: "absent" } }])).toHaveLength(3);
  });
});
