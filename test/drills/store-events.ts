import { z } from "zod";

const count = z.int().nonnegative();

const summary = z.strictObject({
  /** How long writes were begun. */
  seconds: z.number(),
  sent: count,
  acknowledged: count,
  /** Acknowledged, and a replica said that it has them too. */
  confirmed: count,
  /** Acknowledged, and no replica said so in time. 0 where no confirmation was asked for. */
  unconfirmed: count,
  /** Refused or broken off. Some may be stored nevertheless. */
  failed: count,
  /** Neither acknowledged nor failed when the client ended. */
  unanswered: count,
  /** Errors of writes, by class. */
  errors: z.record(z.string(), count),
  /** Errors of the connections beneath, by class. */
  connectionErrors: z.record(z.string(), count),
  /** Longest time without a successful write: a confirmed one where confirmation was asked for. */
  longestGap: z.strictObject({ ms: z.number(), fromMs: z.number() }),
  /** How many writes the store had at the end. */
  stored: count,
  lostAcknowledged: count,
  lostConfirmed: count,
});

/** What became of the writes of one store client. */
export type StoreSummary = z.infer<typeof summary>;

/** A line that the store client prints. `time` is in ms since the epoch. */
export const storeEventSchema = z.discriminatedUnion("event", [
  z.strictObject({ event: z.literal("connected"), time: count, master: z.string() }),
  /** The first write has succeeded. */
  z.strictObject({ event: z.literal("writing"), time: count }),
  z.strictObject({ event: z.literal("master"), time: count, master: z.string() }),
  /** Writes succeed again after a second or more without success. */
  z.strictObject({ event: z.literal("resumed"), time: count, gapMs: z.number() }),
  z.strictObject({ event: z.literal("summary"), time: count, summary }),
]);

export type StoreEvent = z.infer<typeof storeEventSchema>;
