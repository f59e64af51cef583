import { CliError, EXIT } from "../../agent-runtime/src/cli/cli-error.ts";
import type { Connection, Target } from "../../agent-runtime/src/cli/cli-host.ts";
import { PORTS } from "../../agent-runtime/src/contract.ts";
import { forwardPort, type PortForward } from "./port-forward.ts";
import type { EnvironmentRecord, EnvironmentRegion } from "./record.ts";

/** The ops servers of an embedded environment, for `agentctl`. */
export interface OpsAccess {
  /** The primary region's, every region's, or that of the region that was chosen. @throws {CliError} */
  connect(reach: "one" | "every"): Promise<Connection>;
  /** Closes the ports that were opened for it. */
  close(): Promise<void>;
}

interface OpsAccessOptions {
  /** Read when it is needed first: help texts need no environment. */
  readonly readEnvironment: () => Promise<EnvironmentRecord>;
  /** Reads the key that `up` has minted. */
  readonly readKey: (environment: EnvironmentRecord) => Promise<string>;
  /** Name of a region; by default the command decides between the primary and all. */
  readonly region: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Opens the way to the ops servers: where pods are real they listen on the pod's loopback address, so a port is forwarded;
 * processes that stand in for pods listen on their region's address.
 */
export function openOpsAccess({ readEnvironment, readKey, region, signal }: OpsAccessOptions): OpsAccess {
  const forwards: Promise<PortForward>[] = [];

  function targetOf({ tools }: EnvironmentRecord, chosen: EnvironmentRegion): Target {
    const { name, address } = chosen;
    if (address !== undefined) return { name, url: `http://${address}:${PORTS.ops}` };
    // Only once it is asked: a region that is away keeps no other from being reached.
    const open = async () => {
      const forward = forwardPort({ kubectl: tools.kubectl, region: chosen, port: PORTS.ops, signal });
      forwards.push(forward);
      return (await forward).url;
    };
    return { name, url: open };
  }

  return {
    async connect(reach) {
      const environment = await readEnvironment().catch(asUnreachable);
      const regions = chooseRegions(environment.regions, reach, region);
      const key = await readKey(environment).catch(asUnreachable);
      return { targets: regions.map((each) => targetOf(environment, each)), key };
    },
    async close() {
      const opened = await Promise.allSettled(forwards);
      await Promise.all(opened.map((each) => (each.status === "fulfilled" ? each.value.close() : undefined)));
    },
  };
}

function asUnreachable(fault: unknown): never {
  throw new CliError(EXIT.unreachable, fault instanceof Error ? fault.message : String(fault), {
    cause: fault,
  });
}

function chooseRegions(
  regions: readonly EnvironmentRegion[],
  reach: "one" | "every",
  chosen: string | undefined,
): readonly EnvironmentRegion[] {
  if (chosen === undefined)
    return reach === "every" ? regions : regions.filter(({ role }) => role === "primary");
  const found = regions.filter(({ name }) => name === chosen);
  if (found.length > 0) return found;
  const allowed = regions.map(({ name }) => name).join(", ");
  throw new CliError(
    EXIT.usage,
    `There is no region ${JSON.stringify(chosen)} here; allowed are ${allowed}.`,
  );
}
