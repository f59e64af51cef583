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

const factor = z.number().positive();

/** What the price of all tokens is multiplied by, by the value that the answer names; values not listed leave it. */
const multipliersSchema = z.strictObject({
  serviceTier: z.record(z.string(), factor),
  inferenceGeo: z.record(z.string(), factor),
  speed: z.record(z.string(), factor),
  source: z.url(),
});

const modelsFileSchema = z
  .strictObject({
    checkedOn: day,
    multipliers: multipliersSchema,
    /** Price of one search of the upstream's web search tool. */
    webSearchUsd: usd,
    models: z.array(modelSchema).min(1),
  })
  .refine(
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

/** What the price of a call depends on besides its tokens. */
export interface PriceModifiers {
  readonly serviceTier?: string;
  readonly inferenceGeo?: string;
  readonly speed?: string;
  readonly webSearches?: number;
}

export type Multipliers = z.output<typeof multipliersSchema>;

/** The models this build knows. */
export interface ModelCatalogue {
  readonly models: readonly ModelFacts[];
  readonly multipliers: Multipliers;
  readonly webSearchUsd: number;
  /** Finds a model by id or alias. */
  find(name: string): ModelFacts | undefined;
}

/**
 * Checks and indexes `data/models.json`.
 *
 * @throws {z.ZodError} when the file does not have the form above.
 */
export function loadModels(file: unknown = modelsFile): ModelCatalogue {
  const { models, multipliers, webSearchUsd } = modelsFileSchema.parse(file);
  const byName = new Map(
    models.flatMap((model) => [model.id, ...model.aliases].map((name) => [name, model])),
  );
  return { models, multipliers, webSearchUsd, find: (name) => byName.get(name) };
}

/** A window that a beta header opens for models whose price list goes beyond their own. */
const EXTENDED_WINDOW_TOKENS = 1_000_000;

/** The longest prompt that a model takes, with whatever beta header. */
export function maxPromptTokens({ contextWindowTokens, longPrompt }: ModelFacts): number {
  const goesBeyond = longPrompt !== null && longPrompt.aboveTokens >= contextWindowTokens;
  return goesBeyond ? EXTENDED_WINDOW_TOKENS : contextWindowTokens;
}

export const promptTokens = (usage: TokenUsage) =>
  usage.inputTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens + usage.cacheReadTokens;

/** All tokens of a call, in and out. */
export const totalTokens = (usage: TokenUsage) => promptTokens(usage) + usage.outputTokens;
