import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { KubernetesProvider } from "../../../../local/plugins/kubernetes/kubernetes-provider.ts";
import { configMap } from "./sample-objects.ts";
import { SmallEngine } from "./small-engine.ts";

const kubeconfig = stringify({
  "current-context": "away",
  contexts: [{ name: "away", context: { cluster: "away" } }],
  clusters: [{ name: "away", cluster: { server: "http://127.0.0.1:1" } }],
});
const provider = () => new KubernetesProvider({ warning: () => undefined, progress: () => undefined });

describe("the provider's arguments", () => {
  it("are refused together where the embedded provider cannot honour them", () => {
    const args = { kubeconfig, enableServerSideApply: "false", renderYamlToDirectory: "out", colour: "blue" };

    expect(() => provider().configure(args)).toThrow(
      /colour[\s\S]*server-side apply only[\s\S]*enableServerSideApply[\s\S]*renderYamlToDirectory/,
    );
  });

  it("may be booleans or their JSON text", () => {
    expect(() =>
      provider().configure({ kubeconfig, enableServerSideApply: true, deleteUnreachable: "true" }),
    ).not.toThrow();
  });

  it("are refused with the contexts that there are when the context is wrong", () => {
    expect(() => provider().configure({ kubeconfig, context: "here" })).toThrow(
      'no context named "here"; it has: away',
    );
  });

  it("replace the provider, and all that it made, when they lead to another cluster", () => {
    const oldArgs = { context: "a", kubeconfig: "old", version: "1" };
    const args = { context: "b", kubeconfig: "new", version: "2" };

    expect(provider().diffConfig({ oldArgs, args }).changes).toEqual([
      { path: "context", kind: "update", replace: true },
      { path: "kubeconfig", kind: "update", replace: false },
    ]);
  });

  it("leave the provider in place when clusterIdentifier says that it is the same cluster", () => {
    const oldArgs = { context: "a", clusterIdentifier: "one" };
    const args = { context: "b", clusterIdentifier: "one" };

    expect(provider().diffConfig({ oldArgs, args }).changes).toEqual([
      { path: "context", kind: "update", replace: false },
    ]);
  });
});

describe("an API server that is away", () => {
  const message =
    "cannot reach the Kubernetes API server http://127.0.0.1:1 (context away): connect ECONNREFUSED";
  const kept = {
    ...configMap("default", {}),
    urn: "",
    id: "default/settings",
    outputs: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "default" } },
  };

  it("is named, with the context", async () => {
    await expect(new SmallEngine({ kubeconfig }).up(configMap("default", {}))).rejects.toThrow(message);
  });

  it("does not count as a deleted object", async () => {
    await expect(new SmallEngine({ kubeconfig }).refresh(kept)).rejects.toThrow(message);
    await expect(new SmallEngine({ kubeconfig }).delete(kept)).rejects.toThrow(message);
  });

  it("is forgotten on deletion, with a warning, when deleteUnreachable says so", async () => {
    const engine = new SmallEngine({ kubeconfig, deleteUnreachable: "true" });
    await engine.delete(kept);

    expect(engine.said.warnings).toEqual([
      expect.stringMatching(/forgotten, because deleteUnreachable is set$/),
    ]);
  });
});

describe("what is not supported", () => {
  const refused = async (type: string, inputs: Record<string, string | []>) => {
    const engine = new SmallEngine({ kubeconfig });
    return await engine.check({ type, name: "it", inputs });
  };

  it.each([
    ["kubernetes:apps/v1:DeploymentPatch", { kind: "Deployment" }, "declare the whole object as Deployment"],
    [
      "kubernetes:core/v1:ConfigMapList",
      { kind: "ConfigMapList", items: [] as [] },
      "declare the items one by one",
    ],
    ["kubernetes:helm.sh/v3:Release", { chart: "redis" }, "kubernetes.yaml.ConfigGroup"],
  ])("%s is refused with what to use instead", async (type, inputs, hint) => {
    await expect(refused(type, inputs)).rejects.toThrow(hint);
  });

  it.each(["kubernetes:helm:template", "kubernetes:kustomize:directory"])(
    "%s is refused likewise",
    (token) => {
      expect(() => provider().invoke({ token, args: {} })).toThrow(`${token} is not supported`);
    },
  );

  it("components are refused likewise", () => {
    expect(provider().componentRefusal("kubernetes:yaml/v2:ConfigGroup")).toContain(
      "kubernetes.yaml.ConfigGroup",
    );
  });
});

describe("kubernetes:yaml:decode", () => {
  const decode = (text: string) =>
    provider().invoke({ token: "kubernetes:yaml:decode", args: { text } })["result"];

  it("gives the objects of all documents, those in lists one by one", () => {
    const text = "kind: A\n---\n# nothing\n---\nkind: BList\nitems: [{kind: B}, {kind: C}]\n";

    expect(decode(text)).toEqual([{ kind: "A" }, { kind: "B" }, { kind: "C" }]);
  });

  it("says where the YAML is wrong", () => {
    expect(() => decode("kind: [")).toThrow("the YAML cannot be read");
  });
});
