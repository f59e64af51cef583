import type { z } from "zod";
import { APP, CONFIG_MOUNT_PATH, ENV } from "./contract.ts";
import { SETTINGS, type Setting } from "./env-settings.ts";

type Settings = typeof SETTINGS;
type ValueOf<K extends keyof Settings> = z.output<Settings[K]["schema"]>;

/** Who answers requests. Only the real API carries a key. */
type UpstreamChoice =
  | { readonly kind: "simulated" }
  | {
      readonly kind: "anthropic";
      readonly baseUrl: string;
      readonly apiKey: string | { readonly file: string };
    };

/** The parsed environment. Names follow `ENV` of the contract. */
export interface Env {
  readonly service: string;
  readonly role: ValueOf<"ROLE">;
  readonly region: string;
  readonly environment: string;
  readonly serviceVersion: string;
  /** Agent type of requests that name none. */
  readonly agentType: string;
  readonly host: string;
  readonly httpPort: number;
  readonly metricsPort: number;
  readonly opsHost: string;
  readonly opsPort: number;
  readonly configDir: string;
  /** Absent: nothing outlives a restart. */
  readonly dataDir?: string;
  readonly logLevel: ValueOf<"LOG_LEVEL">;
  readonly upstream: UpstreamChoice;
  /** Of every key that is the administrator's, in hexadecimal. */
  readonly gatewayKeySha256: readonly string[];
  readonly keyHashSecret?: string;
  /** Absent: the store lives in this process. */
  readonly redis?: { readonly url: string; readonly password?: string };
  readonly maxTurnSeconds: number;
  readonly preStopSeconds: number;
  readonly firstByteTimeoutSeconds: number;
  readonly idleTimeoutSeconds: number;
  readonly maxBodyBytes: number;
  readonly maxInFlightBytes: number;
  readonly maxConcurrentRequests: number;
  /** What decides whether there are traces. */
  readonly otel: {
    readonly isDisabled: boolean;
    readonly endpoint?: string;
    readonly tracesEndpoint?: string;
    readonly tracesExporter?: string;
    readonly serviceName?: string;
  };
}

/** What is wrong with one variable. */
export interface EnvFault {
  readonly name: string;
  readonly got: string;
  readonly allowed: string;
}

/** Lists every fault of the environment at once. */
export class EnvError extends Error {
  readonly faults: readonly EnvFault[];

  constructor(faults: readonly EnvFault[]) {
    const lines = faults.map(({ name, got, allowed }) => `  ${name}: got ${got}; set it to ${allowed}`);
    super(
      `The environment has ${faults.length} fault(s):\n${lines.join("\n")}\nEvery variable is described in docs/reference/environment.md.`,
    );
    this.name = "EnvError";
    this.faults = faults;
  }
}

/**
 * Reads the environment. The only place that does.
 *
 * @throws {EnvError} naming every faulty variable, the value got (secrets hidden), and what is allowed.
 */
export function loadEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const { values, faults } = parseSettings(source);
  const upstream = chooseUpstream(values, faults);
  refuseSharedPorts(values, faults);
  if (values.MAX_IN_FLIGHT_BYTES < values.MAX_BODY_BYTES) {
    faults.push({
      name: ENV.maxInFlightBytes,
      got: JSON.stringify(String(values.MAX_IN_FLIGHT_BYTES)),
      allowed: `at least ${ENV.maxBodyBytes}, which is ${values.MAX_BODY_BYTES}`,
    });
  }
  if (faults.length > 0 || upstream === undefined) throw new EnvError(faults);
  return toEnv(values, upstream);
}

function refuseSharedPorts(values: Values, faults: EnvFault[]): void {
  const ports = [ENV.httpPort, ENV.metricsPort, ENV.opsPort] as const;
  for (const [index, name] of ports.entries()) {
    const other = ports.slice(0, index).find((earlier) => values[earlier] === values[name]);
    if (other === undefined || values[name] === 0) continue;
    faults.push({ name, got: JSON.stringify(String(values[name])), allowed: `another port than ${other}` });
  }
}

type Values = { [K in keyof Settings]: ValueOf<K> };

