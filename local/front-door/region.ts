import type { Dispatcher } from "undici";
import type { FrontDoorConfig, RegionConfig } from "./front-door-config.ts";
import { HealthChecker, type HealthCheckerOptions } from "./health-checker.ts";
import type { RegionHealth } from "./region-health.ts";

/** A region behind the front door, with what its health checks say. */
export class Region {
  readonly config: RegionConfig;
  readonly checker: HealthChecker;

  constructor(
    config: RegionConfig,
    policy: FrontDoorConfig["health"],
    dispatcher: Dispatcher,
    onChange: HealthCheckerOptions["onChange"],
  ) {
    this.config = config;
    this.checker = new HealthChecker({ region: config, policy, dispatcher, onChange });
  }

  get role(): RegionConfig["role"] {
    return this.config.role;
  }

  get health(): RegionHealth {
    return this.checker.health;
  }
}
