import { stripVTControlCharacters } from "node:util";
import { instance } from "@viz-js/viz";
import { describe, expect, test } from "vitest";
import { componentGraph } from "../../../local/graph/component-graph.ts";
import { renderDot } from "../../../local/graph/dot.ts";
import { readPlannedResources } from "../../../local/graph/planned-resources.ts";
import { renderTree } from "../../../local/graph/tree.ts";

const STACK = "urn:pulumi:prod::claude-agents::pulumi:pulumi:Stack::claude-agents-prod";

/** A plan as the engine writes it, from `parent/name type: dependencies` in short. */
function planOf(...resources: [urn: string, type: string, parent: string, dependencies?: string[]][]) {
  const plans = resources.map(([urn, type, parent, dependencies]) => [
    urn,
    { goal: { type, name: urn, custom: true, parent: parent === "" ? STACK : parent, dependencies } },
  ]);
  const stack = [STACK, { goal: { type: "pulumi:pulumi:Stack", name: "claude-agents-prod", parent: "" } }];
  return { resourcePlans: Object.fromEntries([stack, ...plans]), manifest: {} };
}

const REGION = "claude-agents:region:Region";
const SERVICE = "claude-agents:service:AgentService";
const VALKEY = "claude-agents:store:Valkey";

const PLAN = planOf(
  ["key", "claude-agents:auth:GatewayKey", ""],
  ["eu", REGION, ""],
  ["eu-coordinator", SERVICE, "eu", ["eu-set"]],
  ["eu-secret", "kubernetes:core/v1:Secret", "eu-coordinator", ["key"]],
  ["eu-a", "kubernetes:core/v1:ConfigMap", "eu-coordinator", ["eu"]],
  ["eu-b", "kubernetes:core/v1:ConfigMap", "eu-coordinator", ["eu-a"]],
  ["eu-valkey", VALKEY, "eu"],
  ["eu-set", "kubernetes:apps/v1:StatefulSet", "eu-valkey"],
  ["us", REGION, ""],
  ["us-coordinator", SERVICE, "us", ["key"]],
);

describe("the graph of a plan", () => {
  const graph = componentGraph(readPlannedResources(PLAN));

  test("has the components as they contain each other, without the names of those around them", () => {
    const [key, eu] = ["key", "eu"].map((urn) => graph.roots.find((root) => root.urn === urn));
    expect(key).toMatchObject({ kind: "GatewayKey", children: [], resources: [] });
    expect(eu?.children.map(({ kind, label }) => [kind, label])).toEqual([
      ["AgentService", "coordinator"],
      ["Valkey", "valkey"],
    ]);
  });

  test("counts what a component makes by kind", () => {
    const [coordinator] = graph.roots.find(({ urn }) => urn === "eu")?.children ?? [];
    expect(coordinator?.resources).toEqual([
      ["ConfigMap", 2],
      ["Secret", 1],
    ]);
  });

  test("has one edge where a component needs another, none to what it lies in or to itself", () => {
    expect(graph.edges).toEqual([
      ["eu-coordinator", "eu-valkey"],
      ["eu-coordinator", "key"],
      ["us-coordinator", "key"],
    ]);
  });
});

describe("the drawing", () => {
  const dot = renderDot(componentGraph(readPlannedResources(PLAN)), 'The stack "prod"');

  test("shows one region in full and the others as one box each", () => {
    expect(dot).toContain('"us" [label="Region: us\\nas eu"');
    expect(dot).toContain('"us" -> "key"');
    expect(dot).not.toContain("us-coordinator");
  });

  test("is a picture that Graphviz draws", async () => {
    const svg = (await instance()).renderString(dot, { format: "svg" });
    expect(svg).toContain("AgentService: coordinator");
    expect(svg).toContain("2 × ConfigMap");
    expect(svg).toContain("The stack &quot;prod&quot;");
  });

  test("is the same every time", () => {
    expect(renderDot(componentGraph(readPlannedResources(PLAN)), 'The stack "prod"')).toBe(dot);
  });
});

test("a file that is no plan is refused", () => {
  expect(() => readPlannedResources({})).toThrow();
});

test("the tree shows every resource below its component, without the part of its name that is its parent's", () => {
  const lines = renderTree(readPlannedResources(PLAN)).map((line) => stripVTControlCharacters(line));
  expect(lines).toEqual([
    "├─ Region eu",
    "│  ├─ AgentService coordinator",
    "│  │  ├─ ConfigMap eu-a",
    "│  │  ├─ ConfigMap eu-b",
    "│  │  └─ Secret eu-secret",
    "│  └─ Valkey valkey",
    "│     └─ StatefulSet eu-set",
    "├─ GatewayKey key",
    "└─ Region us",
    "   └─ AgentService coordinator",
  ]);
});
