import { describe, expect, it } from "vitest";
import type { EnvironmentPlan } from "../../../local/environment/plan.ts";
import { environmentOf, startRegions } from "../../../local/environment/regions.ts";
import type { UpTools } from "../../../local/environment/tools.ts";
import type { RegionCluster } from "../../../local/region/contract.ts";
import { LOCAL_KINDS } from "../../../local/toolchain/crd-releases.ts";
import type { ResolvedTool } from "../../../local/toolchain/tool-request.ts";
import { scriptedKubectl } from "./scripted-cluster.ts";
import { temporaryInstance } from "./temporary-instance.ts";

const tool = (path: string): ResolvedTool => ({ name: "kubectl", path, version: "1.0.0", source: "cache" });

/** Tools of which only some are looked at. */
function toolsOf(nodes: UpTools["nodes"], more: Readonly<Record<string, ResolvedTool>> = {}): UpTools {
  return {
    nodes,
    pulumi: tool("/tools/pulumi"),
    kubectl: tool("/tools/kubectl"),
    "gateway-api-crds": tool(import.meta.filename),
    "prometheus-operator-crds": tool(import.meta.filename),
    ...more,
  } as unknown as UpTools;
}

function planOf(nodes: EnvironmentPlan["nodes"], addresses: readonly string[] = []): EnvironmentPlan {
  return {
    nodes,
    gateway: "none",
    regions: (["primary", "standby"] as const).map((role, index) => ({
      ...{
        name: `region-${index + 1}`,
        role,
        context: `context-${index + 1}`,
        kubeconfig: "/state/kubeconfig.yaml",
      },
      ...(addresses[index] === undefined ? {} : { address: addresses[index] }),
    })),
    frontDoorPort: 8787,
    upstream: "simulated",
  };
}

function cluster(name: string, workerAddresses: readonly string[]): RegionCluster {
  return {
    ...{ name, context: name, kubeconfig: "/state/kubeconfig.yaml", outcome: "created" },
    nodes: "real",
    workerAddresses,
  };
}

const endpointsOf = ({ regions }: ReturnType<typeof environmentOf>) =>
  regions.map(({ endpoints }) => endpoints);

describe("what is known of an environment once its clusters run", () => {
  it("has an endpoint on every worker where pods are real, by the region's name and not its place", () => {
    const clusters = [cluster("region-2", ["10.96.0.17"]), cluster("region-1", ["10.96.0.9", "10.96.0.10"])];

    expect(endpointsOf(environmentOf(planOf("real"), clusters, toolsOf("real")))).toEqual([
      ["http://10.96.0.9:30080", "http://10.96.0.10:30080"],
      ["http://10.96.0.17:30080"],
    ]);
  });

  it("has the one of the process that stands in for pods elsewhere", () => {
    const plan = planOf("simulated", ["127.77.0.1", "127.77.0.2"]);

    expect(endpointsOf(environmentOf(plan, [], toolsOf("simulated")))).toEqual([
      ["http://127.77.0.1:8080"],
      ["http://127.77.0.2:8080"],
    ]);
  });

  it.each([
    ["a controller was obtained", { traefik: tool("/tools/traefik") }, true],
    ["none was at hand", {}, false],
  ])("has a gateway or not, as %s, whatever was planned", (_, more, gateway) => {
    const plan = { ...planOf("real"), gateway: "if-at-hand" } as const;

    expect(environmentOf(plan, [], toolsOf("real", more)).gateway).toBe(gateway);
  });

  it("keeps where the programs are that other commands need, and not why nodes are simulated", () => {
    const plan = { ...planOf("simulated", ["127.77.0.1", "127.77.0.2"]), whySimulated: "they need root" };

    const environment = environmentOf(plan, [], toolsOf("simulated"));

    expect(environment.tools).toEqual({ pulumi: "/tools/pulumi", kubectl: "/tools/kubectl" });
    expect(environment).not.toHaveProperty("whySimulated");
  });
});

describe("clusters of the user's", () => {
  const options = (image: string | undefined) => ({
    image,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });

  /** A cluster with one node, which is pretended or not. */
  async function toolsFor(annotations: object, kinds: readonly string[] = LOCAL_KINDS) {
    const kubectl = await scriptedKubectl({
      "get crds": kinds.map((kind) => `${kind} 2026-11-25T06:00:00Z`).join("\n"),
      "config view": "contexts: [{ name: context-1 }, { name: context-2 }]",
      "version --output json": '{"serverVersion": {"gitVersion": "v1.35.4"}}',
      "get nodes": JSON.stringify({ items: [{ metadata: { name: "one", annotations } }] }),
    });
    return toolsOf("existing", { kubectl: tool(kubectl) });
  }

  it("are used as they are when nothing has to be pulled there", async () => {
    const tools = await toolsFor({ "kwok.x-k8s.io/node": "fake" });

    expect(
      await startRegions(await temporaryInstance(), planOf("existing"), tools, options(undefined)),
    ).toMatchObject([
      { name: "region-1", context: "context-1", outcome: "unchanged" },
      { name: "region-2", context: "context-2", outcome: "unchanged" },
    ]);
  });

  it("are refused when they do not serve what the stack's objects are, with the command that installs it", async () => {
    const tools = await toolsFor({ "kwok.x-k8s.io/node": "fake" }, LOCAL_KINDS.slice(1));

    await expect(
      startRegions(await temporaryInstance(), planOf("existing"), tools, options(undefined)),
    ).rejects.toThrow(
      "The cluster of context context-1 does not serve kinds of objects that the stack holds: alertmanagerconfigs.monitoring.coreos.com",
    );
  });

  it("are refused without an image when their nodes are real, with the way to one", async () => {
    const tools = await toolsFor({});
    const start = (image: string | undefined) =>
      temporaryInstance().then((instance) =>
        startRegions(instance, planOf("existing"), tools, options(image)),
      );

    await expect(start(undefined)).rejects.toThrow(
      "The nodes of context context-1 run real containers and need an image that they can pull. " +
        "Push one and pass it: npm run up -- --context … --image <repository>@sha256:<digest>",
    );
    await expect(start("example.com/runtime@sha256:abc")).resolves.toHaveLength(2);
  });
});
