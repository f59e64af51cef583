import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { writeClientConfig } from "../../../../local/region/real/client-config.ts";

async function written() {
  const folder = await mkdtemp(path.join(os.tmpdir(), "client-config-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeClientConfig(folder, { name: "scheduler", server: "https://10.96.0.8:6443" });
  return path.join(folder, "scheduler.kubeconfig");
}

it("leads a program of a machine to its API server, with its own certificate as the machine finds it", async () => {
  const config = parse(await readFile(await written(), "utf8"));

  expect(config).toEqual({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "scheduler",
    contexts: [{ name: "scheduler", context: { cluster: "scheduler", user: "scheduler" } }],
    clusters: [
      {
        name: "scheduler",
        cluster: {
          server: "https://10.96.0.8:6443",
          "certificate-authority": "/run/machine/pki/ca.crt",
        },
      },
    ],
    users: [
      {
        name: "scheduler",
        user: {
          "client-certificate": "/run/machine/pki/scheduler.crt",
          "client-key": "/run/machine/pki/scheduler.key",
        },
      },
    ],
  });
});

it("is readable by its owner alone", async () => {
  expect((await stat(await written())).mode & 0o777).toBe(0o600);
});
