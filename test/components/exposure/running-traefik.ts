import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import os from "node:os";
import path from "node:path";
import { findFreePorts } from "../../../local/region/free-ports.ts";
import type { Kubectl } from "../../../local/region/kubectl.ts";
import { defaultCacheDir } from "../../../local/toolchain/cache.ts";
import { resolveTool } from "../../../local/toolchain/resolve.ts";
import { ToolUnavailableError } from "../../../local/toolchain/tool-unavailable.ts";

/** Path of Traefik, where it need not be built first. */
export async function traefikAtHand(): Promise<string | undefined> {
  try {
    const tool = await resolveTool("traefik", { cacheDir: defaultCacheDir(), sources: ["path", "cache"] });
    return tool.path;
  } catch (error) {
    if (error instanceof ToolUnavailableError) return undefined;
    throw error;
  }
}

/** Where a request goes, and as whom. */
interface Probe {
  readonly host: string;
  readonly path?: string;
  readonly encrypted?: boolean;
  readonly forwardedFor?: string;
}

/** Traefik on this machine, as controller of a cluster; in front of it one trusted proxy, this test. */
export class RunningTraefik {
  readonly ports: { readonly http: number; readonly https: number };
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(ports: RunningTraefik["ports"], process: ChildProcess, folder: string) {
    this.ports = ports;
    this.#process = process;
    this.#folder = folder;
  }

  static async start(program: string, kubectl: Kubectl): Promise<RunningTraefik> {
    const [http = 0, https = 0] = await findFreePorts(2);
    const folder = await mkdtemp(path.join(os.tmpdir(), "traefik-"));
    const kubeconfig = path.join(folder, "kubeconfig");
    await writeFile(kubeconfig, await kubectl.run(["config", "view", "--minify", "--flatten"]));
    const options = [
      `--entrypoints.web.address=127.0.0.1:${http}`,
      `--entrypoints.websecure.address=127.0.0.1:${https}`,
      "--entrypoints.websecure.forwardedheaders.trustedips=127.0.0.1",
      "--providers.kubernetesgateway=true",
      "--providers.kubernetescrd=true",
      "--global.checknewversion=false",
      "--global.sendanonymoususage=false",
    ];
    const env = { KUBECONFIG: kubeconfig };
    const running = spawn(program, options, { env, stdio: "ignore" });
    return new RunningTraefik({ http, https }, running, folder);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill("SIGKILL");
      await once(this.#process, "exit");
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Status and target of a redirect. @throws when nothing listens */
  async ask({ host, path: target = "/health", encrypted = true, forwardedFor }: Probe) {
    const { http, https } = this.ports;
    const headers = { host, ...(forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor }) };
    const options = { host: "127.0.0.1", path: target, headers, agent: false };
    const request = encrypted
      ? // The certificate is looked at below; its authority is one of this test alone.
        requestHttps({ ...options, port: https, servername: host, rejectUnauthorized: false })
      : requestHttp({ ...options, port: http });
    const [response] = await once(request.end(), "response");
    const names: string | undefined = encrypted
      ? response.socket.getPeerCertificate().subjectaltname
      : undefined;
    response.resume();
    await once(response, "end");
    return {
      status: response.statusCode as number,
      location: response.headers.location as string | undefined,
      certificateNames: names?.split(", ").map((name) => name.replace(/^DNS:/, "")),
    };
  }

  /** Statuses of so many requests one after the other. */
  async statuses(count: number, probe: Probe): Promise<number[]> {
    const found: number[] = [];
    for (let sent = 0; sent < count; sent++) found.push((await this.ask(probe)).status);
    return found;
  }
}
