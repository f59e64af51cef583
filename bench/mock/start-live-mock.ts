import path from "node:path";
import { findFreePorts } from "../../local/region/free-ports.ts";
import type { BenchContext } from "../bench-context.ts";
import { waitReady } from "../processes/wait-ready.ts";
import type { Mock } from "./static-mock.ts";

export interface LiveMock extends Mock {
  /** How many requests it has refused with 429 since it was started. */
  limitedCount(): Promise<number>;
}

/** Starts the mock upstream of streams and rate limits. */
export async function startLiveMock({ processes, signal }: BenchContext): Promise<LiveMock> {
  const [port = 0] = await findFreePorts(1);
  const program = path.join(import.meta.dirname, "live-mock.ts");
  const owned = processes.start({
    name: "live-mock",
    file: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", program, String(port)],
  });
  const url = `http://127.0.0.1:${port}`;
  await waitReady(owned, `${url}/counts`, { signal });
  return {
    url,
    stop: () => owned.stop(),
    async limitedCount() {
      const counts = (await (await fetch(`${url}/counts`)).json()) as { limited: number };
      return counts.limited;
    },
  };
}
