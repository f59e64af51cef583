import modelsFile from "../../agent-runtime/data/models.json" with { type: "json" };

/** What the runtime's list of models says of one. Days are as `2026-11-30`, in UTC. */
export interface Model {
  readonly id: string;
  readonly aliases: readonly string[];
  /** By kind of token; null where nobody knows. */
  readonly usdPerMillionTokens: Readonly<Record<string, number>> | null;
  readonly deprecatedOn: string | null;
  readonly retiresNotBefore: string | null;
  readonly retiresOn: string | null;
  /** Id of the model that its maker recommends in its place. */
  readonly replacement: string | null;
}

const MODELS: readonly Model[] = modelsFile.models;

const BY_NAME = new Map(
  MODELS.flatMap((model) => [model.id, ...model.aliases].map((name) => [name, model] as const)),
);

/** The model of this id or alias. */
export function findModel(name: string): Model | undefined {
  return BY_NAME.get(name);
}

/** One name for a model, whichever of its names it goes by. */
export function modelId(name: string): string {
  return findModel(name)?.id ?? name;
}

/** The runtime counts the day of retirement as retired. */
export function isRetired(name: string): boolean {
  return daysUntil(findModel(name)?.retiresOn ?? null) <= 0;
}

/** Days from now to the beginning of a day, in UTC: none or less from that day on, infinite where there is none. */
export function daysUntil(day: string | null): number {
  return day === null ? Number.POSITIVE_INFINITY : (Date.parse(day) - Date.now()) / 86_400_000;
}
