import { GATEWAY_CONFIG_FILE } from "../contract.ts";
import type { ModelCatalogue } from "../gateway/models.ts";
import type { Logger } from "../log.ts";
import type { ConfigReloadMetrics } from "../metrics/config-reloads.ts";
import { ConfigError } from "./config-error.ts";
import { faultsOfReferences } from "./config-references.ts";
import { DEFAULT_GATEWAY_CONFIG, type GatewayConfig, gatewayConfigSchema } from "./gateway-config.ts";
import type { MountedFile } from "./mounted-files.ts";
import { withoutRetired } from "./retired-fallbacks.ts";
import { faultsOfIssues } from "./schema-faults.ts";
import { WatchedFile } from "./watched-file.ts";
import { readYaml } from "./yaml-document.ts";

/** The configuration in force, which may be another one at any time: read `current` for each request. */
export interface GatewayConfigSource {
  readonly current: GatewayConfig;
  /** Whether the file that is there is in force; false while it has a fault. */
  readonly isCurrent: boolean;
  /** Calls the listener with each new configuration. @returns a function that ends this. */
  onChange(listener: (config: GatewayConfig) => void): () => void;
  /** Begins to take changes over; to be called once the program has started. Never rejects. */
  watch(): Promise<void>;
  close(): Promise<void>;
}

interface LoadOptions {
  /** Folder that holds `gateway.yaml`. */
  readonly folder: string;
  readonly models: ModelCatalogue;
  readonly log: Logger;
  readonly reloads: ConfigReloadMetrics;
  readonly now?: () => Date;
}

/**
 * Reads `gateway.yaml`; without one the defaults apply. A changed file that has a fault is refused as a whole, and the
 * last good one stays. Fallbacks that are retired when the file is read are left out with a warning.
 *
 * @throws {ConfigError} with every fault of the file at start.
 */
export function loadGatewayConfig(options: LoadOptions): GatewayConfigSource {
  const { models, now = () => new Date(), ...rest } = options;
  const { log } = rest;
  return new WatchedFile({
    ...rest,
    file: GATEWAY_CONFIG_FILE,
    matches: (name) => name === GATEWAY_CONFIG_FILE,
    parse([file]) {
      if (file === undefined) return DEFAULT_GATEWAY_CONFIG;
      const config = parseGatewayConfig(file, models);
      return { ...config, fallbacks: withoutRetired(config.fallbacks, { models, now: now(), log }) };
    },
  });
}

/** The parts that point elsewhere, which can be checked even when another part is at fault. */
const referencesSchema = gatewayConfigSchema.pick({ fallbacks: true, identity: true }).strip();

function parseGatewayConfig(file: MountedFile, models: ModelCatalogue): GatewayConfig {
  const value = readYaml(file) ?? {};
  const parsed = gatewayConfigSchema.safeParse(value, { reportInput: true });
  const references = referencesSchema.safeParse(value);
  const faults = [
    ...faultsOfIssues(file.name, parsed.error?.issues ?? [], gatewayConfigSchema),
    ...(references.success ? faultsOfReferences(file.name, references.data, models) : []),
  ];
  if (parsed.data === undefined || faults.length > 0) throw new ConfigError(faults);
  return parsed.data;
}
