import { z } from "zod";
import type { StoreEvent, TableName } from "../contract.ts";

/** What processes tell each other. */
type SharedEvent = Extract<StoreEvent, { readonly kind: "table" | "broadcast" }>;

const messageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("table"), table: z.string(), id: z.string() }),
  z.object({ kind: z.literal("broadcast"), topic: z.string(), message: z.string() }),
]);

export function eventMessage(event: SharedEvent): string {
  return JSON.stringify(event);
}

/** @returns undefined for what is not such a message: another version may say other things. */
export function readEventMessage(message: string): SharedEvent | undefined {
  try {
    const event = messageSchema.parse(JSON.parse(message));
    // Nobody listens for a table of another version.
    return event.kind === "table" ? { ...event, table: event.table as TableName } : event;
  } catch {
    return undefined;
  }
}
