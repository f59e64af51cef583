import type { Field } from "../manifests/field.ts";
import { type Finding, undecided } from "../pack/finding.ts";

/**
 * What was found in a pod, unless it is declared for Windows: there the API refuses the very settings that the restricted
 * standard demands elsewhere. A pod that only claims to be for Windows gains nothing, since no Linux node starts it.
 * @param pod its spec
 */
export function unlessWindows(pod: Field, findings: readonly Finding[]): Finding[] {
  const system = pod.at("os", "name");
  if (system.value === "windows" || findings.length === 0) return [];
  return system.unknown ? [undecided(system)] : [...findings];
}

/** Whether a pod is for Windows as far as a preview can tell; such pods are not repaired. */
export function mayBeWindows(pod: Field): boolean {
  const system = pod.at("os", "name");
  return system.unknown !== undefined || system.value === "windows";
}
