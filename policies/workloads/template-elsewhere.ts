import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided } from "../pack/finding.ts";

/**
 * What was found missing in a pod, unless a Rollout takes its pods from another workload by `workloadRef`: that one is
 * judged by itself. Where a Rollout has a template too, the template counts.
 */
export function unlessElsewhere({ manifest, spec }: PodTemplate, findings: readonly Finding[]): Finding[] {
  if (manifest.kind !== "Rollout" || !spec.missing || findings.length === 0) return [...findings];
  const reference = manifest.root.at("spec", "workloadRef");
  if (reference.unknown) return [undecided(reference)];
  return reference.missing ? [...findings] : [];
}
