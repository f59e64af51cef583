import { isIPv4 } from "node:net";
import { z } from "zod";
import {
  AGENT_TYPE,
  APP,
  CONFIG_MOUNT_PATH,
  DEFAULT_AGENT_TYPE,
  DEFAULT_MAX_BODY_BYTES,
  DEFAULT_MAX_TURN_SECONDS,
  DEFAULT_PRE_STOP_SECONDS,
  ENV,
  PORTS,
} from "./contract.ts";

/** One environment variable: how it is parsed and what the reference says about it. */
export interface Setting<T> {
  readonly schema: z.ZodType<T>;
  readonly description: string;
  /** What the value may be, in words, for error messages and the reference. */
  readonly allowed: string;
  /** Used when the variable is unset or empty. `undefined` means there is none. */
  readonly defaultValue: string | undefined;
  readonly unit?: string;
  /** The value is never shown, not even in an error. */
  readonly secret?: boolean;
}

const setting = <T>(spec: Setting<T>): Setting<T> => spec;

const oneOf = <const T extends readonly [string, ...string[]]>(
  values: T,
  description: string,
  defaultValue: T[number],
) => setting({ schema: z.enum(values), description, allowed: values.join(" | "), defaultValue });

function integer(description: string, min: number, max: number, defaultValue: number, unit?: string) {
  return setting({
    schema: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .pipe(z.int().min(min).max(max)),
    description,
    allowed: `a whole number from ${min} to ${max}`,
    defaultValue: String(defaultValue),
    ...(unit === undefined ? {} : { unit }),
  });
}

function label(description: string, defaultValue: string) {
  return setting({
    schema: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
    description,
    allowed: "1 to 63 letters, digits, `.`, `_` or `-`, beginning with a letter or digit",
    defaultValue,
  });
}

function folder(description: string, defaultValue: string | undefined) {
  return setting({
    schema: z
      .string()
      .regex(/^\/[^\0]{0,1023}$/)
      .optional(),
    description,
    allowed: "an absolute path",
    defaultValue,
  });
}

function storeUrl(description: string, schemes: readonly string[]) {
  return setting({
    schema: z
      .string()
      .refine((value) => isStoreUrl(value, schemes))
      .optional(),
    description,
    allowed: `a URL that begins with ${schemes.join(" or ")}; several hosts are separated by commas`,
    defaultValue: undefined,
    secret: true,
  });
}

