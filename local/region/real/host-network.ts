import { execa } from "execa";
import { z } from "zod";
import { hostAddress, MACHINE_PREFIX_LENGTH } from "./address-plan.ts";
import { admitBridged, forgetBridged } from "./host-firewall.ts";
import { overlap } from "./network-overlap.ts";

/** Second octets that blocks are chosen from: away from the first ones, which offices and container engines prefer. */
const FIRST_BLOCK = 96;
const LAST_BLOCK = 126;

/** Interfaces are named after the block, so that what belongs to which environment is plain to see. */
function bridgeName(block: number): string {
  return `agents${block}`;
}

/** Link of a machine: the last octet of its address tells it apart. */
function linkName(block: number, address: string): string {
  return `agents${block}m${address.split(".").at(-1)}`;
}

const routesSchema = z.array(z.looseObject({ dst: z.string() }));

/** The blocks that no route of this host leads into, in the order in which they are to be tried. */
export async function freeBlocks(): Promise<number[]> {
  const { stdout } = await execa("ip", ["-json", "-4", "route", "show", "table", "all"]);
  return blocksApartFrom(routesSchema.parse(JSON.parse(stdout)).map(({ dst }) => dst));
}

/** Networks larger than this lead to everybody else's addresses, as halves of the default route do that VPNs set. */
const SHORTEST_PREFIX_LENGTH = 8;

/** The blocks that share no address with these destinations of routes. */
export function blocksApartFrom(destinations: readonly string[]): number[] {
  const prefixLength = (network: string) => Number(network.split("/")[1] ?? 32);
  const taken = destinations.filter(
    (network) => network !== "default" && prefixLength(network) >= SHORTEST_PREFIX_LENGTH,
  );
  const blocks = Array.from({ length: LAST_BLOCK - FIRST_BLOCK + 1 }, (_, index) => FIRST_BLOCK + index);
  return blocks.filter((block) => !taken.some((network) => overlap(`10.${block}.0.0/16`, network)));
}

/** Makes the bridge of the block again if it is gone, such as after a restart of the host, or was made only half. */
export async function ensureBridge(block: number): Promise<void> {
  if (!(await addBridge(block))) await setUpBridge(block);
}

/** Makes the bridge of a block; false when there is one already: two environments may choose the same block at once. */
export async function addBridge(block: number): Promise<boolean> {
  const name = bridgeName(block);
  const address = hardwareAddress(hostAddress(block));
  const added = await execa("ip", ["link", "add", name, "address", address, "type", "bridge"], {
    reject: false,
  });
  if (added.exitCode !== 0) {
    if (added.stderr.includes("File exists")) return false;
    throw new Error(`ip link add ${name} type bridge failed: ${added.stderr.trim()}`);
  }
  await setUpBridge(block);
  return true;
}

async function setUpBridge(block: number): Promise<void> {
  const name = bridgeName(block);
  await execa("ip", ["address", "replace", `${hostAddress(block)}/${MACHINE_PREFIX_LENGTH}`, "dev", name]);
  await execa("ip", ["link", "set", name, "up"]);
  await admitBridged(name);
}

/**
 * Follows from the address, so that it stays over power cuts: neighbours would send to another one's for many seconds. A
 * bridge would even change its own with the machines that come and go.
 */
function hardwareAddress(address: string): string {
  const octets = address.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0"));
  return ["02", "00", ...octets].join(":");
}

/** Removes the bridge and with it the routes that lead over it. */
export async function removeBridge(block: number): Promise<void> {
  await forgetBridged(bridgeName(block));
  await execa("ip", ["link", "delete", bridgeName(block)], { reject: false });
}

/** Joins a machine to the bridge: one end there, the other in the machine as `eth0`. */
export async function plugIn(block: number, address: string, pid: number): Promise<void> {
  const name = linkName(block, address);
  await unplug(block, address);
  await execa("ip", [
    ...["link", "add", name, "type", "veth"],
    ...["peer", "name", "eth0", "address", hardwareAddress(address), "netns", String(pid)],
  ]);
  await execa("ip", ["link", "set", name, "master", bridgeName(block), "up"]);
}

const linksSchema = z.array(z.looseObject({ master: z.string().optional(), flags: z.array(z.string()) }));

/** Whether a machine is joined to the bridge. */
export async function isPluggedIn(block: number, address: string): Promise<boolean> {
  const { stdout, failed } = await execa("ip", ["-json", "link", "show", "dev", linkName(block, address)], {
    reject: false,
  });
  if (failed) return false;
  const [link] = linksSchema.parse(JSON.parse(stdout));
  return link?.master === bridgeName(block) && link.flags.includes("UP");
}

/** Takes a machine's link away; that of a machine that has ended goes by itself, a little later. */
export async function unplug(block: number, address: string): Promise<void> {
  await execa("ip", ["link", "delete", linkName(block, address)], { reject: false });
}

/** Cuts a machine off, or joins it again, without a word to it. For drills. */
export async function setLink(block: number, address: string, state: "up" | "down"): Promise<void> {
  await execa("ip", ["link", "set", linkName(block, address), state]);
}
