import { z } from "zod";
import { GatewayError } from "../../errors.ts";
import type { OpsApp } from "../ops-app.ts";
import type { OpsDeps } from "../ports.ts";
import { groupUsage, renderUsageCsv, USAGE_DIMENSIONS, type UsageDimension } from "../usage-report.ts";

const HOUR_MS = 3_600_000;
const DEFAULT_SPAN_MS = 24 * HOUR_MS;
const MAX_SPAN_DAYS = 400;

const count = z.int().nonnegative();
const sums = {
  requests: count,
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  costUsd: z.number().nonnegative(),
};
const name = z.string().exactOptional();

export const usageAnswer = z.object({
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  group: z.array(z.enum(USAGE_DIMENSIONS)),
  groups: z.array(z.object({ tenant: name, agent: name, model: name, hour: name, day: name, ...sums })),
  total: z.object(sums),
});

const USAGE_ANSWERS = {
  description: "What was used, in the format asked for",
  content: { "application/json": { schema: usageAnswer }, "text/csv": { schema: z.string() } },
};

const instant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], "must be like 2026-11-25 or 2026-11-25T14:00:00Z")
  .exactOptional();

const GROUP = new RegExp(`^(${USAGE_DIMENSIONS.join("|")})(,(${USAGE_DIMENSIONS.join("|")}))*$`);

const query = z.strictObject({
  from: instant.describe("Beginning; usage is kept by hour. Default: 24 hours before the end"),
  to: instant.describe("End, which is not part of it. Default: now"),
  group: z
    .string()
    .regex(GROUP, `must be some of ${USAGE_DIMENSIONS.join(", ")}, separated by commas`)
    .default("tenant,agent,model"),
  format: z.enum(["json", "csv"]).default("json"),
});

type Query = z.output<typeof query>;

/** Usage over time, by whom and with what. */
export function addUsageRoute(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/usage",
    {
      config: { action: "admin:usage:read" },
      schema: {
        tags: ["usage"],
        summary: "Requests, tokens and cost by tenant, agent, model and time",
        querystring: query,
        response: { 200: USAGE_ANSWERS },
      },
    },
    async (request, reply) => {
      const { from, to } = spanOf(request.query, deps.now());
      const group = dimensionsOf(request.query.group);
      const report = groupUsage(await deps.usage.between(from, to), group);
      if (request.query.format === "csv") {
        return reply.type("text/csv; charset=utf-8").send(renderUsageCsv(report, group));
      }
      return { from: from.toISOString(), to: to.toISOString(), group, ...copyOf(report) };
    },
  );
}

function copyOf({ groups, total }: ReturnType<typeof groupUsage>) {
  return { groups: [...groups], total };
}

/** Without a beginning it is a whole hour, because usage is kept by hour. */
function spanOf({ from, to }: Query, now: Date): { from: Date; to: Date } {
  const end = to === undefined ? now : new Date(to);
  const start = from === undefined ? hourBefore(end) : new Date(from);
  const spanMs = end.getTime() - start.getTime();
  if (spanMs > 0 && spanMs <= MAX_SPAN_DAYS * 24 * HOUR_MS) return { from: start, to: end };
  throw new GatewayError(
    "invalid_request",
    `The time from ${start.toISOString()} to ${end.toISOString()} is not one of up to ${MAX_SPAN_DAYS} days; choose an earlier \`from\` or a later \`to\`.`,
  );
}

function hourBefore(end: Date): Date {
  return new Date(Math.floor((end.getTime() - DEFAULT_SPAN_MS) / HOUR_MS) * HOUR_MS);
}

function dimensionsOf(group: string): UsageDimension[] {
  const names = group.split(",");
  const dimensions = USAGE_DIMENSIONS.filter((dimension) => names.includes(dimension));
  if (names.length !== dimensions.length) {
    throw new GatewayError("invalid_request", `\`group\` is ${group}; name every dimension once.`);
  }
  if (names.includes("hour") && names.includes("day")) {
    throw new GatewayError("invalid_request", `\`group\` is ${group}; choose hour or day.`);
  }
  return dimensions.sort((a, b) => names.indexOf(a) - names.indexOf(b));
}
