import path from "node:path";
import { expect, test } from "vitest";
import { type DebianProgram, ensureDebianPrograms } from "../../../local/toolchain/debian-packages.ts";
import { openSandbox } from "./sandbox.ts";

const gadget: DebianProgram = { program: "gadget", package: "gadget-server" };
const widget: DebianProgram = { program: "widget", package: "widgets" };

test("programs that are there cost no installation", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("gadget", "#!/bin/sh\n");

  expect(await ensureDebianPrograms([gadget], { searchPath: sandbox.binaries })).toEqual([]);
});

test("all missing packages are installed in one go, after saying so", async () => {
  const sandbox = await openSandbox();
  const make = ["gadget", "widget"].map((name) => {
    const file = path.join(sandbox.binaries, name);
    return `printf '#!/bin/sh\\n' > "${file}"; /bin/chmod +x "${file}"`;
  });
  const install = `case "$*" in *update) exit 0;; *"install --yes --no-install-recommends gadget-server widgets") ${make.join(";")};; *) exit 9;; esac`;
  await sandbox.addProgram("apt-get", `#!/bin/sh\n${install}\n`);
  const said: string[] = [];

  const installed = await ensureDebianPrograms([widget, gadget], {
    searchPath: sandbox.binaries,
    onProgress: (text) => said.push(text),
  });

  expect(installed).toEqual(["gadget-server", "widgets"]);
  expect(said).toEqual(["installing the Debian packages gadget-server, widgets"]);
});

test("a failed installation is reported with what apt-get said and how to repeat it", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("apt-get", "#!/bin/sh\necho 'E: are you root?' >&2; exit 100\n");

  const attempt = ensureDebianPrograms([gadget], { searchPath: sandbox.binaries });

  await expect(attempt).rejects.toThrow(
    "apt-get update failed: E: are you root?. Install them as root: apt-get install gadget-server",
  );
});

test("a package that does not bring its program is named", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("apt-get", "#!/bin/sh\nexit 0\n");

  await expect(ensureDebianPrograms([gadget], { searchPath: sandbox.binaries })).rejects.toThrow(
    "gadget (gadget-server) are missing after their installation",
  );
});

test("a machine without apt-get is told what to install", async () => {
  const sandbox = await openSandbox();

  await expect(ensureDebianPrograms([gadget], { searchPath: sandbox.binaries })).rejects.toThrow(
    "gadget are missing and there is no apt-get",
  );
});
