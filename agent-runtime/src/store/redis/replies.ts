import { z } from "zod";

const textsSchema = z.array(z.string());

/** The field-value pairs of a reply that lists them flat, as `HGETALL` does. */
export function pairsOf(reply: unknown): [field: string, value: string][] {
  const texts = textsSchema.parse(reply);
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) pairs.push([texts[at] ?? "", texts[at + 1] ?? ""]);
  return pairs;
}

/** The `name:value` lines of `INFO`. */
export function infoOf(reply: unknown): ReadonlyMap<string, string> {
  const lines = z.string().parse(reply).split("\r\n");
  return new Map(
    lines.flatMap((line) => {
      const at = line.indexOf(":");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}
