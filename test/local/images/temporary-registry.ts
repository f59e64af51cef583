import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { ensureProgram } from "../../setup/apt.ts";

/** A registry on a free port of 127.0.0.1 that keeps what it is given in a temporary folder. */
export interface TemporaryRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string;
  /** Fetches below `/v2/`; a manifest is taken in whatever type it has. */
  get(path: string): Promise<Response>;
  stop(): Promise<void>;
}

const MANIFEST_TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
].join(", ");

export async function startRegistry(): Promise<TemporaryRegistry> {
  await ensureProgram("docker-registry", "docker-registry");
  const folder = await mkdtemp(path.join(os.tmpdir(), "registry-"));
  const config = path.join(folder, "config.json");
  // JSON is YAML too.
  await writeFile(
    config,
    JSON.stringify({
      version: "0.1",
      storage: { filesystem: { rootdirectory: path.join(folder, "data") } },
      http: { addr: "127.0.0.1:0" },
    }),
  );
  const server = execa("docker-registry", ["serve", config], { all: true, reject: false, stdin: "ignore" });
  let log = "";
  const listening = new Promise<string>((resolve) => {
    server.all.on("data", (chunk) => {
      log += chunk;
      const host = /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1];
      if (host !== undefined) resolve(host);
    });
  });
  const ended = server.then(() => Promise.reject(new Error(`docker-registry ended: ${log}`)));
  const host = await Promise.race([listening, ended]);
  return {
    host,
    get: (resource) => fetch(`http://${host}/v2/${resource}`, { headers: { accept: MANIFEST_TYPES } }),
    stop: async () => {
      server.kill();
      await server;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
