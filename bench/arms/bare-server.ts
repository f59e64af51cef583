/**
 * The bare pass-through: the least that a gateway of node:http and undici can do. It swaps the key and nothing else, so
 * what the gateway costs beyond it is the price of its features.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Pool } from "undici";

const { UPSTREAM_URL = "", UPSTREAM_KEY = "", PORT = "0" } = process.env;
const pool = new Pool(UPSTREAM_URL, { connections: null, headersTimeout: 0, bodyTimeout: 0 });

const server = createServer((request, response) => {
  if (request.method === "GET") response.end("ready");
  else passOn(request, response).catch(() => response.destroy());
});
server.listen(Number(PORT), "127.0.0.1", 4096);

async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { "content-type": type, "anthropic-version": version } = request.headers;
  const answer = await pool.request({
    method: "POST",
    path: request.url ?? "/",
    headers: {
      "x-api-key": UPSTREAM_KEY,
      "content-type": type ?? "application/json",
      ...(version === undefined ? {} : { "anthropic-version": version }),
    },
    body: await readBody(request),
  });
  response.writeHead(answer.statusCode, passedHeaders(answer.headers));
  answer.body.pipe(response);
}

function passedHeaders(headers: NodeJS.Dict<string | string[]>): NodeJS.Dict<string | string[]> {
  const { connection, "keep-alive": keepAlive, "transfer-encoding": encoding, ...passed } = headers;
  return passed;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}
