import { z } from "zod";
import { GatewayError } from "../../errors.ts";
import type { BudgetUse } from "../../limits/budget-readings.ts";
import { capsOfScope } from "../../limits/charges.ts";
import { toUsd } from "../../limits/money.ts";
import { WINDOWS, type WindowKind } from "../../limits/windows.ts";
import { operatorOf } from "../access.ts";
import type { OpsApp } from "../ops-app.ts";
import type { OpsDeps } from "../ports.ts";
import { budgetScope, reason } from "../scopes.ts";

const MAX_RAISE_HOURS = 31 * 24;
const HOUR_MS = 3_600_000;

const window = z.enum(WINDOWS);
const usd = z.number().nonnegative();

export const budgetList = z.object({
  budgets: z.array(
    z.object({
      scope: z.string(),
      window,
      capUsd: usd.describe("As enforced here: share of the region and raises included"),
      spentUsd: usd,
      reservedUsd: usd.describe("Upper bounds of requests under way"),
      unconfirmedUsd: usd.describe("Part of spentUsd: bounds of requests whose process died"),
      usedPercent: usd.describe("Spent and reserved, of the cap"),
      resetsAt: z.iso.datetime(),
    }),
  ),
});

const raiseAnswer = z.object({
  scope: z.string(),
  window,
  extraUsd: z.number().positive(),
  until: z.iso.datetime(),
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
});

export const budgetRaise = z.object({ raise: raiseAnswer });
export const budgetRaiseList = z.object({ raises: z.array(raiseAnswer) });

const raiseBody = z.strictObject({
  scope: budgetScope,
  window,
  extraUsd: z.number().positive().max(1_000_000),
  hours: z.number().positive().max(MAX_RAISE_HOURS),
  reason,
});

/** What was spent of which budget, and more money for a time. */
export function addBudgetRoutes(app: OpsApp, deps: OpsDeps): void {
  addReadRoute(app, deps);
  addRaiseRoute(app, deps);
  addRaisesRoute(app, deps);
}

function addReadRoute(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/budgets",
    {
      config: { action: "admin:budgets:read" },
      schema: {
        tags: ["budgets"],
        summary: "Budgets and what is spent of them",
        querystring: z.strictObject({ scope: budgetScope.exactOptional() }),
        response: { 200: budgetList },
      },
    },
    async ({ query }) => ({ budgets: (await deps.budgets.read(query.scope)).map(toAnswer) }),
  );
}

function addRaiseRoute(app: OpsApp, deps: OpsDeps): void {
  app.post(
    "/budgets/raise",
    {
      config: { action: "admin:budgets:write" },
      schema: {
        tags: ["budgets"],
        summary: "Raises a cap for some hours; replaces an earlier raise of the same scope and window",
        body: raiseBody,
        response: { 200: budgetRaise },
      },
    },
    async (request) => ({ raise: await raise(request.body, operatorOf(request).keyId, deps) }),
  );
}

function addRaisesRoute(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/budgets/raises",
    {
      config: { action: "admin:budgets:read" },
      schema: {
        tags: ["budgets"],
        summary: "Raised caps that are in force",
        response: { 200: budgetRaiseList },
      },
    },
    () => ({
      raises: deps.raises
        .list()
        .filter(({ untilMs }) => untilMs > deps.now().getTime())
        .map(({ untilMs, ...row }) => ({ ...row, until: isoOf(untilMs) })),
    }),
  );
}

function toAnswer(use: BudgetUse) {
  const { scope, window, capNanoUsd, spentNanoUsd, reservedNanoUsd } = use;
  return {
    scope,
    window,
    capUsd: toUsd(capNanoUsd),
    spentUsd: toUsd(spentNanoUsd),
    reservedUsd: toUsd(reservedNanoUsd),
    unconfirmedUsd: toUsd(use.unconfirmedNanoUsd),
    usedPercent: percentOf(spentNanoUsd + reservedNanoUsd, capNanoUsd),
    resetsAt: isoOf(use.endsAtMs),
  };
}

/** To a tenth. A cap of nothing is used up. */
function percentOf(used: number, cap: number): number {
  return cap === 0 ? 100 : Math.round((1000 * used) / cap) / 10;
}

async function raise(body: z.output<typeof raiseBody>, by: string, { raises, limits, now }: OpsDeps) {
  const { scope, window, extraUsd, hours, reason } = body;
  refuseWithoutCap(scope, window, limits);
  const at = now();
  const untilMs = at.getTime() + Math.round(hours * HOUR_MS);
  const row = { scope, window, extraUsd, by, reason, at: at.toISOString() };
  await raises.raise({ ...row, untilMs });
  return { ...row, until: isoOf(untilMs) };
}

/** Whoever raises a cap that does not exist has mistyped it, and would wait for an effect in vain. */
function refuseWithoutCap(scope: string, window: WindowKind, { current }: OpsDeps["limits"]): void {
  const caps = capsOfScope(scope, current);
  const cap = window === "day" ? caps?.dayUsd : caps?.monthUsd;
  if (cap !== undefined) return;
  throw new GatewayError(
    "invalid_request",
    `${scope} has no cap of a ${window}, so there is nothing to raise. List the caps there are with: agentctl limits show`,
  );
}

const isoOf = (epochMs: number) => new Date(epochMs).toISOString();
