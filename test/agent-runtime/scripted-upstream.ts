import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** What the upstream received. */
interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

type Script = (response: ServerResponse, request: ReceivedRequest) => void | Promise<void>;

/** An upstream that answers as the test says and remembers what it was asked. */
export async function startScriptedUpstream() {
  let script: Script = (response) => respondJson(response, 200, ANSWER);
  const received: ReceivedRequest[] = [];
  const closed: Promise<number>[] = [];

  async function onRequest(request: IncomingMessage, response: ServerResponse) {
    closed.push(
      new Promise((resolve) => {
        response.once("close", () => resolve(performance.now()));
      }),
    );
    const { method = "", url = "", headers } = request;
    const entry = { method, url, headers, body: await buffer(request) };
    received.push(entry);
    await script(response, entry);
  }

  const server = createServer((request, response) => {
    onRequest(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    /** For each request, when its connection was done with it. */
    closed,
    answerWith(next: Script) {
      script = next;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export type ScriptedUpstream = Awaited<ReturnType<typeof startScriptedUpstream>>;

export const ANSWER = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-5-5",
  content: [{ type: "text", text: "Hi" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: {
    input_tokens: 100,
    output_tokens: 10,
    cache_read_input_tokens: 1000,
    cache_creation_input_tokens: 0,
  },
};

export function respondJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", "request-id": "req_up_1", ...headers });
  response.end(JSON.stringify(body));
}

export const event = (type: string, fields: object = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

export const MESSAGE_START = event("message_start", {
  message: { ...ANSWER, content: [], stop_reason: null, usage: { input_tokens: 100, output_tokens: 1 } },
});
export const BLOCK_START = event("content_block_start", {
  index: 0,
  content_block: { type: "text", text: "" },
});
export const delta = (text: string) =>
  event("content_block_delta", { index: 0, delta: { type: "text_delta", text } });
export const STREAM_END = [
  event("content_block_stop", { index: 0 }),
  event("message_delta", {
    delta: { stop_reason: "end_turn", stop_sequence: null },
    usage: { output_tokens: 25 },
  }),
  event("message_stop"),
].join("");

/** A whole stream that says "Hi there". */
export const STREAM = MESSAGE_START + BLOCK_START + delta("Hi ") + delta("there") + STREAM_END;

export function beginStream(response: ServerResponse, ...parts: (string | Buffer)[]): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_up_1" });
  for (const part of parts) response.write(part);
}
