import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const SAMPLE_MS = 1_500;

/** How busy all cores are with other things, in percent: asked while the bench itself does nothing. */
export async function sampleMachineLoad(signal: AbortSignal): Promise<number> {
  const before = await readFile("/proc/stat", "utf8");
  await delay(SAMPLE_MS, undefined, { signal });
  return busyPercent(before, await readFile("/proc/stat", "utf8"));
}

/** @param before, after two states of `/proc/stat` */
export function busyPercent(before: string, after: string): number {
  const [one, other] = [readTicks(before), readTicks(after)];
  const total = other.total - one.total;
  return total <= 0 ? 0 : (1 - (other.idle - one.idle) / total) * 100;
}

/** The first line sums up all cores; its fourth and fifth figures are idle and waiting for disks. */
function readTicks(stat: string): { idle: number; total: number } {
  const [line = ""] = stat.split("\n", 1);
  const ticks = line.split(/\s+/).slice(1).map(Number);
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), total: ticks.reduce((sum, each) => sum + each, 0) };
}
