import type { DebianProgram } from "../../toolchain/debian-packages.ts";
import { CNI_PLUGIN_FOLDER } from "./container-runtime.ts";

/** What regions of real pods use as Debian packages it: the container runtime, networks and the init of each machine. */
export const DEBIAN_PROGRAMS: readonly DebianProgram[] = [
  { program: "containerd", package: "containerd" },
  { program: "runc", package: "runc" },
  { program: "ptp", package: "containernetworking-plugins", folder: CNI_PLUGIN_FOLDER },
  { program: "iptables", package: "iptables" },
  { program: "ip", package: "iproute2" },
  { program: "sysctl", package: "procps" },
  { program: "nsenter", package: "util-linux" },
  { program: "catatonit", package: "catatonit" },
];
