import Anthropic, { type ClientOptions } from "@anthropic-ai/sdk";
import { GATEWAY_KEY } from "../running-gateway.ts";

/** One request as the SDK put it on the wire. */
interface Attempt {
  readonly atMs: number;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** The official SDK as anybody would set it up, except that it remembers what it sent. */
export function createRecordingClient(gateway: { readonly url: string }, options: ClientOptions = {}) {
  const attempts: Attempt[] = [];
  const client = new Anthropic({
    baseURL: gateway.url,
    apiKey: GATEWAY_KEY,
    logLevel: "off",
    fetch: (url, init) => {
      attempts.push({
        atMs: performance.now(),
        url: String(url),
        headers: new Headers(init?.headers),
        body: String(init?.body ?? ""),
      });
      return fetch(url, init);
    },
    ...options,
  });
  return { client, attempts };
}

/** What a call failed with. */
export const failureOf = (work: PromiseLike<unknown>) =>
  Promise.resolve(work).then(
    () => {
      throw new Error("the call did not fail");
    },
    (error: unknown) => error,
  );

export const user = (content: string) => ({ role: "user" as const, content });
