import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { DownloadSpec, GoModuleSpec, ToolSpec } from "../../../local/toolchain/tools.ts";

/** An invented tool, so that tests need neither a network nor a real program. */
export const gadget: ToolSpec = {
  name: "gadget",
  version: "1.2.3",
  accepts: "^1.2.0",
  probe: { args: ["--version"], pattern: /gadget v?(\S+)/ },
  homepage: "https://gadget.example",
};

/** Program of the gadget: a shell script that states the version. */
export function gadgetScript(version: string): string {
  return `#!/bin/sh\necho "gadget ${version}"\n`;
}

/** A gadget that is published at `origin`, without an archive. */
export function gadgetDownload(origin: string): DownloadSpec {
  const url = `${origin}/gadget-v{version}-{os}`;
  return {
    url,
    checksum: { url: `${url}.sha256`, algorithm: "sha256", format: "single" },
    systems: ["linux", "darwin"],
  };
}

/** A gadget that is built in `directory`. */
export function gadgetModule(directory: string): GoModuleSpec {
  return {
    directory,
    packagePath: "gadget",
    tags: [],
    stamps: { "main.version": "1.2.3" },
    estimateSeconds: 7,
  };
}

export async function writeProgram(file: string, script: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}

/**
 * Stand-in for Go: notes its environment and arguments in `go.log` beside it, runs `work`, then writes the gadget.
 */
export function fakeGoScript(options: {
  readonly version?: string;
  readonly builds?: string;
  readonly work?: string;
}): string {
  return `#!/bin/sh
if [ "$1" = env ]; then echo "${options.version ?? "go1.26.8"}"; exit 0; fi
echo "CGO_ENABLED=$CGO_ENABLED GOFLAGS=$GOFLAGS GOTOOLCHAIN=$GOTOOLCHAIN $*" >> "$(/usr/bin/dirname "$0")/go.log"
${options.work ?? ""}
while [ $# -gt 0 ]; do if [ "$1" = -o ]; then target=$2; fi; shift; done
printf '#!/bin/sh\\necho gadget ${options.builds ?? "1.2.3"}\\n' > "$target"
/bin/chmod +x "$target"
`;
}
