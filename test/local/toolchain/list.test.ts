import { access, readdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test, vi } from "vitest";
import { formatSeconds } from "../../../local/toolchain/progress.ts";
import { type ToolName, toolNames, toolTable } from "../../../local/toolchain/tools.ts";
import { fakeGoScript } from "./gadget.ts";
import { openSandbox } from "./sandbox.ts";

const PROGRAM = path.join(import.meta.dirname, "../../../local/toolchain/list.ts");

async function runList(searchPath: string, ...options: string[]) {
  return execa(process.execPath, [PROGRAM, ...options], { env: { PATH: searchPath }, reject: false });
}

test("--json states for every tool whether it is there, where, and what it would cost", async () => {
  const sandbox = await openSandbox();
  const etcd = await sandbox.addProgram("etcd", "#!/bin/sh\necho etcd Version: 3.6.20\n");
  const kubectl = await sandbox.addProgram("kubectl", '#!/bin/sh\necho \'"gitVersion": "v1.30.0"\'\n');

  const { stdout } = await runList(sandbox.binaries, "--json", "--cache", sandbox.options.cacheDir);

  const reports = JSON.parse(stdout);
  expect(reports.map((report: { name: string }) => report.name)).toEqual([...toolNames]);
  expect(reports).toContainEqual({
    name: "etcd",
    wanted: "3.6.14",
    state: "on-path",
    path: etcd,
    version: "3.6.20",
  });
  expect(reports).toContainEqual({
    name: "kubectl",
    wanted: "1.35.4",
    state: "missing",
    note: `${kubectl} is 1.30.0, wanted >=1.34.0 <1.37.0-0: passed over`,
    estimateSeconds: 25,
  });
});

test("the table carries no colours when it does not go to a terminal", async () => {
  const sandbox = await openSandbox();

  const { stdout } = await runList(sandbox.binaries, "--cache", sandbox.options.cacheDir);

  expect(stdout).toMatch(
    /^TOOL +WANTED +STATE +WHERE\npulumi +3\.259\.0 +to be downloaded or built \(4 min 0 s\)\n/,
  );
  const count = toolNames.length;
  const seconds = toolNames.reduce((sum, name) => sum + (toolTable[name].goModule?.estimateSeconds ?? 0), 0);
  expect(stdout).toContain(
    `${count} of ${count} are missing: a download each, or about ${formatSeconds(seconds)} of building`,
  );
});

/** What the programs print of themselves; most belong to Kubernetes. */
const KUBERNETES = "Kubernetes v1.35.4";
const SAYS: Partial<Record<ToolName, string>> = {
  pulumi: "v3.259.0",
  etcd: "etcd Version: 3.6.14",
  kubectl: '"gitVersion": "v1.35.4"',
  coredns: "CoreDNS-1.14.7",
  "metrics-server": "v0.9.0",
  traefik: "Version: 3.6.12",
  oras: "Version: 1.3.4",
  promtool: "promtool, version 3.15.0",
  prometheus: "prometheus, version 3.15.0",
  "argo-rollouts": "v1.9.2+unknown",
  "keda-operator": "keda/v2@v2.21.0/cmd/operator/main.go",
  "keda-metrics-adapter": "keda/v2@v2.21.0/cmd/adapter/main.go",
  kwok: "kwok version v0.8.0",
  kwokctl: "kwokctl version v0.8.0",
};

test("--get says where every tool came from before it prints the table", async () => {
  const sandbox = await openSandbox();
  for (const name of toolNames)
    await sandbox.addProgram(name, `#!/bin/sh\necho '${SAYS[name] ?? KUBERNETES}'\n`);

  const { stdout, stderr, exitCode } = await runList(
    sandbox.binaries,
    "--get",
    "--cache",
    sandbox.options.cacheDir,
  );

  expect(exitCode).toBe(0);
  expect(stderr.split("\n")).toHaveLength(toolNames.length);
  expect(stdout).toContain("Everything is there.");
});

test("Ctrl-C during --get ends the build, leaves the cache clean and says what is kept", async () => {
  const sandbox = await openSandbox();
  const started = path.join(sandbox.directory, "started");
  await sandbox.addProgram("go", fakeGoScript({ work: `: > "${started}"\nexec /bin/sleep 600` }));
  // A proxy that nobody runs keeps the test off the network.
  const env = { PATH: sandbox.binaries, HTTPS_PROXY: "http://127.0.0.1:9" };
  const { cacheDir } = sandbox.options;
  const child = execa(process.execPath, [PROGRAM, "--get", "--cache", cacheDir], { env, reject: false });
  await vi.waitFor(() => access(started), { timeout: 50_000 });

  child.kill("SIGINT");
  const { exitCode, stderr } = await child;

  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/\nInterrupted; what was finished stays in the cache\.$/);
  expect(await readdir(cacheDir, { recursive: true })).toEqual(["keda-operator"]);
});

test("--help explains the options", async () => {
  const { stdout, exitCode } = await runList("", "--help");

  expect(exitCode).toBe(0);
  expect(stdout).toContain("--json");
});
