import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { MACHINE_PATH } from "./machine-plan.ts";

/** There while the kernel can show bridged packets to the filter of forwarded ones; 1 while it does. */
const BRIDGED_ARE_FILTERED = "/proc/sys/net/bridge/bridge-nf-call-iptables";

/**
 * Lets what a bridge joins talk to each other on a host that filters what it forwards: Docker and ufw refuse all but
 * their own, and the kernel may count bridged packets among it. Hosts that do not filter are left alone.
 *
 * @throws Error with what iptables says
 */
export async function admitBridged(bridge: string): Promise<void> {
  const filters = (await readFile(BRIDGED_ARE_FILTERED, "utf8").catch(() => "0")).trim() === "1";
  if (!filters) return;
  const filter = await forwardFilter();
  if (!refusesSome(filter) || filter.includes(ruleFor(bridge))) return;
  await iptables("-I", ruleFor(bridge));
}

/** Takes back what {@link admitBridged} has added. */
export async function forgetBridged(bridge: string): Promise<void> {
  if ((await forwardFilter()).includes(ruleFor(bridge))) await iptables("-D", ruleFor(bridge));
}

/** As iptables-save shows it, without the chain's action. */
function ruleFor(bridge: string): string {
  return `FORWARD -i ${bridge} -o ${bridge} -j ACCEPT`;
}

/** Policy and rules of the chain, one each; none where no filter was ever set up. Reading by `iptables -S` would set one up. */
async function forwardFilter(): Promise<string[]> {
  const { stdout } = await execa("iptables-save", ["-t", "filter"], { env: PROGRAMS, reject: false });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [, policy, rule] = /^:FORWARD (\w+)|^-A (FORWARD .*\S)/.exec(line) ?? [];
    return policy ?? rule ?? [];
  });
}

function refusesSome(filter: readonly string[]): boolean {
  return filter.some(
    (line) => line !== "ACCEPT" && !/^FORWARD -i agents\d+ -o agents\d+ -j ACCEPT$/.test(line),
  );
}

/** Others may change the filter at the same time, which `--wait` sits out. */
async function iptables(action: "-I" | "-D", rule: string): Promise<void> {
  await execa("iptables", ["--wait", action, ...rule.split(" ")], { env: PROGRAMS });
}

/** A user's own search path may lack the administrator's programs. */
const PROGRAMS = { PATH: MACHINE_PATH };
