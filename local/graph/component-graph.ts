import type { PlannedResource } from "./planned-resources.ts";

/** A component of the stack with what it makes itself. */
export interface ComponentNode {
  readonly urn: string;
  /** Class of the component, such as `AgentService`. */
  readonly kind: string;
  /** Its name without that of its parent. */
  readonly label: string;
  /** How many resources of each kind it makes, sorted by kind; components below it left out. */
  readonly resources: readonly (readonly [kind: string, count: number])[];
  readonly children: readonly ComponentNode[];
}

export interface ComponentGraph {
  readonly roots: readonly ComponentNode[];
  /** Pairs of URNs: the first needs something of the second. */
  readonly edges: readonly (readonly [from: string, to: string])[];
}

const isComponent = ({ type }: PlannedResource) => type.startsWith("claude-agents:");
/** The last part of a type: `Deployment` of `kubernetes:apps/v1:Deployment`. */
export const kindOf = (type: string) => type.split(":").at(-1) ?? type;

/** Folds the resources of a program into its components and what those need of each other. */
export function componentGraph(resources: readonly PlannedResource[]): ComponentGraph {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const parentOf = (resource: PlannedResource) =>
    resource.parent === undefined ? undefined : byUrn.get(resource.parent);
  const ownerOf = (resource: PlannedResource | undefined): PlannedResource | undefined =>
    resource === undefined || isComponent(resource) ? resource : ownerOf(parentOf(resource));

  const nodeOf = (component: PlannedResource): ComponentNode => {
    const below = resources.filter(({ parent }) => parent === component.urn);
    return {
      urn: component.urn,
      kind: kindOf(component.type),
      label: withoutPrefix(component.name, parentOf(component)?.name),
      resources: countKinds(below.filter((resource) => !isComponent(resource))),
      children: below.filter(isComponent).map(nodeOf),
    };
  };

  const lineageOf = (component: PlannedResource | undefined): string[] =>
    component === undefined ? [] : [component.urn, ...lineageOf(parentOf(component))];
  const edges = resources.flatMap((resource) => {
    const from = ownerOf(resource);
    return resource.dependencies.flatMap((urn): [string, string][] => {
      const to = ownerOf(byUrn.get(urn));
      if (from === undefined || to === undefined) return [];
      const isWithinOne = lineageOf(from).includes(to.urn) || lineageOf(to).includes(from.urn);
      return isWithinOne ? [] : [[from.urn, to.urn]];
    });
  });
  return {
    roots: resources.filter((resource) => isComponent(resource) && resource.parent === undefined).map(nodeOf),
    edges: distinct(edges),
  };
}

/** A name without that of its parent before it. */
export function withoutPrefix(name: string, prefix: string | undefined): string {
  return prefix !== undefined && name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1) : name;
}

function countKinds(resources: readonly PlannedResource[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { type } of resources) counts.set(kindOf(type), (counts.get(kindOf(type)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function distinct(edges: readonly [string, string][]): [string, string][] {
  return [...new Map(edges.map((edge) => [edge.join("\n"), edge])).values()];
}
