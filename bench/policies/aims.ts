/** Everything that a run of this bench has measured. */
export interface PoliciesReport {
  readonly date: string;
  readonly commit: string;
  readonly machine: string;
  /** How busy the machine was with other things before it began, in percent. */
  readonly machineLoadPercent: number;
  readonly policies: number;
  readonly measurements: readonly Measurement[];
  /** The most memory that the pack's process ever had. */
  readonly peakMiB: number;
}

/** What judging these resources took. */
export interface Measurement {
  readonly name: string;
  readonly resources: number;
  /** From the first request to the last answer, the asking side included. */
  readonly wallMs: number;
  /** Processor time of the pack's process alone. */
  readonly cpuMs: number;
  /** How many things the policies said. */
  readonly findings: number;
}

export interface Aim {
  readonly aim: string;
  readonly limit: string;
  readonly measured: string;
  readonly isMet: boolean;
}

/** What the engine asks of the pack for every stack: each resource, then all of them together. */
export const [SINGLE, TOGETHER] = ["one by one", "all of them as one stack"] as const;

const MAX_WHOLE_MS = 20_000;
const MAX_RESOURCE_MS = 2;
const MAX_PEAK_MIB = 1536;

/** Holds a report against what was aimed at. */
export function judge({ measurements, peakMiB }: PoliciesReport): Aim[] {
  const measured = (wanted: string) => measurements.find(({ name }) => name === wanted);
  const singleMs = measured(SINGLE)?.wallMs ?? Number.NaN;
  const togetherMs = measured(TOGETHER)?.wallMs ?? Number.NaN;
  const resourceMs = singleMs / (measured(SINGLE)?.resources ?? 1);
  return [
    aimOf("all resources, one by one and as one stack", singleMs + togetherMs, MAX_WHOLE_MS, "ms", 0),
    aimOf("one resource, all policies", resourceMs, MAX_RESOURCE_MS, "ms", 2),
    aimOf("memory of the pack at its most", peakMiB, MAX_PEAK_MIB, "MiB", 0),
  ];
}

function aimOf(aim: string, value: number, limit: number, unit: string, digits: number): Aim {
  const format = (figure: number) => `${figure.toFixed(digits)} ${unit}`;
  return { aim, limit: `≤ ${format(limit)}`, measured: format(value), isMet: value <= limit };
}
