/**
 * Runs many streams at once and prints one JSON object of figures, a program of its own. Its argument is a
 * `StreamLoad` as JSON.
 */
import { setTimeout as delay } from "node:timers/promises";
import { DELTA_INTERVAL_MS, DELTAS_PER_STREAM } from "../mock/answers.ts";
import { percentile } from "../statistics.ts";
import type { StreamFigures, StreamLoad } from "./run-streams.ts";
import { StreamConnection, type StreamRecord } from "./stream-connection.ts";

const STREAM_MS = DELTAS_PER_STREAM * DELTA_INTERVAL_MS;

/** Connections that are opened at once; more would overflow the backlog of some servers. */
const OPENED_AT_ONCE = 64;

async function main(): Promise<void> {
  const load = JSON.parse(process.argv[2] ?? "") as StreamLoad;
  const url = new URL(`${load.url}/v1/messages`);
  const request = requestBytes(url, load);
  const connections = Array.from({ length: load.concurrency }, () => new StreamConnection(url, request));
  for (let first = 0; first < connections.length; first += OPENED_AT_ONCE) {
    await Promise.all(connections.slice(first, first + OPENED_AT_ONCE).map((each) => each.open()));
  }
  const deadline = setTimeout(() => {
    for (const connection of connections) connection.close();
  }, load.timeoutMs);
  const records = await Promise.all(connections.map((each, index) => runStreams(each, index, load)));
  clearTimeout(deadline);
  for (const connection of connections) connection.close();
  console.log(JSON.stringify(figuresOf(records.flat())));
}

/** Beginnings are spread over the length of a stream: from then on as many are open as the load says. */
async function runStreams(
  connection: StreamConnection,
  index: number,
  load: StreamLoad,
): Promise<StreamRecord[]> {
  await delay((index / load.concurrency) * STREAM_MS);
  const records: StreamRecord[] = [];
  for (let count = 0; count < load.streamsEach; count += 1) records.push(await connection.run());
  return records;
}

function requestBytes(url: URL, { headers, body }: StreamLoad): Buffer {
  const all = {
    host: url.host,
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

function figuresOf(records: readonly StreamRecord[]): StreamFigures {
  const sorted = (values: readonly number[]) => Float64Array.from(values).sort();
  const firstBytes = sorted(records.flatMap((each) => (each.isClean ? [each.firstByteUs] : [])));
  const gaps = sorted(records.flatMap(({ gapsUs }) => gapsUs));
  const delays = sorted(records.flatMap(({ delaysUs }) => delaysUs));
  return {
    streams: records.length,
    clean: records.filter(({ isClean }) => isClean).length,
    deltas: delays.length,
    firstByteP50Us: percentile(firstBytes, 0.5),
    firstByteP99Us: percentile(firstBytes, 0.99),
    gapP50Us: percentile(gaps, 0.5),
    gapP99Us: percentile(gaps, 0.99),
    delayP50Us: percentile(delays, 0.5),
    delayP99Us: percentile(delays, 0.99),
  };
}

await main();