function parseSettings(source: NodeJS.ProcessEnv): { values: Values; faults: EnvFault[] } {
  const faults: EnvFault[] = [];
  const entries = Object.entries<Setting<unknown>>(SETTINGS).map(([name, { schema, ...spec }]) => {
    const raw = source[name] === "" ? undefined : source[name];
    const result = schema.safeParse(raw ?? spec.defaultValue);
    if (!result.success) faults.push({ name, got: describeGot(raw, spec.secret), allowed: spec.allowed });
    return [name, result.data];
  });
  return { values: Object.fromEntries(entries) as Values, faults };
}

function describeGot(raw: string | undefined, secret = false): string {
  if (raw === undefined) return "nothing";
  if (secret) return `a value of ${raw.length} characters (hidden)`;
  return JSON.stringify(raw.length > 80 ? `${raw.slice(0, 80)}…` : raw);
}

/** The simulated Claude is never a fallback: without its explicit choice a missing key is a fault. */
function chooseUpstream(values: Values, faults: EnvFault[]): UpstreamChoice | undefined {
  if (values.UPSTREAM === "simulated") return { kind: "simulated" };
  const file = values.ANTHROPIC_API_KEY_FILE;
  const apiKey = file === undefined ? values.ANTHROPIC_API_KEY : { file };
  if (apiKey !== undefined) return { kind: "anthropic", baseUrl: values.ANTHROPIC_BASE_URL, apiKey };
  if (!faults.some(({ name }) => name === ENV.anthropicApiKey || name === ENV.upstream)) {
    const { allowed } = SETTINGS.ANTHROPIC_API_KEY;
    faults.push({
      name: ENV.anthropicApiKey,
      got: "nothing",
      allowed: `${allowed}, or set ${ENV.upstream}=simulated to be answered by the simulated Claude`,
    });
  }
  return undefined;
}

function toEnv(values: Values, upstream: UpstreamChoice): Env {
  return {
    service: APP,
    role: values.ROLE,
    region: values.REGION,
    environment: values.ENVIRONMENT,
    serviceVersion: values.SERVICE_VERSION,
    agentType: values.AGENT_TYPE,
    host: values.HOST,
    httpPort: values.HTTP_PORT,
    metricsPort: values.METRICS_PORT,
    opsHost: values.OPS_HOST,
    opsPort: values.OPS_PORT,
    configDir: values.CONFIG_DIR ?? CONFIG_MOUNT_PATH,
    ...(values.DATA_DIR === undefined ? {} : { dataDir: values.DATA_DIR }),
    logLevel: values.LOG_LEVEL,
    upstream,
    gatewayKeySha256: values.GATEWAY_KEY_SHA256.split(","),
    ...(values.KEY_HASH_SECRET === undefined ? {} : { keyHashSecret: values.KEY_HASH_SECRET }),
    ...redisOf(values),
    maxTurnSeconds: values.MAX_TURN_SECONDS,
    preStopSeconds: values.PRE_STOP_SECONDS,
    firstByteTimeoutSeconds: values.FIRST_BYTE_TIMEOUT_SECONDS,
    idleTimeoutSeconds: values.IDLE_TIMEOUT_SECONDS,
    maxBodyBytes: values.MAX_BODY_BYTES,
    maxInFlightBytes: values.MAX_IN_FLIGHT_BYTES,
    maxConcurrentRequests: values.MAX_CONCURRENT_REQUESTS,
    otel: otelOf(values),
  };
}

function redisOf({ REDIS_URL: url, REDIS_PASSWORD: password }: Values): Pick<Env, "redis"> {
  if (url === undefined) return {};
  return { redis: { url, ...(password === undefined ? {} : { password }) } };
}

function otelOf(values: Values): Env["otel"] {
  const endpoint = values.OTEL_EXPORTER_OTLP_ENDPOINT;
  const tracesEndpoint = values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const tracesExporter = values.OTEL_TRACES_EXPORTER;
  const serviceName = values.OTEL_SERVICE_NAME;
  return {
    isDisabled: values.OTEL_SDK_DISABLED === "true",
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(tracesEndpoint === undefined ? {} : { tracesEndpoint }),
    ...(tracesExporter === undefined ? {} : { tracesExporter }),
    ...(serviceName === undefined ? {} : { serviceName }),
  };
}
