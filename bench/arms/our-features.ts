/**
 * What "everything on" means for the arms of this repository's own gateway, and how each feature is switched off. This is
 * the one file to edit when the gateway learns something: the scenario of the bill per feature follows it.
 */

/** Environment variables, a part of `gateway.yaml`, and files beside it. Trees are merged, lists and plain values replaced. */
export interface Fragment {
  readonly env?: Readonly<Record<string, string>>;
  readonly config?: ConfigTree;
  /** By name, below `CONFIG_DIR`. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface ConfigTree {
  readonly [key: string]: ConfigTree | readonly unknown[] | string | number | boolean | null;
}

export interface Feature {
  /** As the report names it. */
  readonly name: string;
  /** Laid over the base while it is on: always, but for its own line of the bill. */
  readonly on: Fragment;
  /** Laid over the base instead, for its own line of the bill. */
  readonly off: Fragment;
}

/** What every run of ours gets. The bench adds addresses, ports, keys and folders. */
export const BASE: Fragment = {
  // 1,000 streams at once are a scenario; the default of 256 is a bound for small containers.
  env: { UPSTREAM: "anthropic", MAX_CONCURRENT_REQUESTS: "4096" },
};

/** Every kind of limit is counted, and none is ever reached. */
const RATES = {
  requestsPerMinute: 1_000_000_000,
  inputTokensPerMinute: 1_000_000_000,
  outputTokensPerMinute: 1_000_000_000,
  concurrency: 100_000,
};
const CAPS = { dayUsd: 9_000_000, monthUsd: 9_000_000 };

export const FEATURES: readonly Feature[] = [
  { name: "request log", on: { env: { LOG_LEVEL: "info" } }, off: { env: { LOG_LEVEL: "silent" } } },
  {
    name: "rate limits",
    on: { config: { limits: { key: RATES, tenant: RATES } } },
    off: { config: { limits: { key: {}, tenant: {} } } },
  },
  {
    name: "budgets",
    on: { config: { budgets: { fleet: CAPS, tenant: CAPS, agent: CAPS, session: CAPS, key: CAPS } } },
    off: { config: { budgets: {} } },
  },
  {
    name: "policies of one's own",
    on: {
      files: {
        "bench.cedar":
          '@id("bench-no-such-model")\nforbid(principal, action == Action::"messages:create", resource == Model::"claude-no-such-model");\n',
      },
    },
    off: {},
  },
];

/**
 * Lets requests for one model be answered by another one when it is rate limited, at once and each time anew.
 * `undefined` would have the report say that the gateway cannot do that.
 */
export const FALLBACK: ((from: string, to: string) => Fragment) | undefined = (from, to) => ({
  config: { fallbacks: { [from]: [to] } },
});
