import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { respondJson, startScriptedUpstream } from "../scripted-upstream.ts";

const answerSchema = z.object({
  /** Absent: nothing is ever answered. */
  status: z.int().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(""),
  /** Whether the answer goes on for ever after its body. */
  open: z.boolean().default(false),
});

/**
 * A scripted upstream whose script comes from another process: `/control/answer` takes what every request is answered
 * with from then on, `/control/received` lists those requests, `/control/closed` answers once the last one is let go of.
 */
export async function startControlledUpstream() {
  const upstream = await startScriptedUpstream();
  let answer: z.output<typeof answerSchema> = answerSchema.parse({ status: 500 });
  let received: object[] = [];
  let arrived = Promise.withResolvers<void>();
  let closed: Promise<unknown> = Promise.resolve();

  upstream.answerWith(async (response, { url, headers, body }) => {
    switch (url) {
      case "/control/answer":
        answer = answerSchema.parse(JSON.parse(body.toString()));
        return respondJson(response, 200, {});
      case "/control/forget":
        received = [];
        arrived = Promise.withResolvers();
        return respondJson(response, 200, {});
      case "/control/received":
        return respondJson(response, 200, received);
      case "/control/arrived":
        await arrived.promise;
        return respondJson(response, 200, {});
      case "/control/closed":
        await closed;
        return respondJson(response, 200, {});
      default:
        received.push({ url, headers, body: body.toString() });
        closed = once(response, "close");
        arrived.resolve();
        return give(response);
    }
  });

  function give(response: ServerResponse): void {
    if (answer.status === undefined) return;
    response.writeHead(answer.status, answer.headers);
    response.write(answer.body);
    if (!answer.open) response.end();
  }

  return { url: upstream.url, close: upstream.close };
}
