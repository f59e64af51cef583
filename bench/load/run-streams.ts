import path from "node:path";
import { execa } from "execa";
import type { BenchContext } from "../bench-context.ts";

export interface StreamLoad {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Streams open at once. */
  readonly concurrency: number;
  /** Streams that each connection carries one after another. */
  readonly streamsEach: number;
  /** Streams that are open then are cut off and count as lost. */
  readonly timeoutMs: number;
}

/** Times in microseconds; those to the first byte are of clean streams. */
export interface StreamFigures {
  readonly streams: number;
  readonly clean: number;
  readonly deltas: number;
  readonly firstByteP50Us: number;
  readonly firstByteP99Us: number;
  readonly gapP50Us: number;
  readonly gapP99Us: number;
  readonly delayP50Us: number;
  readonly delayP99Us: number;
}

/** Time that the driver gets beyond its own time-out before it is taken for stuck. */
const MARGIN_MS = 10_000;

/** Runs streams from a process of its own. */
export async function runStreams({ signal }: BenchContext, load: StreamLoad): Promise<StreamFigures> {
  const program = path.join(import.meta.dirname, "stream-driver.ts");
  const { stdout } = await execa(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", program, JSON.stringify(load)],
    { cancelSignal: signal, timeout: load.timeoutMs + MARGIN_MS, stdin: "ignore" },
  );
  return JSON.parse(stdout) as StreamFigures;
}
