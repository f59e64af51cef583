import { z } from "zod";

const rowSchema = z.object({ percent: z.number() });

/**
 * Which part of the requests a switch lets pass, from its row in the table `switches`: `{"percent":20,…}`. A row that
 * says nothing readable lets nothing pass, because somebody wrote it to stop something.
 */
export function switchPercent(row: string): number {
  try {
    return rowSchema.parse(JSON.parse(row)).percent;
  } catch {
    return 0;
  }
}
