import type { Container } from "../manifests/pod-templates.ts";
import type { Parameters } from "../pack/facts.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { secondsOfDelay, secondsToFailAtMost } from "./probe.ts";

/** How long probes may take until they have an effect: one that takes for ever is none. */
export interface ProbeCeilings {
  readonly maxStartupSeconds: number;
  readonly maxLivenessSeconds: number;
  readonly maxReadinessSeconds: number;
}

const CEILINGS = [
  { name: "startupProbe", maximum: "maxStartupSeconds", effect: "killed where it never starts" },
  { name: "livenessProbe", maximum: "maxLivenessSeconds", effect: "killed where it hangs" },
  { name: "readinessProbe", maximum: "maxReadinessSeconds", effect: "spared where it cannot answer" },
] as const;

const ceiling = (what: string, seconds: number) => ({
  type: "integer" as const,
  minimum: 1,
  default: seconds,
  description: `How many seconds it may take at the most until ${what}.`,
});

export const CEILING_PARAMETERS: Parameters<ProbeCeilings> = {
  maxStartupSeconds: ceiling("a container that never starts is killed", 900),
  maxLivenessSeconds: ceiling("a container that hangs is killed", 300),
  maxReadinessSeconds: ceiling("a container that cannot answer is sent no more clients", 60),
};

export function judgeCeilings({ label, field }: Container, config: ProbeCeilings): Finding[] {
  return CEILINGS.flatMap(({ name, maximum, effect }) => {
    const probe = field.at(name);
    // A pod that waits before it is ready at all is no danger.
    const delay = name === "readinessProbe" ? 0 : secondsOfDelay(probe);
    const seconds = delay + secondsToFailAtMost(probe);
    if (probe.missing || !(seconds > config[maximum])) return [];
    const reason = `${label} is ${effect} only after ${seconds} s; allowed: up to ${config[maximum]} s.`;
    return [violation(probe, reason, "Lower periodSeconds, timeoutSeconds or failureThreshold.")];
  });
}
