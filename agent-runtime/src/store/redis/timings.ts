/** All in milliseconds. */
export interface RedisTimings {
  /** How long an admission may take; an order to the store that nobody waits for may take twice as long. */
  readonly commandMs: number;
  /** A connection that answers nothing for so long, twice in a row, is given up. */
  readonly pingMs: number;
  readonly connectMs: number;
  /** The longest pause between two attempts to connect. */
  readonly backOffMs: number;
  /** Between two confirmations by a replica, while there is something to confirm. */
  readonly commitMs: number;
  /** How long a replica may take to confirm. */
  readonly confirmMs: number;
  /** After a failover, the time in which other processes bring in what the new master lacks, before any admits. */
  readonly settlingMs: number;
  /** Between two signs of life, and between two looks for processes that are gone. */
  readonly heartbeatMs: number;
  /** Without a sign of life for so long a process is gone. */
  readonly goneAfterMs: number;
  /** Between two looks at what the Sentinels say. */
  readonly masterCheckMs: number;
  readonly usageMs: number;
}

export const DEFAULT_TIMINGS: RedisTimings = {
  commandMs: 1000,
  pingMs: 1000,
  connectMs: 500,
  backOffMs: 500,
  commitMs: 250,
  confirmMs: 500,
  settlingMs: 500,
  heartbeatMs: 5000,
  goneAfterMs: 15_000,
  masterCheckMs: 5000,
  usageMs: 1000,
};
