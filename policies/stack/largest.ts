import { describeManifest } from "../manifests/manifest.ts";
import type { Demand } from "./demand.ts";

const SHOWN = 5;

/** What the largest workloads have in a sum, as `Deployment ai-agents/agent 5 (eu), …`. */
export function largest(demands: readonly Demand[], amountOf: (demand: Demand) => number): string {
  const sorted = demands.toSorted((one, other) => amountOf(other) - amountOf(one));
  const named = sorted
    .slice(0, SHOWN)
    .map(
      (demand) =>
        `${describeManifest(demand.placed.manifest)} ${rounded(amountOf(demand))} (${regionOf(demand)})`,
    );
  const others = sorted.slice(SHOWN);
  if (others.length === 0) return named.join(", ");
  return `${named.join(", ")}, ${others.length} more ${rounded(total(others, amountOf))}`;
}

export function total(demands: readonly Demand[], amountOf: (demand: Demand) => number): number {
  return demands.reduce((sum, demand) => sum + amountOf(demand), 0);
}

/** With two decimals at most. */
export function rounded(amount: number): string {
  return String(Math.round(amount * 100) / 100);
}

/** The name of the provider of a cluster. */
export function regionOf({ placed }: Pick<Demand, "placed">): string {
  return placed.resource.provider?.name ?? "default cluster";
}
