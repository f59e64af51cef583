import { GatewayError } from "../errors.ts";
import { toUpstreamError, type Upstream } from "../gateway/upstream.ts";
import type { FetchModels, ModelsRequest } from "./models-cache.ts";

interface FetchModelsOptions {
  readonly upstream: Pick<Upstream, "sendWhole">;
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
      const {
        status,
        headers: answered,
        whole,
      } = await upstream.sendWhole(
        { method: "GET", path, headers: sharedHeaders(headers) },
        controller.signal,
      );
      return { status, contentType: String(answered["content-type"] ?? "application/json"), body: whole };
    } catch (thrown) {
      throw controller.signal.aborted ? tooLate : toUpstreamError(thrown);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Everybody gets the answer, so nothing of one caller goes with the question but what the cache tells apart. */
function sharedHeaders(headers: ModelsRequest["headers"]): ModelsRequest["headers"] {
  return {
    "anthropic-version": headers["anthropic-version"],
    "anthropic-beta": headers["anthropic-beta"],
  };
}
