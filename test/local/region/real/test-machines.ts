import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import { type RegionAddresses, regionAddresses } from "../../../../local/region/real/address-plan.ts";
import { DEBIAN_PROGRAMS } from "../../../../local/region/real/debian-programs.ts";
import { addBridge, freeBlocks, removeBridge } from "../../../../local/region/real/host-network.ts";
import { type Machine, removeMachine } from "../../../../local/region/real/machine.ts";
import { networkSetup } from "../../../../local/region/real/machine-network.ts";
import type { Command, MachinePlan, MachineService } from "../../../../local/region/real/machine-plan.ts";
import { ensureDebianPrograms } from "../../../../local/toolchain/debian-packages.ts";
import type { ComparedEnvironment } from "./host-state.ts";

/** Machines without Kubernetes on a bridge of their own, for one test file. */
export interface TestMachines {
  readonly environment: ComparedEnvironment;
  readonly folder: string;
  readonly addresses: RegionAddresses;
  /** The machine with this number, 1 to 7; off until somebody switches it on. */
  machine(number: number): Machine;
  /** Ends the machines and removes all that they have left. */
  remove(): Promise<void>;
}

export async function prepareTestMachines(): Promise<TestMachines> {
  await ensureDebianPrograms(DEBIAN_PROGRAMS);
  const instance = `test-${randomBytes(4).toString("hex")}`;
  const folder = await mkdtemp(path.join(os.tmpdir(), "machines-"));
  const block = await takeBlock();
  const addresses = regionAddresses(block, 0);
  const machine = (number: number): Machine => ({
    name: `machine-${number}`,
    folder: path.join(folder, `machine-${number}`),
    block,
    address: addresses.worker(number).address,
    controlGroup: `/claude-agents/${instance}-${block}/machine-${number}`,
  });
  const remove = async () => {
    for (const number of [1, 2, 3]) await removeMachine(machine(number));
    await removeBridge(block);
    await rm(folder, { recursive: true, force: true });
  };
  return { environment: { instance, block }, folder, addresses, machine, remove };
}

/** Others of this host may choose the same block at once: who adds the bridge has it. */
async function takeBlock(): Promise<number> {
  for (const block of await freeBlocks()) if (await addBridge(block)) return block;
  throw new Error("no block of addresses is free");
}

export interface PlanParts {
  readonly files?: Readonly<Record<string, string>>;
  readonly setup?: readonly Command[];
  readonly services?: readonly MachineService[];
}

/** Something for a machine to do. */
const IDLE: MachineService = { name: "idle", command: ["sleep", "infinity"] };

/** A plan for the machine with its network and these parts. */
export function planFor(
  { addresses }: TestMachines,
  { name: hostname, address, block }: Machine,
  { files = {}, setup = [], services = [IDLE] }: PlanParts = {},
): MachinePlan {
  return { files, setup: [...networkSetup({ hostname, block, addresses, address }), ...setup], services };
}

/** A service that says `<name> <number of this start>` to everybody who connects to its TCP port. */
export function greeter(name: string, port: number): MachineService {
  const script = `
    const fs = require("node:fs");
    const [, name, port] = process.argv;
    const starts = "/run/starts-of-" + name;
    fs.appendFileSync(starts, ".");
    const text = name + " " + fs.statSync(starts).size;
    require("node:net").createServer((socket) => socket.end(text)).listen(port, "0.0.0.0");
  `;
  return { name, command: [process.execPath, "-e", script, name, String(port)] };
}

/** What a server on a TCP port says; undefined when nobody answers within a second. */
export function greetingOf(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    let text = "";
    socket
      .setEncoding("utf8")
      .on("data", (part: string) => {
        text += part;
      })
      .on("end", () => resolve(text))
      .on("timeout", () => socket.destroy())
      .on("error", () => resolve(undefined))
      .on("close", () => resolve(undefined));
  });
}
