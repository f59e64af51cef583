import { ErrorReply } from "redis";
import { StoreUnavailableError } from "../contract.ts";

/** Replies of a server that is not, or no longer, the right one for anything: another connection may help. */
const ENDING = new Set([
  "READONLY",
  "LOADING",
  "MASTERDOWN",
  "NOREPLICAS",
  "MISCONF",
  "NOAUTH",
  "WRONGPASS",
  "NOPERM",
  "BUSY",
  "CLUSTERDOWN",
  "MOVED",
  // Scripts are loaded with each new connection.
  "NOSCRIPT",
]);

/** The store answered, with an error: what was asked for was not done. */
export class StoreReplyError extends StoreUnavailableError {
  /** First word of the reply: `READONLY`, `OOM`, `ERR`. */
  readonly code: string;

  constructor(reply: ErrorReply) {
    const code = reply.message.split(" ", 1)[0] ?? "";
    super(`The store refused: ${reply.message}`, { cause: reply });
    this.name = "StoreReplyError";
    this.code = code;
  }

  /** Whether other commands on this connection would fare no better. */
  get endsConnection(): boolean {
    return ENDING.has(this.code);
  }
}

/** A fault of the client library as one of ours. */
export function toStoreError(fault: unknown): StoreUnavailableError {
  if (fault instanceof StoreUnavailableError) return fault;
  if (fault instanceof ErrorReply) return new StoreReplyError(fault);
  const message = fault instanceof Error ? fault.message : String(fault);
  return new StoreUnavailableError(`The store cannot be reached: ${message}`, { cause: fault });
}
