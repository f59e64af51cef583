import type { Plan } from "./plan.ts";
import type { OwnedProcesses } from "./processes/owned-processes.ts";

/** What every part of a run needs. */
export interface BenchContext {
  readonly plan: Plan;
  /** Removed at the end. */
  readonly folder: string;
  readonly processes: OwnedProcesses;
  readonly tools: { readonly h2load: string; readonly nginx: string };
  readonly signal: AbortSignal;
  /** Tells what is being done now. */
  readonly say: (text: string) => void;
}
