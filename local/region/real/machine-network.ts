import { hostAddress, MACHINE_PREFIX_LENGTH, MAX_WORKERS, type RegionAddresses } from "./address-plan.ts";
import type { Command } from "./machine-plan.ts";

export interface MachineNetwork {
  readonly hostname: string;
  readonly block: number;
  readonly addresses: RegionAddresses;
  /** This machine's own address. */
  readonly address: string;
}

/** Commands that give a machine its name and its network: one interface, and a route to the pods of every worker. */
export function networkSetup({ hostname, block, addresses, address }: MachineNetwork): Command[] {
  return [
    ["hostname", hostname],
    ["ip", "link", "set", "lo", "up"],
    ["ip", "address", "add", `${address}/${MACHINE_PREFIX_LENGTH}`, "dev", "eth0"],
    ["ip", "link", "set", "eth0", "up"],
    ["ip", "route", "add", "default", "via", hostAddress(block)],
    ...workersOf(addresses)
      .filter((worker) => worker.address !== address)
      .map((worker): Command => ["ip", "route", "add", worker.podNetwork, "via", worker.address]),
  ];
}

function workersOf(addresses: RegionAddresses) {
  return Array.from({ length: MAX_WORKERS }, (_, index) => addresses.worker(index + 1));
}
