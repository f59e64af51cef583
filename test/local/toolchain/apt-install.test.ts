import path from "node:path";
import { expect, test } from "vitest";
import { resolveSpec } from "../../../local/toolchain/resolve.ts";
import type { ToolSpec } from "../../../local/toolchain/tools.ts";
import { gadget } from "./gadget.ts";
import { openSandbox } from "./sandbox.ts";

const packaged: ToolSpec = { ...gadget, aptPackage: "gadget-server" };

test("a tool with only a Debian package is installed by apt-get and then found on the search path", async () => {
  const sandbox = await openSandbox();
  const program = path.join(sandbox.binaries, "gadget");
  const install = `[ "$*" = "install --yes --no-install-recommends gadget-server" ] || exit 9
printf '#!/bin/sh\\necho gadget 1.2.5\\n' > "${program}"; /bin/chmod +x "${program}"`;
  await sandbox.addProgram("apt-get", `#!/bin/sh\n${install}\n`);

  expect(await resolveSpec(packaged, sandbox.options)).toEqual({
    name: "gadget",
    path: program,
    version: "1.2.5",
    source: "apt",
  });
});

test("a failed installation is reported with what apt-get said and how to repeat it", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("apt-get", "#!/bin/sh\necho 'E: are you root?' >&2; exit 100\n");

  const attempt = resolveSpec(packaged, sandbox.options);

  await expect(attempt).rejects.toThrow("apt-get install gadget-server failed: E: are you root?");
  await expect(attempt).rejects.toThrow("run `apt-get install gadget-server` as root");
});

test("a machine without apt-get is told so", async () => {
  const sandbox = await openSandbox();

  await expect(resolveSpec(packaged, sandbox.options)).rejects.toThrow(
    "Debian package: apt-get is not on PATH",
  );
});
