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

export const SINGLE = "one by one";

const MAX_WHOLE_MS = 20_000;
const MAX_RESOURCE_MS = 2;
const MAX_PEAK_MIB = 1536;

/** Holds a report against what was aimed at. */
export function judge({ measurements, peakMiB }: PoliciesReport): Aim[] {
  const wholeMs = measurements.reduce((total, { wallMs }) => total + wallMs, 0);
  const single = measurements.find(({ name }) => name === SINGLE);
  const resourceMs = single === undefined ? Number.NaN : single.wallMs / single.resources;
  return [
    aimOf("everything below", wholeMs, MAX_WHOLE_MS, "ms", 0),
    aimOf("one resource, all policies", resourceMs, MAX_RESOURCE_MS, "ms", 2),
    aimOf("memory of the pack at its most", peakMiB, MAX_PEAK_MIB, "MiB", 0),
  ];
}

function aimOf(aim: string, value: number, limit: number, unit: string, digits: number): Aim {
  const format = (figure: number) => `${figure.toFixed(digits)} ${unit}`;
  return { aim, limit: `≤ ${format(limit)}`, measured: format(value), isMet: value <= limit };
}
