import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";

/** What regions of real pods might leave behind on their host: sorted lines by what they are about. Plain JSON. */
export type HostState = Readonly<Record<string, readonly string[]>>;

/** An environment that the comparison is about. */
export interface ComparedEnvironment {
  readonly instance: string;
  /** Second octet of its addresses, see {@link blockOf}. */
  readonly block: number;
}

/** Second octet of an address, such as one of a region's workers. */
export function blockOf(address: string): number {
  return Number(address.split(".")[1]);
}

/**
 * What this host looks like: control groups and who is in them, links, routes, mounts, packet filters, kernel
 * settings, and files in the folders that container engines use. Needs root.
 */
export async function snapshotHost(): Promise<HostState> {
  const looks = Object.entries(ASPECTS).map(
    async ([aspect, look]) => [aspect, [...new Set(await look())].sort()] as const,
  );
  return Object.fromEntries(await Promise.all(looks));
}

/**
 * What has appeared (`+`) or gone (`-`) since, one line each; none when the host is as before. With an environment, what
 * carries the name of another one is left out: others may be brought up or down meanwhile.
 */
export function differences(
  before: HostState,
  after: HostState,
  environment?: ComparedEnvironment,
): string[] {
  const changes = Object.keys(ASPECTS).flatMap((aspect) => {
    const [then, now] = [before[aspect] ?? [], after[aspect] ?? []];
    const gone = then.filter((line) => !now.includes(line));
    const appeared = now.filter((line) => !then.includes(line));
    return [...gone.map((line) => `- ${aspect}: ${line}`), ...appeared.map((line) => `+ ${aspect}: ${line}`)];
  });
  if (environment === undefined) return changes;
  const isHandedOn = (after["control groups"] ?? []).some((group) => isNextOwner(group, environment));
  return changes.filter((line) => !namesAnother(line, environment, isHandedOn));
}

const ASPECTS: Readonly<Record<string, () => Promise<string[]>>> = {
  processes: busyGroups,
  "control groups": controlGroups,
  "stray machines": strayMachines,
  "network namespaces": () => namesIn("/run/netns"),
  links,
  routes,
  mounts,
  "packet filter": packetFilter,
  "kernel settings": kernelSettings,
  files: engineFiles,
};

/** Once an environment is down another one may get its block at once, and name links after it. */
function isNextOwner(group: string, { instance, block }: ComparedEnvironment): boolean {
  const owner = /\/claude-agents\/([^/]+)$/.exec(group)?.[1] ?? "";
  return owner.endsWith(`-${block}`) && owner !== `${instance}-${block}`;
}

/** The folder of all environments may be another's too. An environment's group is named after its block as well. */
function namesAnother(line: string, { instance, block }: ComparedEnvironment, isHandedOn: boolean): boolean {
  const group = /\/claude-agents(?:\/([^/\s]+))?/.exec(line);
  const link = /\bagents(\d+)(?:m\d+)?\b/.exec(line);
  return (
    (group !== null && ![instance, `${instance}-${block}`].includes(group[1] ?? "")) ||
    (link !== null && (isHandedOn || Number(link[1]) !== block))
  );
}

const CONTROL_GROUPS = "/sys/fs/cgroup";

/** Ours lie in `/claude-agents/<instance>/<machine>` of every hierarchy; of others' only the uppermost are of interest. */
async function controlGroups(): Promise<string[]> {
  const hierarchies = (await namesIn(CONTROL_GROUPS)).map((name) => path.join(CONTROL_GROUPS, name));
  const lists = await Promise.all([CONTROL_GROUPS, ...hierarchies].map(groupsBelow));
  return lists.flat();
}

async function groupsBelow(folder: string): Promise<string[]> {
  const uppermost = await foldersIn(folder);
  const ours = await foldersIn(path.join(folder, "claude-agents"));
  const machines = await Promise.all(ours.map(foldersIn));
  return [...uppermost, ...ours, ...machines.flat()];
}

/** Machines' control groups that hold processes. */
async function busyGroups(): Promise<string[]> {
  const found = await processes();
  return found.flatMap(({ group }) => /\/claude-agents\/[^/]+\/[^/]+/.exec(group)?.[0] ?? []);
}

/** Machines outside of every control group: nobody would find them to end them. */
async function strayMachines(): Promise<string[]> {
  const outside = (await processes()).filter(({ group }) => !group.includes("/claude-agents/"));
  const commands = await Promise.all(outside.map(({ pid }) => textOf(`/proc/${pid}/cmdline`)));
  return commands
    .filter((command) => command.includes("/machine-init.ts\0"))
    .map((each) => each.replaceAll("\0", " "));
}

async function processes(): Promise<{ pid: string; group: string }[]> {
  const pids = (await namesIn("/proc")).filter((name) => /^\d+$/.test(name));
  return await Promise.all(pids.map(async (pid) => ({ pid, group: await textOf(`/proc/${pid}/cgroup`) })));
}

