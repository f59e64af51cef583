import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { BenchContext } from "../bench-context.ts";

/** English text has about four characters a token. */
const CHARACTERS_PER_TOKEN = 4;
const SENTENCE = "The quick brown fox jumps over the lazy dog while forty benchmarks run. ";

/** A request body whose prompt has about so many tokens. */
export function messageBody(options: {
  readonly model: string;
  readonly promptTokens: number;
  readonly stream?: boolean;
}): string {
  const { model, promptTokens, stream } = options;
  const characters = promptTokens * CHARACTERS_PER_TOKEN;
  const content = SENTENCE.repeat(Math.ceil(characters / SENTENCE.length)).slice(0, characters);
  return JSON.stringify({
    model,
    max_tokens: 256,
    ...(stream === true ? { stream } : {}),
    messages: [{ role: "user", content }],
  });
}

/** Writes the body where the driver reads it. */
export async function writeBody(
  { folder }: BenchContext,
  options: Parameters<typeof messageBody>[0],
): Promise<string> {
  const file = path.join(folder, `${options.model}-${options.promptTokens}.json`);
  await writeFile(file, messageBody(options));
  return file;
}
