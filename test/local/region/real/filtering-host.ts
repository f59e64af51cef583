/**
 * Run in a network namespace of its own, which stands for a host that forwards nothing, as Docker and ufw leave it. Prints
 * as JSON what one machine hears from another one, and what is left of the packet filter afterwards.
 */
import { execa } from "execa";
import { ensureBridge } from "../../../../local/region/real/host-network.ts";
import { powerOn, runOn } from "../../../../local/region/real/machine.ts";
import { greeter, greetingOf, planFor, prepareTestMachines } from "./test-machines.ts";

const PORT = 4000;

const filter = async () =>
  (await execa("iptables-save", ["-t", "filter"])).stdout.match(/^-A .*|^:FORWARD \w+/gm);

await execa("ip", ["link", "set", "lo", "up"]);
await execa("iptables", ["-P", "FORWARD", "DROP"]);
const before = await filter();
const machines = await prepareTestMachines();
const [asking, answering] = [machines.machine(1), machines.machine(2)];
let heard = "";
let during: string[] | null;
try {
  await powerOn(asking, planFor(machines, asking));
  await powerOn(answering, planFor(machines, answering, { services: [greeter("greeter", PORT)] }));
  while ((await greetingOf(answering.address, PORT)) === undefined);
  await ensureBridge(machines.environment.block);
  during = await filter();
  const script = 'require("node:net").connect(process.argv[1], process.argv[2]).pipe(process.stdout)';
  const ask = [process.execPath, "-e", script, String(PORT), answering.address] as const;
  heard = await runOn(asking, ask, AbortSignal.timeout(10_000)).catch(String);
} finally {
  await machines.remove();
}
console.log(
  JSON.stringify({ heard, before, during, after: await filter(), block: machines.environment.block }),
);
