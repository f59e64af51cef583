import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";

/** The rules of a PrometheusRule, of all its groups. */
export function rulesOf({ root }: Manifest): Field[] {
  return root
    .at("spec", "groups")
    .items()
    .flatMap((group) => group.at("rules").items());
}

/** A PrometheusRule with these rules, for examples. */
export function ruleExample(...rules: readonly object[]): object {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "claude-agents", namespace: "ai-agents" },
    spec: { groups: [{ name: "claude-agents", rules }] },
  };
}
