import { type Endpoint, type Machine, thisMachine } from "./machine.ts";

/** What a command is about to need. */
export interface PreflightNeeds {
  /** Folders that will be written to, with the space that each needs. They need not exist yet. */
  folders: readonly { path: string; bytes: number; purpose: string }[];
  /** Memory that will be taken, in bytes. */
  memoryBytes: number;
  /** Addresses and ports that will be listened on; those in use by this very environment are left out. */
  endpoints: readonly (Endpoint & { purpose: string })[];
  /** Tools that are not there yet, with the seconds that building each takes. */
  missingTools: readonly { name: string; estimateSeconds: number }[];
  /** Oldest Go that can build them, e.g. `1.26.0`. */
  minimumGoVersion: string;
}

/** Something that is missing or tight. `fatal`: the command cannot succeed. */
export interface Finding {
  severity: "fatal" | "warning";
  message: string;
  /** What the user can do about it. */
  fix: string;
}

export interface PreflightReport {
  /** Only warnings: anything fatal is thrown. */
  findings: Finding[];
  /** Minutes that getting the missing tools takes at most, on two cores with empty caches. */
  estimateMinutes: number;
}

/** The machine lacks what the command needs; the message lists every lack with its fix. */
export class PreflightError extends Error {
  override readonly name = "PreflightError";
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    const lines = findings.map(({ message, fix }) => `- ${message}\n  Fix: ${fix}`);
    super(`This machine is not ready:\n${lines.join("\n")}`);
    this.findings = findings;
  }
}

/**
 * Looks at everything that would make a long run fail late, before it begins; changes nothing.
 * @throws {PreflightError} that lists all fatal findings at once.
 */
export async function preflight(
  needs: PreflightNeeds,
  machine: Machine = thisMachine,
): Promise<PreflightReport> {
  const checks = await Promise.all([
    checkPlatform(machine),
    checkFolders(needs, machine),
    checkMemory(needs, machine),
    checkEndpoints(needs, machine),
    checkGo(needs, machine),
  ]);
  const findings = checks.flat();
  const fatal = findings.filter((finding) => finding.severity === "fatal");
  if (fatal.length > 0) throw new PreflightError(fatal);
  const seconds = needs.missingTools.reduce((total, tool) => total + tool.estimateSeconds, 0);
  return { findings, estimateMinutes: Math.ceil(seconds / 60) };
}

const SYSTEMS = ["linux", "darwin"];
const ARCHITECTURES = ["x64", "arm64"];

function checkPlatform({ platform, arch }: Machine): Finding[] {
  if (SYSTEMS.includes(platform) && ARCHITECTURES.includes(arch)) return [];
  return [
    {
      severity: "fatal",
      message: `The embedded environment does not run on ${platform} ${arch}; it runs on Linux and macOS, x64 and arm64.`,
      fix: platform === "win32" ? "use WSL 2" : "use such a machine, or name a cluster with --context",
    },
  ];
}

/** Folders on one file system share its space, so their needs are added up. */
async function checkFolders({ folders }: PreflightNeeds, machine: Machine): Promise<Finding[]> {
  const findings: Finding[] = [];
  const wanted = new Map<number, { free: number; bytes: number; names: string[] }>();
  for (const { path, bytes, purpose } of folders) {
    const place = await machine.inspectFolder(path);
    const name = `${purpose} (${path})`;
    if (!place.isWritable) {
      findings.push({
        severity: "fatal",
        message: `The folder for ${name} cannot be written: ${place.existing} is not yours to write.`,
        fix: `run \`sudo chown -R "$(id -un)" ${place.existing}\`, or choose another folder`,
      });
    }
    const sum = wanted.get(place.device) ?? { free: place.freeBytes, bytes: 0, names: [] };
    wanted.set(place.device, { ...sum, bytes: sum.bytes + bytes, names: [...sum.names, name] });
  }
  for (const { free, bytes, names } of wanted.values()) {
    if (free >= bytes) continue;
    findings.push({
      severity: "fatal",
      message: `Too little disk space for ${names.join(" and ")}: ${gib(free)} free, ${gib(bytes)} needed.`,
      fix: `free ${gib(bytes - free)} on that disk, or choose folders on another`,
    });
  }
  return findings;
}

/** Somewhat too little memory makes things slow; less than half of what is needed makes them fail. */
function checkMemory({ memoryBytes }: PreflightNeeds, machine: Machine): Finding[] {
  const available = machine.availableMemoryBytes();
  if (available >= memoryBytes) return [];
  return [
    {
      severity: available < memoryBytes / 2 ? "fatal" : "warning",
      message: `Little memory: ${gib(available)} available, ${gib(memoryBytes)} needed.`,
      fix: "end programs that use much memory, or give this machine more",
    },
  ];
}

async function checkEndpoints({ endpoints }: PreflightNeeds, machine: Machine): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { host, port, purpose } of endpoints) {
    const failure = await machine.listenFailure({ host, port });
    if (failure !== undefined) {
      findings.push({
        severity: "fatal",
        message: `${purpose} cannot listen on ${host}:${port} (${failure}).`,
        fix: endpointFix(failure, { host, port }, machine),
      });
    }
  }
  return findings;
}

function endpointFix(failure: string, { host, port }: Endpoint, machine: Machine): string {
  if (failure === "EADDRNOTAVAIL") {
    return machine.platform === "darwin"
      ? `run \`sudo ifconfig lo0 alias ${host} up\` (macOS has one loopback address unless told otherwise)`
      : `give the loopback interface this address: \`sudo ip address add ${host}/8 dev lo\``;
  }
  if (failure === "EADDRINUSE") {
    return `end the program that listens there (\`lsof -nP -iTCP:${port} -sTCP:LISTEN\` names it), or choose another port`;
  }
  return "choose another port";
}

/** Tools may still be downloaded, so a missing Go is no more than a warning. */
async function checkGo(needs: PreflightNeeds, machine: Machine): Promise<Finding[]> {
  const tools = needs.missingTools.map((tool) => tool.name);
  if (tools.length === 0) return [];
  const version = await machine.goVersion();
  if (version !== undefined && isAtLeast(version, needs.minimumGoVersion)) return [];
  const state = version === undefined ? "Go is not installed" : `Go is ${version}`;
  return [
    {
      severity: "warning",
      message: `${state}, so ${tools.join(", ")} can only be downloaded, not built.`,
      fix: `install Go ${needs.minimumGoVersion} or newer (https://go.dev/dl/) if the downloads fail`,
    },
  ];
}

function isAtLeast(version: string, minimum: string): boolean {
  return version.localeCompare(minimum, "en", { numeric: true }) >= 0;
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
