import { writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test, vi } from "vitest";
import { fakeGoScript } from "./gadget.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";

const PROGRAM = path.join(import.meta.dirname, "resolve-in-process.ts");

/** Starts the process; `printed` grows with the lines of its output. */
function startResolving(sandbox: Sandbox) {
  const printed: string[] = [];
  const child = execa(
    process.execPath,
    [PROGRAM, sandbox.directory, sandbox.options.cacheDir, sandbox.binaries],
    {
      stdout: function* (line: unknown) {
        printed.push(String(line));
        yield line;
      },
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const untilPrinted = (line: string) =>
    vi.waitFor(() => expect(printed).toContain(line), { timeout: 50_000 });
  return { child, printed, untilPrinted };
}

test("of two processes at once one builds and the other waits for it", async () => {
  const sandbox = await openSandbox();
  const released = path.join(sandbox.directory, "released");
  await sandbox.addProgram(
    "go",
    fakeGoScript({ work: `while [ ! -e "${released}" ]; do /bin/sleep 0.05; done` }),
  );

  const first = startResolving(sandbox);
  await first.untilPrinted("build");
  const second = startResolving(sandbox);
  await second.untilPrinted("wait");
  await writeFile(released, "");

  await Promise.all([first.child, second.child]);
  expect(first.printed.at(-1)).toBe("source go-module");
  expect(second.printed.at(-1)).toBe("source cache");
  expect(await sandbox.builds()).toHaveLength(1);
});
