import { writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { findFreePorts } from "../../local/region/free-ports.ts";
import { ensurePeer, type Peer } from "../peers/peer-cache.ts";
import { type Arm, type StartOptions, UPSTREAM_KEY } from "./arm.ts";
import { startArm } from "./start-arm.ts";

const PACKAGE = "@portkey-ai/gateway";
const VERSION = "1.15.2";

/** The newest that its own range allows makes it answer every stream 500, and so does 1.14.2 (its issue 1389). */
const NODE_SERVER = "1.13.7";

const peer: Peer = {
  name: "portkey",
  version: `${VERSION} with @hono/node-server ${NODE_SERVER}`,
  async install(folder, signal) {
    const manifest = { private: true, overrides: { "@hono/node-server": NODE_SERVER } };
    await writeFile(path.join(folder, "package.json"), JSON.stringify(manifest));
    const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", "--save-exact"];
    await execa("npm", ["install", ...options, `${PACKAGE}@${VERSION}`], {
      cwd: folder,
      cancelSignal: signal,
      stdin: "ignore",
    });
  },
};

/** Portkey's open-source gateway, without its console, in production mode. */
export const portkey: Arm = {
  name: "portkey",
  role: "peer",
  canFallBack: true,
  async install(bench) {
    await ensurePeer(peer, bench);
    return peer.version;
  },
  async start(bench, options) {
    const folder = await ensurePeer(peer, bench);
    const [port = 0] = await findFreePorts(1);
    const program = path.join(folder, "node_modules", PACKAGE, "build", "start-server.js");
    return startArm(bench, {
      name: "portkey",
      file: process.execPath,
      args: [program, `--port=${port}`, "--headless"],
      env: { NODE_ENV: "production" },
      cwd: folder,
      port,
      readyPath: "/",
      headers: headersFor(options),
    });
  },
};

/** It keeps no configuration: every request says where it is to go and by which key. */
function headersFor({ upstreamUrl, fallback }: StartOptions): Record<string, string> {
  const target = { provider: "anthropic", custom_host: `${upstreamUrl}/v1`, api_key: UPSTREAM_KEY };
  if (fallback === undefined) return { "x-portkey-config": JSON.stringify(target) };
  const config = {
    strategy: { mode: "fallback", on_status_codes: [429] },
    targets: [target, { ...target, override_params: { model: fallback.to } }],
  };
  return { "x-portkey-config": JSON.stringify(config) };
}
