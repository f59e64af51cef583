import { readFile } from "node:fs/promises";
import { execa } from "execa";
import { findExecutables } from "../../toolchain/path-search.ts";

const CAPABILITIES = { CAP_NET_ADMIN: 12, CAP_SYS_CHROOT: 18, CAP_SYS_ADMIN: 21 } as const;

/**
 * Why this host cannot have regions of real pods, as the end of a sentence; undefined when it can. Looks, changes nothing.
 */
export async function realNodesHindrance(): Promise<string | undefined> {
  if (process.platform !== "linux") return `they need Linux, and this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "they need root, to make namespaces and networks";
  const missing = await missingCapabilities();
  if (missing.length > 0) return `this process lacks ${missing.join(", ")}, as in a confined container`;
  if (!(await hasOverlay())) return "the kernel has no overlay file system";
  const namespaces = await execa("unshare", ["--mount", "--net", "--pid", "--fork", "true"], {
    reject: false,
  });
  if (namespaces.failed) return `new namespaces are refused (${namespaces.stderr?.trim() || "no unshare"})`;
  const [apt] = await findExecutables("apt-get", process.env["PATH"] ?? "");
  if (apt === undefined)
    return "containerd and its like are installed by apt-get, which this system does not have";
  return undefined;
}

async function missingCapabilities(): Promise<string[]> {
  const status = await readFile("/proc/self/status", "utf8");
  const effective = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return Object.entries(CAPABILITIES).flatMap(([name, bit]) =>
    (effective >> BigInt(bit)) & 1n ? [] : [name],
  );
}

async function hasOverlay(): Promise<boolean> {
  return (await readFile("/proc/filesystems", "utf8")).includes("\toverlay\n");
}
