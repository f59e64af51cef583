import { styleText } from "node:util";
import { kindOf, withoutPrefix } from "./component-graph.ts";
import type { PlannedResource } from "./planned-resources.ts";

/** All resources, each below the component that makes it, with the part of its name that its parent does not have. */
export function renderTree(resources: readonly PlannedResource[]): string[] {
  const byParent = Map.groupBy(resources, ({ parent }) => parent ?? "");
  return draw("", "", byParent);
}

function draw(
  parent: string,
  parentName: string,
  byParent: ReadonlyMap<string, readonly PlannedResource[]>,
): string[] {
  const below = byParent.get(parent) ?? [];
  return below.flatMap(({ urn, type, name }, index) => {
    const isLast = index === below.length - 1;
    const isComponent = byParent.has(urn);
    const kind = kindOf(type);
    const line = `${isComponent ? styleText("bold", kind) : kind} ${withoutPrefix(name, parentName)}`;
    const children = draw(urn, name, byParent).map((child) => `${isLast ? "   " : "│  "}${child}`);
    return [`${isLast ? "└─" : "├─"} ${line}`, ...children];
  });
}
