import { z } from "zod";

/** `allowed` is what the stack's errors and the reference say may stand there. */
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "must be lower-case letters, digits, `.`, `_` or `-`")
  .meta({ allowed: "1 to 63 lower-case letters, digits, `.`, `_` or `-`, starting with a letter or digit" });
const keyId = z.string().meta({ allowed: "the id of a key" });
const model = z.string().meta({ allowed: "the id of a model" });
const usd = z.number().nonnegative().max(9_000_000);
const perMinute = z.int().positive().max(1_000_000_000);

const rates = z
  .strictObject({
    requestsPerMinute: perMinute.exactOptional().describe("Requests a minute; refills smoothly"),
    inputTokensPerMinute: perMinute
      .exactOptional()
      .describe("Input tokens a minute, cache reads left out; estimated before the call, corrected after it"),
    outputTokensPerMinute: perMinute
      .exactOptional()
      .describe("Output tokens a minute; `max_tokens` before the call, corrected after it"),
    concurrency: z.int().positive().max(100_000).exactOptional().describe("Requests under way at once"),
  })
  .describe("What is absent is not limited");

const caps = z
  .strictObject({
    dayUsd: usd.exactOptional().describe("US dollars a day"),
    monthUsd: usd.exactOptional().describe("US dollars a month"),
  })
  .describe("What is absent is not capped");

/** The shipped default of every key. */
const DEFAULT_KEY_RATES = { requestsPerMinute: 50 };

const limits = z.strictObject({
  key: rates.default(DEFAULT_KEY_RATES).describe("Of each key, in each region"),
  tenant: rates.default({}).describe("Of each tenant, in each region"),
  keys: z.record(keyId, rates).default({}).describe("Of single keys, by id; replaces `key`"),
  tenants: z.record(name, rates).default({}).describe("Of single tenants, by name; replaces `tenant`"),
});

const budgets = z.strictObject({
  fleet: caps.default({}).describe("Of everything that the gateways of all regions spend"),
  tenant: caps.default({}).describe("Of each tenant"),
  agent: caps.default({}).describe("Of each agent type"),
  session: caps.default({}).describe("Of each session, named by header"),
  key: caps.default({}).describe("Of each key"),
  tenants: z.record(name, caps).default({}).describe("Of single tenants; replaces `tenant`"),
  agents: z.record(name, caps).default({}).describe("Of single agent types; replaces `agent`"),
  keys: z.record(keyId, caps).default({}).describe("Of single keys, by id; replaces `key`"),
  regionShare: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("Part of every cap that this region may spend; the shares of all regions sum to 1"),
  withoutBound: z
    .enum(["refuse", "allow"])
    .default("refuse")
    .describe(
      "What happens to a request whose cost has no bound (unpriced model, server tools) where a budget applies",
    ),
});

const jwtIssuer = z.strictObject({
  issuer: z.url().describe("Value of the `iss` claim"),
  audience: z.string().min(1).describe("Value of the `aud` claim"),
  jwksUrl: z
    .url()
    .meta({ allowed: "an https URL without user and password (plain http only to a loopback address)" })
    .describe("Where the issuer's keys are"),
  tenantClaim: z.string().min(1).default("tenant").describe("Claim that names the tenant"),
  rolesClaim: z.string().min(1).default("roles").describe("Claim that lists roles"),
});

const identity = z.strictObject({
  jwt: z.array(jwtIssuer).max(20).default([]).describe("Issuers whose tokens are accepted"),
});

const cache = z.strictObject({
  agents: z
    .array(name)
    .max(1_000)
    .default([])
    .describe("Agent types whose answers are cached without being asked to by header"),
  ttlSeconds: z.int().positive().max(86_400).default(300).describe("How long an answer is kept"),
  maxEntries: z.int().positive().max(100_000).default(1_000).describe("Most answers kept by each process"),
  maxEntryBytes: z.int().positive().max(16_777_216).default(262_144).describe("Largest answer that is kept"),
});

/** Everything in `gateway.yaml`. */
export const gatewayConfigSchema = z.strictObject({
  timeZone: z
    .string()
    .refine(isTimeZone, "must be a name of the time zone database, such as Europe/Berlin")
    .default("UTC")
    .meta({ allowed: "a name of the time zone database, such as Europe/Berlin" })
    .describe("Where days and months of budgets begin"),
  limits: limits.prefault({}).describe("How fast callers may be"),
  budgets: budgets
    .prefault({})
    .describe("What callers may spend; each region enforces its share of every cap"),
  whenStoreIsLost: z
    .enum(["deny", "allow"])
    .default("deny")
    .describe(
      "deny refuses; allow goes on with `processShare` of every limit and cap, counted in each process alone",
    ),
  processShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.1)
    .describe("Part of every limit and cap that one process may use while the store is lost"),
  fallbacks: z
    .record(model, z.array(model).min(1).max(5))
    .default({})
    .describe("Models to try in order when one fails, by model; only before the first byte has gone out"),
  passThrough: z
    .array(
      z
        .string()
        .regex(/^\/v1\/[a-z0-9_/-]+$/)
        .meta({ allowed: "a path below /v1/ of lower-case letters, digits and _ / -" }),
    )
    .max(50)
    .default([])
    .describe(
      "Further upstream paths, with everything below them, that are passed through, such as /v1/files",
    ),
  cache: cache.prefault({}).describe("Answers that are given again to the same request of the same tenant"),
  identity: identity.prefault({}).describe("Who may call besides the holders of keys"),
});

export type GatewayConfig = z.output<typeof gatewayConfigSchema>;
export type Rates = z.output<typeof rates>;
export type Caps = z.output<typeof caps>;

/** What applies when there is no file. */
export const DEFAULT_GATEWAY_CONFIG: GatewayConfig = gatewayConfigSchema.parse({});

function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
