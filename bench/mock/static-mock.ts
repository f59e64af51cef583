import { findFreePorts } from "../../local/region/free-ports.ts";
import type { BenchContext } from "../bench-context.ts";
import { waitReady } from "../processes/wait-ready.ts";
import { MODELS, messageJson } from "./answers.ts";
import { nginxProgram } from "./nginx-program.ts";

export interface Mock {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The upstream of whatever is not streamed: nginx gives one and the same answer from memory, several times as often as
 * anything measured behind it.
 */
export async function startStaticMock(bench: BenchContext): Promise<Mock> {
  const [port = 0] = await findFreePorts(1);
  const answer = messageJson(MODELS.ordinary);
  const directives = `server {
    listen 127.0.0.1:${port} backlog=4096;
    default_type application/json;
    location / {
      add_header request-id "req_bench";
      return 200 '${answer}';
    }
  }`;
  const owned = bench.processes.start(await nginxProgram(bench, `static-mock-${port}`, directives));
  const url = `http://127.0.0.1:${port}`;
  await waitReady(owned, `${url}/ready`, { signal: bench.signal });
  return { url, stop: () => owned.stop() };
}
