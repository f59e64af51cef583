/**
 * The upstream of streams and of rate limits, a program of its own. `GET /counts` tells how often it has answered what.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  deltaEvent,
  MODELS,
  messageJson,
  nowUs,
  RATE_LIMITED_JSON,
  STREAM_END,
  streamBeginning,
} from "./answers.ts";
import { DeltaClock } from "./delta-clock.ts";

const counts = { answered: 0, limited: 0, streamed: 0 };
const clock = new DeltaClock();

const server = createServer((request, response) => {
  request.socket.setNoDelay(true);
  if (request.method === "GET") answerJson(response, 200, JSON.stringify(counts));
  else answer(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 120_000;
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", 4096);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { model, stream } = JSON.parse(await readText(request)) as { model: string; stream?: boolean };
  if (model === MODELS.limited) {
    counts.limited += 1;
    answerJson(response, 429, RATE_LIMITED_JSON);
  } else if (stream === true) {
    counts.streamed += 1;
    startStream(response, model);
  } else {
    counts.answered += 1;
    answerJson(response, 200, messageJson(model));
  }
}

function answerJson(response: ServerResponse, status: number, body: string): void {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, "request-id": "req_bench" });
  response.end(body);
}

function startStream(response: ServerResponse, model: string): void {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "transfer-encoding": "chunked",
    "request-id": "req_bench",
  });
  response.write(streamBeginning(model));
  const { socket } = response;
  if (socket === null) return;
  const seat = clock.add({
    // Straight to the socket, framed here: half the cost of the response's own way at 50,000 deltas a second.
    tick: (number) => socket.write(chunk(deltaEvent(number, nowUs())), "latin1"),
    end: () => response.end(STREAM_END),
  });
  response.once("close", seat.leave);
}

function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