function otelUrl(description: string) {
  return setting({
    schema: z
      .string()
      .refine((value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
      .optional(),
    description,
    allowed: "an http or https URL",
    defaultValue: undefined,
    // It may hold a key.
    secret: true,
  });
}

function isStoreUrl(value: string, schemes: readonly string[]): boolean {
  const scheme = schemes.find((candidate) => value.startsWith(candidate));
  if (scheme === undefined) return false;
  const [hosts = ""] = value.slice(scheme.length).split(/[/?#]/, 1);
  return hosts.split(",").every((host) => host !== "" && URL.canParse(`${scheme}${host}`));
}

/** A key must not travel in the clear, so plain http is only for a server on this very machine. */
function isSafeUpstreamUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."))
  );
}

const MIB = 1024 * 1024;

/** Every environment variable the program reads. Names outside this table are ignored. */
export const SETTINGS = {
  [ENV.role]: oneOf(["all", "coordinator"], "Which parts of the program run in this process.", "all"),
  [ENV.region]: label("Name of the region this process serves, sent in answers and logs.", "local"),
  [ENV.environment]: label("Name of the environment, in logs and in `/health`.", "local"),
  [ENV.serviceVersion]: label("Version of the deployed image, in logs and in `/health`.", "dev"),
  [ENV.agentType]: setting({
    schema: z.string().regex(AGENT_TYPE),
    description: "Agent type of requests that name none.",
    allowed: "1 to 63 lower-case letters, digits, `.`, `_` or `-`, beginning with a letter or digit",
    defaultValue: DEFAULT_AGENT_TYPE,
  }),
  [ENV.host]: setting({
    schema: z.union([z.ipv4(), z.ipv6()]),
    description: "Address that both servers listen on.",
    allowed: "an IPv4 or IPv6 address",
    defaultValue: "0.0.0.0",
  }),
  [ENV.httpPort]: integer("Port of the gateway; 0 takes a free one.", 0, 65_535, PORTS.http),
  [ENV.metricsPort]: integer("Port of the metrics server; 0 takes a free one.", 0, 65_535, PORTS.metrics),
  [ENV.opsHost]: setting({
    schema: z.union([z.ipv4(), z.ipv6()]),
    description: "Address that the ops server listens on. `kubectl port-forward` reaches loopback.",
    allowed: "an IPv4 or IPv6 address",
    defaultValue: "127.0.0.1",
  }),
  [ENV.opsPort]: integer("Port of the ops server; 0 takes a free one.", 0, 65_535, PORTS.ops),
  [ENV.configDir]: folder(
    "Folder with `gateway.yaml` and Cedar policies (`*.cedar`). Changes are taken over without a restart.",
    CONFIG_MOUNT_PATH,
  ),
  [ENV.dataDir]: folder(
    "Folder for what outlives a restart: the embedded store, the list of models. Without it nothing does.",
    undefined,
  ),
  [ENV.logLevel]: oneOf(
    ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
    "Least severe level that is logged.",
    "info",
  ),
  [ENV.upstream]: oneOf(
    ["anthropic", "simulated"],
    "Who answers: the Anthropic API, which needs a key, or the built-in simulated Claude, which only an explicit `simulated` turns on.",
    "anthropic",
  ),
  [ENV.anthropicBaseUrl]: setting({
    schema: z.string().refine(isSafeUpstreamUrl),
    description: "Where the upstream API is.",
    allowed: "an https URL without user, password, query or fragment (plain http only to a loopback address)",
    defaultValue: "https://api.anthropic.com",
    // A faulty one may hold a password or a key in its query.
    secret: true,
  }),
  [ENV.anthropicApiKey]: setting({
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{8,512}$/)
      .optional(),
    description: `Key for the upstream API. Required unless \`UPSTREAM=simulated\` or \`${ENV.anthropicApiKeyFile}\` is set.`,
    allowed: "8 to 512 printable characters without spaces",
    defaultValue: undefined,
    secret: true,
  }),
  [ENV.anthropicApiKeyFile]: setting({
    schema: z
      .string()
      .regex(/^\/[^\0]{0,1023}$/)
      .optional(),
    description:
      "File with one or several keys for the upstream API, one a line. The first that is accepted is used; a changed file is taken over without a restart.",
    allowed: "an absolute path",
    defaultValue: undefined,
  }),
  [ENV.gatewayKeySha256]: setting({
    schema: z.string().regex(/^[0-9a-f]{64}(,[0-9a-f]{64}){0,2}$/),
    description:
      "SHA-256 of the key that callers must present, or of up to three, so that one can be replaced while the last is still in use. Required: the gateway never runs open.",
    allowed:
      '64 lower-case hexadecimal digits: printf %s "$KEY" | sha256sum; several are separated by commas',
    defaultValue: undefined,
    secret: true,
  }),
  [ENV.keyHashSecret]: setting({
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{32,512}$/)
      .optional(),
    description: `Secret under which API keys are hashed before they are stored; the same on every replica. Without it one is derived from the first of \`${ENV.gatewayKeySha256}\`, and changing that key ends all others.`,
    allowed: "32 to 512 printable characters without spaces",
    defaultValue: undefined,
    secret: true,
  }),
  [ENV.redisUrl]: storeUrl(
    "Address of Valkey or Redis, the store of keys, limits and budgets: `redis+sentinel://host:26379,…/master-name`, `redis://` or `rediss://`. Without it the store lives in this process. Cluster mode is not supported.",
    ["redis://", "rediss://", "redis+sentinel://"],
  ),
  [ENV.redisPassword]: setting({
    schema: z.string().max(512).optional(),
    description: "Password for Valkey or Redis.",
    allowed: "at most 512 characters",
    defaultValue: undefined,
    secret: true,
  }),
  [ENV.databaseUrl]: storeUrl("Address of PostgreSQL.", ["postgres://", "postgresql://"]),
  [ENV.maxTurnSeconds]: integer(
    "How long one turn may take in total, and how long a drain waits for the last one.",
    1,
    3_600,
    DEFAULT_MAX_TURN_SECONDS,
    "seconds",
  ),
  [ENV.preStopSeconds]: integer(
    "How long the pod's preStop hook waits before SIGTERM; part of the grace period, shown in `/health`.",
    0,
    300,
    DEFAULT_PRE_STOP_SECONDS,
    "seconds",
  ),
  [ENV.firstByteTimeoutSeconds]: integer(
    "How long a stream's first byte may take. An answer that is not streamed comes as a whole and has the turn's time.",
    1,
    3_600,
    30,
    "seconds",
  ),
  [ENV.idleTimeoutSeconds]: integer("How long a stream may be silent.", 1, 3_600, 60, "seconds"),
  [ENV.maxBodyBytes]: integer("Largest request body.", 1_024, 256 * MIB, DEFAULT_MAX_BODY_BYTES, "bytes"),
  [ENV.maxInFlightBytes]: integer(
    "How much of request bodies, until the upstream answers, and of answers that are not streamed is held at once; what would be more is refused with 529. A body counts as it arrives. Of several tenants each may hold a quarter of it, and always one body of `MAX_BODY_BYTES`.",
    1_024,
    64 * 1024 * MIB,
    512 * MIB,
    "bytes",
  ),
  [ENV.maxConcurrentRequests]: integer(
    "How many gateway requests are served at once, for each of several tenants half of them; the next one is refused with 529.",
    1,
    100_000,
    256,
  ),
  [ENV.otelDisabled]: oneOf(["false", "true"], "`true` turns traces off, whatever else is set.", "false"),
  [ENV.otelEndpoint]: otelUrl("Where spans go by OTLP. Set, it turns traces on."),
  [ENV.otelTracesEndpoint]: otelUrl("The same for spans alone, as the full URL."),
  [ENV.otelTracesExporter]: setting({
    schema: z.enum(["otlp", "console", "none"]).optional(),
    description:
      "Where spans go. Set, it turns traces on, `none` off. The OpenTelemetry SDK reads its other `OTEL_*` variables itself.",
    allowed: "otlp | console | none",
    defaultValue: undefined,
  }),
  [ENV.otelServiceName]: setting({
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/)
      .optional(),
    description: `Name of the service in traces; \`${APP}\` when absent.`,
    allowed: "1 to 128 printable characters without spaces",
    defaultValue: undefined,
  }),
} as const satisfies Record<string, Setting<unknown>>;
