/**
 * What a machine of a region does from its power-on: a file of the host, read by the machine's first program
 * (`machine-init.ts`), which knows nothing of Kubernetes.
 */
export interface MachinePlan {
  /** Text of files in the machine's own folder, by their paths in it. Default: none. */
  readonly files?: Readonly<Record<string, string>>;
  /** Commands that prepare the machine, one after another; one that fails ends the machine. */
  readonly setup: readonly Command[];
  /** Programs that then run until the machine is powered off; one that ends is started again. */
  readonly services: readonly MachineService[];
}

/** A program and its arguments. */
export type Command = readonly [file: string, ...args: string[]];

export interface MachineService {
  readonly name: string;
  readonly command: Command;
  /** What must answer before it is started. */
  readonly after?: Gate;
}

/** `socket`: something listens there. `https`: a server with a certificate of this authority answers, whatever it says. */
export type Gate =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "https"; readonly url: string; readonly authorityFile: string };

/** Where a machine finds its own folder: paths in it are short and the same on every host. */
export const MACHINE_ROOT = "/run/machine";

/** Where the logs of its services lie within that folder. */
export const LOG_FOLDER = "log";

/** Where its programs put temporary files: gone with the machine's power, and never among the host's. */
export const MACHINE_TEMPORARY = "/run/tmp";

/** Search path of every program of a machine. */
export const MACHINE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
