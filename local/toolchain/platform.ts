/** Machine that a tool has to run on, in the words of Go's releases and of Node. */
export interface Platform {
  readonly os: "linux" | "darwin";
  /** Go's name of the architecture, used by most download addresses. */
  readonly arch: "amd64" | "arm64";
  /** Node's name of the architecture, used by Pulumi's download addresses. */
  readonly nodeArch: "x64" | "arm64";
}

const ARCHITECTURES: Readonly<Record<string, Pick<Platform, "arch" | "nodeArch">>> = {
  x64: { arch: "amd64", nodeArch: "x64" },
  arm64: { arch: "arm64", nodeArch: "arm64" },
};

/**
 * Platform of this machine.
 *
 * @throws Error on anything but Linux and macOS on x64 and arm64.
 */
export function hostPlatform(os: string = process.platform, nodeArch: string = process.arch): Platform {
  const architecture = ARCHITECTURES[nodeArch];
  if ((os === "linux" || os === "darwin") && architecture !== undefined) return { os, ...architecture };
  throw new Error(
    `This machine is ${os}/${nodeArch}; the local environment runs on linux and darwin with x64 or arm64. ` +
      "Use such a machine, a virtual machine or WSL 2.",
  );
}
