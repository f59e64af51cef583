import { execa } from "execa";
import { z } from "zod";
import { hostAddress, MACHINE_PREFIX_LENGTH } from "./address-plan.ts";

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
  const taken = routesSchema.parse(JSON.parse(stdout)).map(({ dst }) => dst);
  const isFree = (block: number) =>
    !taken.some((route) => route.startsWith(`10.${block}.`) || route === "10.0.0.0/8");
  return Array.from({ length: LAST_BLOCK - FIRST_BLOCK + 1 }, (_, index) => FIRST_BLOCK + index).filter(isFree);
}

/** Makes the bridge of the block again if it is gone, such as after a restart of the host. */
export async function ensureBridge(block: number): Promise<void> {
  const found = await execa("ip", ["link", "show", bridgeName(block)], { reject: false });
  if (found.exitCode !== 0) await addBridge(block);
}

/** Makes the bridge of a block; false when there is one already: two environments may choose the same block at once. */
export async function addBridge(block: number): Promise<boolean> {
  const name = bridgeName(block);
  const added = await execa("ip", ["link", "add", name, "type", "bridge"], { reject: false });
  if (added.exitCode !== 0) {
    if (added.stderr.includes("File exists")) return false;
    throw new Error(`ip link add ${name} type bridge failed: ${added.stderr.trim()}`);
  }
  await execa("ip", ["address", "add", `${hostAddress(block)}/${MACHINE_PREFIX_LENGTH}`, "dev", name]);
  await execa("ip", ["link", "set", name, "up"]);
  return true;
}

/** Removes the bridge and with it the routes that lead over it. */
export async function removeBridge(block: number): Promise<void> {
  await execa("ip", ["link", "delete", bridgeName(block)], { reject: false });
}

/** Joins a machine to the bridge: one end there, the other in the machine as `eth0`. */
export async function plugIn(block: number, address: string, pid: number): Promise<void> {
  const name = linkName(block, address);
  await unplug(block, address);
  await execa("ip", [
    ...["link", "add", name, "type", "veth"],
    ...["peer", "name", "eth0", "netns", String(pid)],
  ]);
  await execa("ip", ["link", "set", name, "master", bridgeName(block), "up"]);
}

/** Takes a machine's link away; that of a machine that has ended goes by itself, a little later. */
export async function unplug(block: number, address: string): Promise<void> {
  await execa("ip", ["link", "delete", linkName(block, address)], { reject: false });
}

/** Cuts a machine off, or joins it again, without a word to it. For drills. */
export async function setLink(block: number, address: string, state: "up" | "down"): Promise<void> {
  await execa("ip", ["link", "set", linkName(block, address), state]);
}
