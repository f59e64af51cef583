import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { findExecutables } from "../../../local/toolchain/path-search.ts";
import { resolveSpec } from "../../../local/toolchain/resolve.ts";
import type { ToolSpec } from "../../../local/toolchain/tools.ts";
import { fakeGoScript, gadget, gadgetModule } from "./gadget.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";

const [realGo] = await findExecutables("go", process.env["PATH"] ?? "");

/** A gadget that is built in the sandbox's folder. */
function built(sandbox: Sandbox): ToolSpec {
  return { ...gadget, goModule: gadgetModule(sandbox.directory) };
}

test.skipIf(realGo === undefined)(
  "the real Go builds a wrapper module with its stamps",
  { timeout: 120_000 },
  async () => {
    const sandbox = await openSandbox();
    await writeFile(path.join(sandbox.directory, "go.mod"), "module gadget\n\ngo 1.26.0\n");
    const program =
      'package main\n\nimport "os"\n\nvar version string\n\nfunc main() { os.Stdout.WriteString("gadget " + version) }\n';
    await writeFile(path.join(sandbox.directory, "main.go"), program);

    const searchPath = path.dirname(realGo ?? "");
    const tool = await resolveSpec(built(sandbox), { ...sandbox.options, searchPath });

    expect(tool).toMatchObject({ source: "go-module", version: "1.2.3" });
    expect(sandbox.messages).toContain(
      "build: building gadget 1.2.3 from gadget, about 7 s with empty caches",
    );
  },
);

test("builds are pinned, reproducible and fetch no other Go", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("go", fakeGoScript({}));

  await resolveSpec(built(sandbox), sandbox.options);

  const [build, ...further] = await sandbox.builds();
  expect(further).toEqual([]);
  expect(build).toContain(
    "CGO_ENABLED=0 GOFLAGS=-mod=readonly GOTOOLCHAIN=local build -v -trimpath -buildvcs=false",
  );
  expect(build).toContain("-ldflags=-s -w -X main.version=1.2.3");
});

test("a missing Go is named with its fix", async () => {
  const sandbox = await openSandbox();

  await expect(resolveSpec(built(sandbox), sandbox.options)).rejects.toThrow(
    "Go is not on PATH: install Go 1.26.4 or newer (https://go.dev/dl/)",
  );
});

test.each(["go1.25.9", "go1.19", "devel"])(
  "a Go that calls itself %s is refused with its fix",
  async (version) => {
    const sandbox = await openSandbox();
    const go = await sandbox.addProgram("go", fakeGoScript({ version }));

    await expect(resolveSpec(built(sandbox), sandbox.options)).rejects.toThrow(
      `${go} is ${version}: install Go 1.26.4 or newer (https://go.dev/dl/)`,
    );
    expect(await sandbox.builds()).toEqual([]);
  },
);

test.each(["go1.26.4", "go1.27rc1", "go1.30"])("a Go that calls itself %s will do", async (version) => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("go", fakeGoScript({ version }));

  expect(await resolveSpec(built(sandbox), sandbox.options)).toMatchObject({ source: "go-module" });
});

test("a failed build is reported with what Go said, without the list of packages", async () => {
  const sandbox = await openSandbox();
  const work = 'echo "example.com/a/package" >&2; echo "go: example.com/b@v1.0.0: 403 Forbidden" >&2; exit 1';
  await sandbox.addProgram("go", fakeGoScript({ work }));

  await expect(resolveSpec(built(sandbox), sandbox.options)).rejects.toThrow(
    "go build gadget failed: go: example.com/b@v1.0.0: 403 Forbidden",
  );
});

test("a program that was built in another version than wanted never enters the cache", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("go", fakeGoScript({ builds: "9.9.9" }));

  await expect(resolveSpec(built(sandbox), sandbox.options)).rejects.toThrow("is 9.9.9, wanted ^1.2.0");
  expect(await readdir(path.join(sandbox.options.cacheDir, "gadget"))).toEqual([]);
});

test("a long build says every second how long it has run and what it is busy with", async () => {
  const sandbox = await openSandbox();
  const released = path.join(sandbox.directory, "released");
  const work = `echo "example.com/a/package" >&2\nwhile [ ! -e "${released}" ]; do /bin/sleep 0.05; done`;
  await sandbox.addProgram("go", fakeGoScript({ work }));

  const building = resolveSpec(built(sandbox), sandbox.options);
  await vi.waitFor(
    () =>
      expect(sandbox.messages).toContainEqual(
        expect.stringMatching(/^build: building gadget: \d+ s of about 7 s, example.com\/a\/package$/),
      ),
    { timeout: 50_000 },
  );
  await writeFile(released, "");

  expect(await building).toMatchObject({ source: "go-module" });
});

test("cancelling kills the build, leaves the cache clean and lets a later call succeed", async () => {
  const sandbox = await openSandbox();
  const pidFile = path.join(sandbox.directory, "pid");
  await sandbox.addProgram("go", fakeGoScript({ work: `echo $$ > "${pidFile}"\nexec /bin/sleep 600` }));
  const cancel = new AbortController();

  const attempt = resolveSpec(built(sandbox), { ...sandbox.options, signal: cancel.signal });
  const pid = await vi.waitFor(() => readPid(pidFile), { timeout: 50_000 });
  cancel.abort(new Error("enough"));

  await expect(attempt).rejects.toThrow("enough");
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  expect(await readdir(path.join(sandbox.options.cacheDir, "gadget"))).toEqual([]);
  await sandbox.addProgram("go", fakeGoScript({}));
  expect(await resolveSpec(built(sandbox), sandbox.options)).toMatchObject({ source: "go-module" });
});

test("builds of different tools wait for each other", async () => {
  const sandbox = await openSandbox();
  const busy = path.join(sandbox.directory, "busy");
  const released = path.join(sandbox.directory, "released");
  const untilReleased = `while [ ! -e "${released}" ]; do /bin/sleep 0.05; done`;
  const work = `/bin/mkdir "${busy}" || exit 1\n${untilReleased}\n/bin/rmdir "${busy}"`;
  await sandbox.addProgram("go", fakeGoScript({ work }));
  const other: ToolSpec = { ...built(sandbox), name: "other" };

  const both = Promise.all([
    resolveSpec(built(sandbox), sandbox.options),
    resolveSpec(other, sandbox.options),
  ]);
  await vi.waitFor(
    () => expect(sandbox.messages).toContain("wait: another build is running; waiting for it to end"),
    { timeout: 50_000 },
  );
  await writeFile(released, "");

  expect((await both).map((tool) => tool.source)).toEqual(["go-module", "go-module"]);
});

async function readPid(file: string): Promise<number> {
  const pid = Number(await readFile(file, "utf8"));
  if (pid > 0) return pid;
  throw new Error("The process has not written its id yet.");
}
