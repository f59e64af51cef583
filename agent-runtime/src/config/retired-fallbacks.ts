import type { ModelCatalogue, ModelFacts } from "../gateway/models.ts";
import type { Logger } from "../log.ts";
import type { GatewayConfig } from "./gateway-config.ts";

type Fallbacks = GatewayConfig["fallbacks"];

interface Surroundings {
  readonly models: ModelCatalogue;
  /** A model that is retired on this day or before is no fallback any more. */
  readonly now: Date;
  readonly log: Logger;
}

/**
 * The chains without the models that are retired, each of which is told in one warning. No fault: a process that restarts
 * after a retirement must come up. A retired model keeps its own chain, which answers in its place.
 */
export function withoutRetired(fallbacks: Fallbacks, { models, now, log }: Surroundings): Fallbacks {
  const today = now.toISOString().slice(0, 10);
  const retired = new Set<ModelFacts>();
  const answers = (name: string) => {
    const model = models.find(name);
    if (model === undefined || model.retiresOn === null || model.retiresOn > today) return true;
    retired.add(model);
    return false;
  };
  const chains = Object.entries(fallbacks).map(([name, chain]) => [name, chain.filter(answers)] as const);
  for (const { id: model, retiresOn, replacement } of retired) {
    log.warn(
      { model, retiresOn, replacement },
      "a fallback is retired and left out of its chains; replace it",
    );
  }
  return Object.fromEntries(chains.filter(([, chain]) => chain.length > 0));
}
