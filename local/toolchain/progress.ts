/** What the resolver is busy with. */
export type ToolPhase = "path" | "cache" | "wait" | "download" | "build" | "install" | "ready";

/** One line of progress, ready to be shown. */
export interface ToolProgress {
  readonly tool: string;
  readonly phase: ToolPhase;
  readonly message: string;
  /** Milliseconds since work on this tool began. */
  readonly elapsedMs: number;
}

/** Says one line about the tool at hand. */
export type Report = (phase: ToolPhase, message: string) => void;

const TICK_MS = 1000;

/** Binds progress to one tool and its starting time. */
export function createReport(tool: string, onProgress: ((event: ToolProgress) => void) | undefined): Report {
  const startedAt = performance.now();
  return (phase, message) =>
    onProgress?.({ tool, phase, message, elapsedMs: Math.round(performance.now() - startedAt) });
}

/** Calls `tick` with the elapsed milliseconds about every second until `work` is settled. */
export async function tickWhile<T>(tick: (elapsedMs: number) => void, work: Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const timer = setInterval(() => tick(performance.now() - startedAt), TICK_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** `75 s` becomes `1 min 15 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}
