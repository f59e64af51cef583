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
  const retiresOn = findModel(name)?.retiresOn ?? undefined;
  return retiresOn !== undefined && daysUntil(retiresOn) <= 0;
}

/** Days from today to a day; negative where it is past. */
export function daysUntil(day: string): number {
  return (Date.parse(day) - Date.parse(new Date().toISOString().slice(0, 10))) / 86_400_000;
}
