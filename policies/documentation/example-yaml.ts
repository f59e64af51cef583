import { stringify } from "yaml";
import type { Example } from "../pack/facts.ts";

/** Longer values are written over several lines. */
const LINE = 100;

/** An example as YAML, headed by what it shows and what it is laid over. */
export function exampleYaml(example: Example): string {
  return `# ${example.what}${frameOf(example)}\n${partsOf(example).map(yaml).join("\n---\n")}`;
}

function frameOf(example: Example): string {
  if ("container" in example) return " (a container)";
  return "pod" in example ? " (a pod's spec)" : "";
}

function partsOf(example: Example): readonly object[] {
  if ("container" in example) return [example.container];
  if ("pod" in example) return [example.pod];
  return "objects" in example ? example.objects : example.cloud;
}

function yaml(value: object): string {
  const line = stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
  return line.length <= LINE && !line.includes("\n")
    ? line
    : stringify(value, { lineWidth: LINE, aliasDuplicateObjects: false }).trimEnd();
}