const linkSchema = z.object({
  ifname: z.string(),
  mtu: z.number(),
  link_type: z.string(),
  master: z.string().optional(),
  flags: z.array(z.string()),
  addr_info: z.array(
    z.object({
      local: z.string().optional(),
      prefixlen: z.number().optional(),
      temporary: z.boolean().optional(),
    }),
  ),
});

async function links(): Promise<string[]> {
  const found = z.array(linkSchema).parse(JSON.parse(await outputOf("ip", ["-json", "address"])));
  return found.flatMap(({ ifname, mtu, link_type, master, flags, addr_info }) => [
    [ifname, link_type, `mtu ${mtu}`, flags.includes("UP") ? "up" : "down", master ?? ""].join(" ").trim(),
    ...addr_info
      .filter(({ temporary }) => !temporary)
      .map((each) => `${ifname} ${each.local}/${each.prefixlen}`),
  ]);
}

async function routes(): Promise<string[]> {
  const schema = z.array(z.looseObject({ dst: z.string(), dev: z.string().optional() }));
  const tables = await Promise.all(
    ["-4", "-6"].map((family) => outputOf("ip", ["-json", family, "route", "show", "table", "all"])),
  );
  return tables.flatMap((table) =>
    schema
      .parse(JSON.parse(table || "[]"))
      // So `ip` calls a link that has gone since it listed the routes, and with it the route.
      .filter(({ dev = "" }) => !/^if\d+$/.test(dev))
      .map(({ dst, dev, gateway, table: name, type, protocol }) =>
        [type, dst, "via", gateway, "dev", dev, "table", name, "by", protocol]
          .map((part) => part ?? "-")
          .join(" "),
      ),
  );
}

/** Everything but the numbers that the kernel gives; whether a mount is shared counts too. */
async function mounts(): Promise<string[]> {
  const lines = (await textOf("/proc/self/mountinfo")).split("\n").filter(Boolean);
  return lines.map((line) =>
    line
      .split(" ")
      .slice(3)
      .join(" ")
      .replace(/\b(shared|master|propagate_from):\d+/g, "$1"),
  );
}

async function packetFilter(): Promise<string[]> {
  const tables = await Promise.all(
    ["iptables-save", "ip6tables-save"].map((program) => outputOf(program, [])),
  );
  return tables.flatMap((text, index) =>
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => `v${index === 0 ? 4 : 6} ${line.replace(/ \[\d+:\d+\]$/, "")}`),
  );
}

const SETTINGS = [
  ...["fs/inotify/max_user_instances", "fs/inotify/max_user_watches"],
  ...["kernel/hostname", "kernel/panic", "kernel/panic_on_oops"],
  ...["kernel/keys/root_maxbytes", "kernel/keys/root_maxkeys"],
  ...["net/bridge/bridge-nf-call-ip6tables", "net/bridge/bridge-nf-call-iptables"],
  ...["all", "default"].flatMap((name) => [
    ...["forwarding", "route_localnet", "rp_filter"].map((setting) => `net/ipv4/conf/${name}/${setting}`),
    ...["accept_ra", "disable_ipv6", "forwarding"].map((setting) => `net/ipv6/conf/${name}/${setting}`),
  ]),
  ...["ip_forward", "ip_local_port_range", "ip_unprivileged_port_start"].map((name) => `net/ipv4/${name}`),
  ...["max", "tcp_be_liberal", "tcp_timeout_close_wait", "tcp_timeout_established"].map(
    (name) => `net/netfilter/nf_conntrack_${name}`,
  ),
  ...["vm/overcommit_memory", "vm/panic_on_oom"],
];

async function kernelSettings(): Promise<string[]> {
  return await Promise.all(
    SETTINGS.map(async (name) => `${name} = ${(await textOf(`/proc/sys/${name}`)).trim() || "absent"}`),
  );
}

/** Where kubelets and container engines keep things, by their own choice. */
const ENGINE_FOLDERS = [
  ...["/etc/cni", "/etc/kubernetes", "/opt/cni", "/run/cni-addresses", "/run/containerd", "/run/kubernetes"],
  ...["/run/machine", "/run/runc", "/usr/libexec/kubernetes", "/var/lib/cni", "/var/lib/containerd"],
  ...["/var/lib/etcd", "/var/lib/kubelet", "/var/log/containers", "/var/log/pods"],
];

async function engineFiles(): Promise<string[]> {
  const lists = await Promise.all(
    ENGINE_FOLDERS.map(async (folder) => (await namesIn(folder)).map((name) => path.join(folder, name))),
  );
  return lists.flat();
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(folder, name));
}

async function textOf(file: string): Promise<string> {
  return await readFile(file, "utf8").catch(() => "");
}

/** Standard output; empty where there is no such program. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execa(program, args, { reject: false });
  return stdout ?? "";
}
