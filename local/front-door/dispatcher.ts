import { Agent, buildConnector } from "undici";
import { connectWithin } from "./connect-within.ts";
import type { OpenConnections } from "./open-connections.ts";

/**
 * From this time of silence on the kernel probes an open connection, ten times a second apart (libuv's figures). A
 * powered-off worker sends no reset: without probes its streams would stay open and silent for ever. While something
 * sent is not yet acknowledged there are no probes; that is what `silenceMs` is for.
 */
const SILENCE_BEFORE_PROBES_MS = 1_000;

/** Sends requests and checks to endpoints. Every one gets a connection of its own. */
export function buildDispatcher(
  connectTimeoutMs: number,
  connections: OpenConnections,
  connect: buildConnector.connector = connectTcp(connectTimeoutMs),
): Agent {
  return new Agent({
    allowH2: false,
    // No connection is used twice: on one that was open when its worker lost power a request would vanish, and only a
    // connect that fails can be tried elsewhere. For a check, an old connection says nothing about new ones.
    pipelining: 0,
    // Time limits of turns are the runtime's: a silent stream is not a broken one.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connections.remembering(connectWithin(connectTimeoutMs, connect)),
  });
}

function connectTcp(timeout: number): buildConnector.connector {
  return buildConnector({ allowH2: false, keepAliveInitialDelay: SILENCE_BEFORE_PROBES_MS, timeout });
}
