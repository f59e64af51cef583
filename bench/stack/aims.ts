import type { Evaluation } from "./evaluations.ts";
import type { Operation } from "./operations.ts";

/** Everything that a run of this bench has measured. */
export interface StackReport {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  /** How busy the machine was with other things before it began, in percent. */
  readonly machineLoadPercent: number;
  readonly evaluations: readonly Evaluation[];
  readonly operations: readonly Operation[];
}

export interface Aim {
  readonly aim: string;
  readonly limit: string;
  readonly measured: string;
  readonly isMet: boolean;
}

const MAX_PREVIEW_MS = 5000;
const MAX_PROGRAM_MS = 500;
const MAX_POLICIES_MS = 2;
/** How much dearer a resource may be in the largest stack than in the smallest for growth to be called linear. */
const MAX_GROWTH = 1.25;

export const NAMES = {
  floor: "empty program, preview",
  bare: (stack: string) => `${stack}, preview without policies`,
  preview: (stack: string) => `${stack}, preview with policies`,
  up: (stack: string) => `${stack}, up from nothing`,
  again: (stack: string) => `${stack}, up again without changes`,
  prod: "prod",
  regions: (count: number) => `${count} ${count === 1 ? "region" : "regions"}`,
  agents: (count: number) => `1 region, ${count} classes of agents`,
} as const;

/** Holds a report against what was aimed at. */
export function judge({ evaluations, operations }: StackReport): Aim[] {
  const wall = (name: string) => operations.find((each) => each.name === name);
  const program = (name: string) => evaluations.find((each) => each.name === name);
  const preview = wall(NAMES.preview(NAMES.prod));
  const bare = wall(NAMES.bare(NAMES.prod));
  const policiesMs =
    preview && bare ? (preview.wallMs.median - bare.wallMs.median) / preview.resources : Number.NaN;
  const prod = program(NAMES.prod);
  const local = evaluations.filter(({ name }) => name.includes("region"));
  return [
    aimOf("preview of prod with policies", preview?.wallMs.median, MAX_PREVIEW_MS, "ms"),
    aimOf("evaluation of prod beyond the SDKs' imports", prod?.programMs.median, MAX_PROGRAM_MS, "ms"),
    aimOf("policies, a resource", policiesMs, MAX_POLICIES_MS, "ms"),
    aimOf(
      "growth: dearest resource by the cheapest of a stack that is larger",
      growthOf(local),
      MAX_GROWTH,
      "×",
    ),
    {
      aim: "the cloud's SDK is loaded only where it is configured",
      limit: "not loaded for regions without it",
      measured: local.some(({ loadsAws }) => loadsAws) ? "loaded" : "not loaded",
      isMet: !local.some(({ loadsAws }) => loadsAws),
    },
  ];
}

/** Each stack's time a resource by that of the smallest one; what begins once makes the larger ones cheaper. */
export function growthOf(evaluations: readonly Evaluation[]): number | undefined {
  const costs = evaluations
    .toSorted((a, b) => a.resources - b.resources)
    .map(({ programMs, resources }) => programMs.median / resources);
  const [smallest, ...larger] = costs;
  return smallest === undefined || larger.length === 0 ? undefined : Math.max(...larger) / smallest;
}

function aimOf(aim: string, value: number | undefined, limit: number, unit: string): Aim {
  const digits = unit === "ms" && limit > 100 ? 0 : 2;
  const format = (figure: number) => `${figure.toFixed(digits)} ${unit}`;
  const isMeasured = value !== undefined && Number.isFinite(value);
  return {
    aim,
    limit: `≤ ${format(limit)}`,
    measured: isMeasured ? format(value) : "not measured",
    isMet: isMeasured && value <= limit,
  };
}
