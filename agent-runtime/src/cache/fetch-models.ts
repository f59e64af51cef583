import { GatewayError } from "../errors.ts";
import { toUpstreamError, type Upstream, type UpstreamResponse } from "../gateway/upstream.ts";
import type { FetchModels } from "./models-cache.ts";

/** The whole list has some ten kilobytes. */
const MAX_BYTES = 4 * 1024 ** 2;

interface FetchModelsOptions {
  readonly upstream: Pick<Upstream, "send">;
  /** For the whole answer. */
  readonly timeoutMs: number;
}

/**
 * Asks the upstream for its models, in nobody's name: no caller's leaving cancels it.
 *
 * @throws {GatewayError} (the returned function) when no whole answer came in time.
 */
export function createFetchModels({ upstream, timeoutMs }: FetchModelsOptions): FetchModels {
  return async ({ path, headers }) => {
    const controller = new AbortController();
    const tooLate = new GatewayError("first_byte_timeout", `It was given ${timeoutMs / 1000} s.`);
    const timer = setTimeout(() => controller.abort(tooLate), timeoutMs);
    try {
      const response = await upstream.send({ method: "GET", path, headers }, controller.signal);
      return {
        status: response.status,
        contentType: String(response.headers["content-type"] ?? "application/json"),
        body: await readWhole(response),
      };
    } catch (thrown) {
      throw controller.signal.aborted ? tooLate : toUpstreamError(thrown);
    } finally {
      clearTimeout(timer);
    }
  };
}

async function readWhole({ body }: UpstreamResponse): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES)
      throw new GatewayError("upstream_unusable", `It is longer than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
