import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { askFrontDoor } from "../../local/environment/front-door.ts";
import { type Instance, openInstance } from "../../local/environment/instance.ts";
import {
  type Deployment,
  type DeployOptions,
  deployLocalStack,
  readGatewayKey,
} from "../../local/environment/local-stack.ts";
import { type EnvironmentRecord, requireRecord } from "../../local/environment/record.ts";
import { areReady, readWorkloads } from "../../local/environment/workloads.ts";
import type { FrontDoorStatus } from "../../local/front-door/status.ts";
import { Kubectl } from "../../local/region/kubectl.ts";
import { layOut, type RegionLayout, readTopology } from "../../local/region/real/topology.ts";
import type { SharedEnvironment } from "./shared-environment.ts";

/** One region of an environment of real pods, and the ways to hurt it. */
export interface DrillRegion {
  readonly name: string;
  readonly kubectl: Kubectl;
  readonly layout: RegionLayout;
}

/** As many pods as a region has at least, whatever the load: what a drill counts must not change by itself. */
export const STEADY = { minReplicas: 2, maxReplicas: 2 } as const;

interface DrillDeployment extends Partial<Pick<DeployOptions, "image" | "replace">> {
  readonly coordinator?: Readonly<Record<string, unknown>>;
}

interface Gateway {
  readonly url: string;
  readonly apiKey: string;
}

/** An environment of real pods that runs. */
export class DrillEnvironment {
  readonly instance: Instance;
  readonly record: EnvironmentRecord;
  readonly gateway: Gateway;
  /** By role. */
  readonly primary: DrillRegion;
  readonly standby: DrillRegion;

  private constructor(
    instance: Instance,
    record: EnvironmentRecord,
    gateway: Gateway,
    regions: ReadonlyMap<string, DrillRegion>,
  ) {
    this.instance = instance;
    this.record = record;
    this.gateway = gateway;
    this.primary = regionOf(record, regions, "primary");
    this.standby = regionOf(record, regions, "standby");
  }

  static async open({ env, gateway: { url } }: SharedEnvironment): Promise<DrillEnvironment> {
    const instance = openInstance({ ...process.env, ...env });
    const record = await requireRecord(instance);
    // Drills before may have rotated it.
    const apiKey = await readGatewayKey(instance, record);
    const gateway = { url, apiKey };
    const place = { workDir: path.join(instance.stateDir, "regions") };
    const topology = await readTopology(place);
    if (topology === undefined) throw new Error("The environment of the drills has no machines.");
    const regions = layOut(place, topology).map((layout): [string, DrillRegion] => {
      const { name } = layout;
      const kubectl = new Kubectl({
        kubectl: record.tools.kubectl,
        kubeconfig: instance.kubeconfig,
        context: name,
      });
      return [name, { name, kubectl, layout }];
    });
    return new DrillEnvironment(instance, record, gateway, new Map(regions));
  }

  /** `pulumi up` of the stack, with settings of the coordinator over {@link STEADY}. */
  async deploy({ coordinator, ...options }: DrillDeployment = {}): Promise<Deployment> {
    return await deployLocalStack(this.instance, this.record, {
      image: await this.deployedImage("claude-agent-coordinator", "deployment"),
      storeImage: await this.deployedImage("claude-agent-valkey", "statefulset"),
      signal: new AbortController().signal,
      onProgress: () => undefined,
      config: { coordinator: { ...STEADY, ...coordinator } },
      ...options,
    });
  }

  /** Image of the first container of a workload in the primary region. */
  async deployedImage(name: string, kind: string): Promise<string> {
    const template = "{.spec.template.spec.containers[0].image}";
    return await this.primary.kubectl.run(["get", kind, name, "-o", `jsonpath=${template}`], {
      namespace: NAMESPACE,
    });
  }

  async frontDoor(): Promise<FrontDoorStatus | undefined> {
    return await askFrontDoor(this.record);
  }

  /**
   * Waits until everything is as before the drill: all workloads ready, the front door sending to the primary.
   *
   * @returns seconds that it took
   * @throws Error naming what is missing
   */
  async recovered(timeoutMs = 180_000): Promise<number> {
    const started = performance.now();
    for (;;) {
      const missing = await this.#missing();
      const seconds = (performance.now() - started) / 1000;
      if (missing.length === 0) return seconds;
      if (seconds * 1000 > timeoutMs)
        throw new Error(`Not recovered after ${timeoutMs / 1000} s: ${missing.join("; ")}`);
      await sleep(500);
    }
  }

  async #missing(): Promise<string[]> {
    const door = await this.frontDoor();
    const ofDoor = door?.active === this.primary.name ? [] : [`the front door sends to ${door?.active}`];
    const ofRegions = await Promise.all(
      this.record.regions.map(async (region) => {
        const workloads = await readWorkloads(region, this.record).catch(() => []);
        if (areReady(workloads)) return [];
        const late = workloads.filter(({ ready, wanted }) => ready < wanted);
        return [
          `${region.name}: ${late.map(({ name, ready, wanted }) => `${name} ${ready}/${wanted}`).join(", ") || "no answer"}`,
        ];
      }),
    );
    return [...ofDoor, ...ofRegions.flat()];
  }
}

function regionOf(
  record: EnvironmentRecord,
  regions: ReadonlyMap<string, DrillRegion>,
  role: "primary" | "standby",
): DrillRegion {
  const name = record.regions.find((region) => region.role === role)?.name ?? "";
  const region = regions.get(name);
  if (region === undefined) throw new Error(`The environment has no ${role} region.`);
  return region;
}

/** Asks until the answer is good; seconds that it took. @throws Error with `what` and the last answer when it never is */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer>,
  isGood: (answer: Answer) => boolean,
  timeoutMs: number,
): Promise<number> {
  const started = performance.now();
  for (;;) {
    const answer = await ask().catch((error: unknown) => error as Error);
    const elapsed = performance.now() - started;
    if (!(answer instanceof Error) && isGood(answer)) return elapsed / 1000;
    if (elapsed > timeoutMs) {
      throw new Error(
        `${what}: not within ${timeoutMs / 1000} s; the last answer was ${answer instanceof Error ? answer.message : JSON.stringify(answer)}`,
      );
    }
    await sleep(200);
  }
}
