import type { ComponentGraph, ComponentNode } from "./component-graph.ts";

const REGION = "Region";

/**
 * Writes a graph in Graphviz's language. Regions are alike, so the first is drawn in full and the others as one box each.
 *
 * @param title stands above the drawing
 */
export function renderDot({ roots, edges }: ComponentGraph, title: string): string {
  const [first, ...others] = roots.filter(({ kind }) => kind === REGION);
  const folded = new Map(others.flatMap((region) => urnsIn(region).map((urn) => [urn, region.urn])));
  const drawn = edges
    .map(([from, to]) => [folded.get(from) ?? from, folded.get(to) ?? to] as const)
    .filter(([from, to]) => from !== to);
  const lines = [
    `label=${quote(title)}; labelloc=t; fontsize=20; fontname="Helvetica"; rankdir=LR; nodesep=0.15; ranksep=0.6;`,
    'node [shape=box, margin="0.2,0.08", style="rounded,filled", fillcolor="#f4f6fb", color="#5b6b95", fontname="Helvetica", fontsize=11];',
    'edge [color="#8a94ad", arrowsize=0.6];',
    ...roots.flatMap((root) => (others.includes(root) && first ? [foldedNode(root, first)] : draw(root))),
    ...distinct(drawn.map(([from, to]) => `${quote(from)} -> ${quote(to)};`)),
  ];
  return `digraph stack {\n${lines.map((line) => `  ${line}`).join("\n")}\n}\n`;
}

function draw(node: ComponentNode): string[] {
  if (node.children.length === 0) return [boxOf(node)];
  return [
    `subgraph ${quote(`cluster_${node.urn}`)} {`,
    `  label=${quote(titleOf(node))}; style="rounded"; color="#5b6b95"; fontsize=13;`,
    `  ${boxOf(node, [])}`,
    ...node.children.flatMap(draw).map((line) => `  ${line}`),
    "}",
  ];
}

/** The component itself. Within a frame the frame has its title. */
function boxOf(node: ComponentNode, title: readonly string[] = [titleOf(node)]): string {
  const kinds = node.resources.map(([kind, count]) => (count === 1 ? kind : `${count} × ${kind}`));
  return `${quote(node.urn)} [label=${quote([...title, ...kinds].join("\n"))}];`;
}

function foldedNode(region: ComponentNode, first: ComponentNode): string {
  return `${quote(region.urn)} [label=${quote(`${titleOf(region)}\nas ${first.label}`)}, fillcolor="#e6ebf7"];`;
}

const titleOf = ({ kind, label }: ComponentNode) =>
  kind.toLowerCase() === label ? kind : `${kind}: ${label}`;

const urnsIn = (node: ComponentNode): string[] => [node.urn, ...node.children.flatMap(urnsIn)];

const quote = (text: string) => JSON.stringify(text);

const distinct = (lines: readonly string[]) => [...new Set(lines)];
