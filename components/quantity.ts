/** One CPU and memory figure each, as Kubernetes writes them. */
export type Quantities = {
  /** CPU in cores or millicores: `500m`, `1`, `1.5`. */
  readonly cpu: string;
  /** Memory in bytes with a unit: `512Mi`, `2Gi`. */
  readonly memory: string;
};

/** What the containers of a workload ask for and may use at most. */
export type Resources = {
  /** What is kept free for each. */
  readonly requests: Quantities;
  /** What each may use at most: more CPU is slowed, more memory ends it. */
  readonly limits: Quantities;
};

/** The same figures for a container, with what it may write to the disk of its node: logs and `emptyDir` volumes. */
export function withEphemeralStorage(
  { requests, limits }: Resources,
  { request, limit }: { readonly request: string; readonly limit: string },
) {
  return {
    requests: { ...requests, "ephemeral-storage": request },
    limits: { ...limits, "ephemeral-storage": limit },
  };
}

const CPU = /^(\d{1,6}|\d{1,3}\.\d{1,3})(m?)$/;
const MEMORY = /^(\d{1,7})(Ki|Mi|Gi|Ti|k|M|G|T)$/;

const MEMORY_UNITS: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** More than any one container can get; a larger figure is a forgotten `m`. */
const MAX_CPU_MILLIS = 128_000;
const MIN_MEMORY_BYTES = 2 ** 20;
const MAX_MEMORY_BYTES = 64 * 2 ** 40;

/** What {@link parseCpuMillis} accepts, for messages. */
export const CPU_ALLOWED = "CPU from 1m to 128 cores such as 250m, 1 or 1.5";

/** What {@link parseMemoryBytes} accepts, for messages. */
export const MEMORY_ALLOWED =
  "bytes from 1Mi to 64Ti with a unit of Ki, Mi, Gi, Ti, k, M, G or T, such as 512Mi";

/**
 * Parses a CPU quantity into thousandths of a core.
 *
 * @throws RangeError for anything but `250m`, `1`, `1.5` between 1m and 128 cores. `500` is refused, not taken for 500 cores.
 */
export function parseCpuMillis(quantity: string): number {
  const match = CPU.exec(quantity);
  const millis = match?.[2] === "m" ? Number(match[1]) : Math.round(Number(match?.[1]) * 1000);
  if (Number.isInteger(millis) && millis >= 1 && millis <= MAX_CPU_MILLIS) return millis;
  throw new RangeError(`"${quantity}" is no CPU quantity; allowed: ${CPU_ALLOWED}`);
}

/**
 * Parses a memory or storage quantity into bytes.
 *
 * @throws RangeError for a figure without unit, an unknown unit (`2GB`) or one out of 1Mi to 64Ti.
 */
export function parseMemoryBytes(quantity: string): number {
  const match = MEMORY.exec(quantity);
  const bytes = Number(match?.[1]) * (MEMORY_UNITS[match?.[2] ?? ""] ?? Number.NaN);
  if (bytes >= MIN_MEMORY_BYTES && bytes <= MAX_MEMORY_BYTES) return bytes;
  throw new RangeError(`"${quantity}" is no memory quantity; allowed: ${MEMORY_ALLOWED}`);
}

/** Writes thousandths of a core the way Kubernetes reads them. */
export function formatCpu(millis: number): string {
  return `${Math.ceil(millis)}m`;
}

/** Writes bytes as whole mebibytes, rounded up. */
export function formatMemory(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)}Mi`;
}
