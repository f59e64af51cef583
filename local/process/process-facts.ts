import { readFile } from "node:fs/promises";
import { execa } from "execa";

/** What the operating system says of one running process. */
export interface ProcessFacts {
  pid: number;
  /** Opaque mark of the moment of its start: with the pid it identifies one process for ever, across reboots too. */
  startMark: string;
  /** Executable and arguments, separated by blanks. */
  commandLine: string;
  cpuSeconds: number;
  rssBytes: number;
}

/**
 * Facts of the process with this pid, or undefined if there is none. A process that ended and only waits to be
 * collected by its parent (a zombie) counts as none.
 */
export async function processFacts(pid: number): Promise<ProcessFacts | undefined> {
  return process.platform === "linux" ? await factsFromProc(pid) : await factsFromPs(pid);
}

/** Linux counts CPU time in USER_HZ, which is 100 on every architecture that Node runs on. */
const CLOCK_TICKS_PER_SECOND = 100;

async function factsFromProc(pid: number): Promise<ProcessFacts | undefined> {
  try {
    const [stat, status, commandLine, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile(`/proc/${pid}/status`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    ]);
    // The second field is the name in parentheses and may itself hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, userTicks, systemTicks, startTicks] = [fields[0], fields[11], fields[12], fields[19]];
    // The main thread may have ended while others still hold the sockets and files of the process.
    const hasOtherThreads = Number(fields[17]) > 1;
    const hasEnded = state === "X" || (state === "Z" && !hasOtherThreads);
    if (hasEnded || startTicks === undefined) return undefined;
    const rssKiB = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return {
      pid,
      startMark: `${bootId.trim()}:${startTicks}`,
      commandLine: commandLine.replace(/\0+$/, "").replaceAll("\0", " "),
      cpuSeconds: (Number(userTicks) + Number(systemTicks)) / CLOCK_TICKS_PER_SECOND,
      rssBytes: Number(rssKiB ?? 0) * 1024,
    };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** ESRCH is what reading from /proc gives when the process ends between open and read. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
}

/**
 * Memory of a process in bytes, in which what it shares with others is divided among them (proportional set size): sums
 * over processes count nothing twice. Linux only; 0 for a process that has ended.
 */
export async function pssBytesOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}

/** The same by the POSIX command, for systems without /proc (macOS). */
export async function factsFromPs(pid: number): Promise<ProcessFacts | undefined> {
  const columns = ["stat=", "lstart=", "time=", "rss=", "args="].flatMap((column) => ["-o", column]);
  const result = await execa("ps", ["-ww", ...columns, "-p", String(pid)], {
    reject: false,
    env: { LC_ALL: "C" },
  });
  if (result.exitCode === undefined) {
    throw new Error(`Cannot run ps to look at process ${pid}: ${result.shortMessage}. Install procps.`);
  }
  return parsePsLine(pid, result.stdout);
}

function parsePsLine(pid: number, line: string): ProcessFacts | undefined {
  const match = /^\s*(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d{4})\s+(\S+)\s+(\d+)\s+(.*)$/.exec(line);
  if (match === null) return undefined;
  const [, state = "", startMark = "", cpuTime = "", rssKiB = "0", commandLine = ""] = match;
  if (state.startsWith("Z")) return undefined;
  return {
    pid,
    startMark: startMark.replace(/\s+/g, " "),
    commandLine: commandLine.trimEnd(),
    cpuSeconds: parseCpuTime(cpuTime),
    rssBytes: Number(rssKiB) * 1024,
  };
}

/** Seconds of `[[dd-]hh:]mm:ss[.cc]`, the forms that Linux and macOS print. */
export function parseCpuTime(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-", 2) : ["0", text];
  const seconds = (clock ?? "").split(":").reduce((total, part) => total * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}
