import type { FastifyInstance } from "fastify";
import { expect, vi } from "vitest";
import { buildFrontDoor, type FrontDoorDeps } from "../../../local/front-door/front-door.ts";
import { type FrontDoorSettings, parseFrontDoorConfig } from "../../../local/front-door/front-door-config.ts";
import type { FrontDoorStatus, RegionStatus } from "../../../local/front-door/status.ts";
import type { ScriptedRegion } from "./scripted-region.ts";

/** Fast enough for tests, with the proportions of the defaults. */
export const FAST_HEALTH = {
  intervalMs: 10,
  timeoutMs: 2_000,
  failuresToDown: 2,
  successesToUp: 3,
  stableMs: 50,
};

/** Endpoints are asked once, before the first request. */
export const NO_MORE_CHECKS = { ...FAST_HEALTH, intervalMs: 600_000 };

/** The scripted servers that are the endpoints of each region; the first region is the primary. */
type Regions = Readonly<Record<string, readonly ScriptedRegion[]>>;

type Settings = Partial<Omit<FrontDoorSettings, "port" | "regions">> & Pick<FrontDoorDeps, "connect">;

/** A front door in this process, on a port of its own. */
export class RunningFrontDoor {
  readonly url: string;
  readonly #app: FastifyInstance;

  private constructor(app: FastifyInstance, url: string) {
    this.#app = app;
    this.url = url;
  }

  static async start(servers: Regions, { connect, ...settings }: Settings): Promise<RunningFrontDoor> {
    const regions: FrontDoorSettings["regions"] = Object.entries(servers).map(([name, endpoints], index) => ({
      name,
      role: index === 0 ? "primary" : "standby",
      endpoints: endpoints.map(({ url }) => url),
    }));
    const config = parseFrontDoorConfig({ port: 0, regions, ...settings });
    const app = buildFrontDoor({ config, logged: false, ...(connect && { connect }) });
    return new RunningFrontDoor(app, await app.listen({ host: "127.0.0.1", port: 0 }));
  }

  async close(): Promise<void> {
    await this.#app.close();
  }

  async status(): Promise<FrontDoorStatus> {
    return (await (await fetch(`${this.url}/front-door/status`)).json()) as FrontDoorStatus;
  }

  async statusOf(region: string): Promise<RegionStatus> {
    const { regions } = await this.status();
    const found = regions.find(({ name }) => name === region);
    if (found === undefined) throw new Error(`there is no region ${region}`);
    return found;
  }

  async untilActive(name: string | null): Promise<void> {
    await eventually(async () => expect((await this.status()).active).toBe(name));
  }

  async statesOfEndpoints(region: string): Promise<RegionStatus["state"][]> {
    return (await this.statusOf(region)).endpoints.map(({ state }) => state);
  }

  async untilEndpoints(region: string, ...states: RegionStatus["state"][]): Promise<void> {
    await eventually(async () => expect(await this.statesOfEndpoints(region)).toEqual(states));
  }

  async untilState(region: string, state: RegionStatus["state"]): Promise<void> {
    await eventually(async () => expect((await this.statusOf(region)).state).toBe(state));
  }
}

async function eventually(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 20_000, interval: 5 });
}
