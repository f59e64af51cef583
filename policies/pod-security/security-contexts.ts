import type { Field } from "../manifests/field.ts";
import type { PodTemplate } from "../manifests/pod-templates.ts";

/** One place where security settings stand. */
export interface SecurityContext {
  /** `the pod` or `container "coordinator"`, for messages. */
  readonly label: string;
  readonly field: Field;
}

/** The pod's own security context, which its containers inherit, and that of each container. */
export function securityContextsOf({ spec, containers }: PodTemplate): SecurityContext[] {
  return [
    { label: "the pod", field: spec.at("securityContext") },
    ...containers.map(({ label, field }) => ({ label, field: field.at("securityContext") })),
  ];
}

/** A setting as messages show it. */
export function show(setting: Field): string {
  if (setting.missing) return "not set";
  // What an object or a list holds may not be known yet, and reading it would then fail.
  return setting.composite ? "no single value" : JSON.stringify(setting.value);
}
