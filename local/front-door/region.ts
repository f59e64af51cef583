import type { Dispatcher } from "undici";
import { Endpoint } from "./endpoint.ts";
import type { EndpointHealth, Failure, HealthState } from "./endpoint-health.ts";
import type { FrontDoorConfig, RegionConfig } from "./front-door-config.ts";
import type { OpenConnections } from "./open-connections.ts";
import {
  type Circumstances,
  type Ejection,
  ejectionAt,
  NOTHING_OBSERVED,
  type Observation,
  type OutlierState,
  observe,
} from "./outlier.ts";
import { healthOfRegion, type RegionHealth } from "./region-health.ts";
import { bestEndpoints } from "./route-order.ts";
import { steadyNow } from "./steady-clock.ts";

interface Change {
  readonly from: HealthState;
  readonly to: HealthState;
  readonly lastFailure: Failure | undefined;
}

/** Something about a region that belongs into the log. */
export type RegionEvent =
  | ({ readonly type: "endpoint"; readonly endpoint: string } & Change)
  | ({ readonly type: "region" } & Change)
  | ({ readonly type: "ejected" } & Ejection);

export interface RegionOptions {
  readonly config: RegionConfig;
  readonly settings: Pick<FrontDoorConfig, "health" | "outliers">;
  readonly dispatcher: Dispatcher;
  /** What the dispatcher has open. */
  readonly connections: OpenConnections;
  /** Whether another region could take this one's traffic right now. */
  readonly hasAlternative: (region: Region) => boolean;
  readonly onEvent: (event: RegionEvent) => void;
}

/** A region behind the front door: its endpoints, and what checks and traffic say of it. */
export class Region {
  readonly config: RegionConfig;
  readonly endpoints: readonly Endpoint[];
  readonly #options: RegionOptions;
  #lastChange: RegionHealth;
  #outlier: OutlierState = NOTHING_OBSERVED;
  #turn = 0;

  constructor(options: RegionOptions) {
    const { config, settings, dispatcher, connections } = options;
    this.config = config;
    this.#options = options;
    this.endpoints = config.endpoints.map((url) => {
      const onChange = (now: EndpointHealth, before: EndpointHealth) => this.#onChange(url, now, before);
      const onSilence = (reason: string) => connections.breakOff(url, reason);
      return new Endpoint({ url, policy: settings.health, dispatcher, onChange, onSilence });
    });
    this.#lastChange = healthOfRegion(this.endpoints.map(({ health }) => health));
  }

  get role(): RegionConfig["role"] {
    return this.config.role;
  }

  get health(): RegionHealth {
    return healthOfRegion(
      this.endpoints.map(({ health }) => health),
      this.#lastChange,
    );
  }

  get ejection(): Ejection | undefined {
    return ejectionAt(this.#outlier, steadyNow());
  }

  get isEjected(): boolean {
    return this.ejection !== undefined;
  }

  /** Begins to check; resolves once each endpoint was heard of. */
  async start(): Promise<void> {
    await Promise.all(this.endpoints.map(({ checker }) => checker.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.endpoints.map(({ checker }) => checker.stop()));
  }

  /** Whose turn it is among the best endpoints that were not tried yet; undefined when none is left. */
  nextEndpoint(tried: ReadonlySet<Endpoint>): Endpoint | undefined {
    const best = bestEndpoints(this.endpoints.filter((endpoint) => !tried.has(endpoint)));
    return best[this.#turn++ % best.length];
  }

  /** Counts the answer to a request. */
  answered({ failed }: { readonly failed: boolean }): void {
    this.#observe({ type: "answer", failed, ...this.#circumstances() });
  }

  #onChange(endpoint: string, now: EndpointHealth, { state: from }: EndpointHealth): void {
    const { onEvent } = this.#options;
    const before = this.#lastChange;
    const health = this.health;
    this.#lastChange = health;
    onEvent({ type: "endpoint", endpoint, from, to: now.state, lastFailure: now.lastFailure });
    if (health.state === before.state) return;
    onEvent({ type: "region", from: before.state, to: health.state, lastFailure: health.lastFailure });
    if (before.state === "up") this.#observe({ type: "fall", ...this.#circumstances() });
  }

  #circumstances(): Circumstances {
    return { at: steadyNow(), hasAlternative: this.#options.hasAlternative(this) };
  }

  #observe(observation: Observation): void {
    const { settings, onEvent } = this.#options;
    const before = this.#outlier.lastEjection;
    this.#outlier = observe(this.#outlier, observation, settings.outliers);
    const { lastEjection } = this.#outlier;
    if (lastEjection !== undefined && lastEjection !== before) onEvent({ type: "ejected", ...lastEjection });
  }
}
