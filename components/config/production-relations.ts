import { z } from "zod";
import modelsFile from "../../agent-runtime/data/models.json" with { type: "json" };
import { agentPods } from "./fields.ts";
import { type Contradiction, relation } from "./relations.ts";

/** The environment that stands under the rules for production. */
export const PRODUCTION = "production";

/** Other spellings, under which a stack would slip past those rules. */
const SPELLINGS = ["prod", "prd", "live"];

const environment = z.string();

const spelledProduction = relation(z.looseObject({ environment }), (stack) =>
  SPELLINGS.includes(stack.environment)
    ? [
        {
          path: ["environment"],
          got: JSON.stringify(stack.environment),
          allowed: `${PRODUCTION} for an installation that people rely on, any other word for others`,
          fix: `write ${PRODUCTION}: the rules for production go by that word`,
        },
      ]
    : [],
);

/** A rule for production alone, over some of the keys. It sees them whatever else is wrong. */
function productionRule<Shape extends z.ZodRawShape>(
  keys: Shape,
  find: (stack: z.output<z.ZodObject<Shape>>) => Contradiction[],
) {
  const needs = z.looseObject({ environment, ...keys });
  return relation(needs, (stack) =>
    stack.environment === PRODUCTION ? find(stack as z.output<z.ZodObject<Shape>>) : [],
  );
}

const spread = z.enum(["soft", "hard"]);

const severalRegions = productionRule({ regions: z.array(z.unknown()).min(1) }, ({ regions }) =>
  regions.length > 1
    ? []
    : [
        {
          path: ["regions"],
          got: "one region",
          allowed: "two regions at least in production: the loss of a region is an outage otherwise",
          fix: "add a region with a cluster of its own",
        },
      ],
);

const coordinatorOverZones = productionRule({ coordinator: z.looseObject({ spread }) }, ({ coordinator }) =>
  coordinator.spread === "hard" ? [] : [softSpread(["coordinator", "spread"])],
);

const valkeyOverZones = productionRule(
  { valkey: z.looseObject({ spread, external: z.unknown().optional() }) },
  ({ valkey }) =>
    valkey.spread === "hard" || valkey.external !== undefined ? [] : [softSpread(["valkey", "spread"])],
);

function softSpread(path: readonly PropertyKey[]): Contradiction {
  return {
    path,
    got: "soft",
    allowed: "hard in production: with soft all pods may end up in one zone, and go with it",
    fix: "write hard, or leave it out",
  };
}

const severalPods = productionRule(
  { agents: z.array(z.looseObject({ name: z.string(), minReplicas: agentPods })) },
  ({ agents }) =>
    agents.flatMap(({ name, minReplicas }, index) =>
      minReplicas > 1
        ? []
        : [
            {
              path: ["agents", index, "minReplicas"],
              got: `1, for ${name}`,
              allowed: "at least 2 in production: every update and eviction of one pod is an outage",
              fix: "write minReplicas: 2",
            },
          ],
    ),
);

const realUpstream = productionRule({ upstream: z.looseObject({ mode: z.string() }) }, ({ upstream }) =>
  upstream.mode !== "simulated"
    ? []
    : [
        {
          path: ["upstream", "mode"],
          got: "simulated",
          allowed: "anthropic in production",
          fix: "set mode to anthropic and name the Secret with the key",
        },
      ],
);

const caps = z.looseObject({ dayUsd: z.number().optional(), monthUsd: z.number().optional() });

const cappedFleet = productionRule(
  { gateway: z.looseObject({ budgets: z.looseObject({ fleet: caps }) }) },
  ({ gateway: { budgets } }) =>
    budgets.fleet.dayUsd !== undefined || budgets.fleet.monthUsd !== undefined
      ? []
      : [
          {
            path: ["gateway", "budgets", "fleet"],
            got: "no cap",
            allowed: "dayUsd, monthUsd or both in production",
            fix: "state what all agents together may spend",
          },
        ],
);

const withFallbacks = { gateway: z.looseObject({ fallbacks: z.record(z.string(), z.array(z.string())) }) };

const someFallback = productionRule(withFallbacks, ({ gateway: { fallbacks } }) =>
  Object.values(fallbacks).some((chain) => chain.length > 0)
    ? []
    : [
        {
          path: ["gateway", "fallbacks"],
          got: "no model with a fallback",
          allowed: "a chain at least for the models that clients use, in production",
          fix: "write for each model which ones answer while it is overloaded",
        },
      ],
);

const prices = new Map(
  modelsFile.models.flatMap(({ id, aliases, usdPerMillionTokens }) =>
    [id, ...aliases].map((name) => [name, usdPerMillionTokens] as const),
  ),
);

/** What a request may cost is set aside at the dearest price of its chain, which needs one. */
const pricedModels = productionRule(withFallbacks, ({ gateway: { fallbacks } }) =>
  Object.entries(fallbacks).flatMap(([name, chain]) =>
    [name, ...chain].flatMap((model, index): Contradiction[] =>
      prices.get(model) === null
        ? [
            {
              path: ["gateway", "fallbacks", name, ...(index === 0 ? [] : [index - 1])],
              got: `${JSON.stringify(model)}, whose price is not known`,
              allowed: "models with a price in production: no budget can hold for others",
              fix: "name another model, or add the price to agent-runtime/data/models.json",
            },
          ]
        : [],
    ),
  ),
);

const receivers = z.looseObject({
  pagerDuty: z.unknown().optional(),
  slack: z.unknown().optional(),
  email: z.unknown().optional(),
});

const watched = productionRule(
  { observability: z.looseObject({ enabled: z.boolean(), alerting: receivers }) },
  ({ observability: { enabled, alerting } }) => {
    if (!enabled) {
      return [
        {
          path: ["observability", "enabled"],
          got: "false",
          allowed: "true in production: nobody would notice an outage",
          fix: "write enabled: true, and who is told in observability.alerting",
        },
      ];
    }
    const told = [alerting.pagerDuty, alerting.slack, alerting.email].filter((each) => each !== undefined);
    if (told.length > 0) return [];
    return [
      {
        path: ["observability", "alerting"],
        got: "nobody",
        allowed: "one at least of pagerDuty, slack and email in production",
        fix: "say who is told of alerts",
      },
    ];
  },
);

/** What an installation that people rely on must have, by construction. */
export const productionRules = [
  spelledProduction,
  severalRegions,
  coordinatorOverZones,
  valkeyOverZones,
  severalPods,
  realUpstream,
  cappedFleet,
  someFallback,
  pricedModels,
  watched,
] as const;
