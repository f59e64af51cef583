import { z } from "zod";
import modelsFile from "../../data/models.json" with { type: "json" };

const usd = z.number().nonnegative();
const day = z.iso.date();

const pricesSchema = z.strictObject({
  input: usd,
  output: usd,
  cacheWrite5m: usd,
  cacheWrite1h: usd,
  cacheRead: usd,
});

const modelSchema = z.strictObject({
  id: z.string().regex(/^claude-[a-z0-9-]+$/),
  displayName: z.string().min(1),
  aliases: z.array(z.string()),
  releasedOn: day.nullable(),
  contextWindowTokens: z.int().positive(),
  maxOutputTokens: z.int().positive(),
  usdPerMillionTokens: pricesSchema,
  /** Prices of a request whose prompt, cached parts included, is longer than `aboveTokens`. */
  longPrompt: z
    .strictObject({ aboveTokens: z.int().positive(), usdPerMillionTokens: pricesSchema })
    .nullable(),
  deprecatedOn: day.nullable(),
  retiresNotBefore: day.nullable(),
  retiresOn: day.nullable(),
  replacement: z.string().nullable(),
  source: z.url(),
});

const modelsFileSchema = z.strictObject({ checkedOn: day, models: z.array(modelSchema).min(1) }).refine(
  ({ models }) => {
    const names = models.flatMap(({ id, aliases }) => [id, ...aliases]);
    return new Set(names).size === names.length;
  },
  { error: "two models share an id or an alias" },
);

/** One Claude model: its limits, prices in US dollars per million tokens, and life cycle. */
export type ModelFacts = z.output<typeof modelSchema>;

/** What one call used, in tokens. `inputTokens` leaves out what was written to or read from the cache. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
}

export const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  cacheReadTokens: 0,
  outputTokens: 0,
};

/** The models this build knows. */
export interface ModelCatalogue {
  readonly models: readonly ModelFacts[];
  /** Finds a model by id or alias. */
  find(name: string): ModelFacts | undefined;
}

/**
 * Checks and indexes `data/models.json`.
 *
 * @throws {z.ZodError} when the file does not have the form above.
 */
export function loadModels(file: unknown = modelsFile): ModelCatalogue {
  const { models } = modelsFileSchema.parse(file);
  const byName = new Map(
    models.flatMap((model) => [model.id, ...model.aliases].map((name) => [name, model])),
  );
  return { models, find: (name) => byName.get(name) };
}

const promptTokens = (usage: TokenUsage) =>
  usage.inputTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens + usage.cacheReadTokens;

/** All tokens of a call, in and out. */
export const totalTokens = (usage: TokenUsage) => promptTokens(usage) + usage.outputTokens;

/** What a call cost at list price, in US dollars. */
export function costUsd(model: ModelFacts, usage: TokenUsage): number {
  const { longPrompt, usdPerMillionTokens } = model;
  const isLong = longPrompt !== null && promptTokens(usage) > longPrompt.aboveTokens;
  const prices = isLong ? longPrompt.usdPerMillionTokens : usdPerMillionTokens;
  const millionths =
    usage.inputTokens * prices.input +
    usage.cacheWrite5mTokens * prices.cacheWrite5m +
    usage.cacheWrite1hTokens * prices.cacheWrite1h +
    usage.cacheReadTokens * prices.cacheRead +
    usage.outputTokens * prices.output;
  return millionths / 1_000_000;
}
