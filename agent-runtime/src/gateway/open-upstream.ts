import type { Env } from "../env.ts";
import type { Logger } from "../log.ts";
import { loadModels } from "./models.ts";
import { startSimulatedClaude } from "./simulated-claude.ts";
import { createUpstream, type Upstream } from "./upstream.ts";
import { openUpstreamKeys } from "./upstream-keys.ts";

/**
 * The upstream that the environment names: the API, or the simulated Claude in this process.
 *
 * @throws {Error} when the file of keys cannot be read or holds none.
 */
export async function openUpstream(env: Env, log: Logger): Promise<Upstream> {
  const maxConnections = env.maxConcurrentRequests;
  if (env.upstream.kind === "anthropic") {
    const { baseUrl, apiKey } = env.upstream;
    const { keys, close } = openUpstreamKeys(apiKey, log);
    return closingToo(createUpstream({ baseUrl, apiKey: keys, simulated: false, maxConnections }), close);
  }
  const claude = await startSimulatedClaude(loadModels());
  const { baseUrl } = claude;
  const upstream = createUpstream({ baseUrl, apiKey: "simulated", simulated: true, maxConnections });
  return closingToo(upstream, () => claude.close());
}

function closingToo(upstream: Upstream, close: () => Promise<void> | void): Upstream {
  return {
    ...upstream,
    close: async () => {
      await upstream.close();
      await close();
    },
  };
}
