import path from "node:path";
import { findFreePorts } from "../../local/region/free-ports.ts";
import type { BenchContext } from "../bench-context.ts";
import { type Arm, UPSTREAM_KEY } from "./arm.ts";
import { bundleProgram } from "./bundle-program.ts";
import { startArm } from "./start-arm.ts";

/** The bare pass-through of `bare-server.ts`. */
export const bare: Arm = {
  name: "bare",
  role: "required",
  canFallBack: false,
  async install(bench) {
    await bundleProgram("bare-server.ts", programOf(bench));
    return "node:http and undici";
  },
  async start(bench, { upstreamUrl }) {
    const [port = 0] = await findFreePorts(1);
    return startArm(bench, {
      name: "bare",
      file: process.execPath,
      args: [programOf(bench)],
      env: { UPSTREAM_URL: upstreamUrl, UPSTREAM_KEY, PORT: String(port), NODE_ENV: "production" },
      port,
      readyPath: "/ready",
    });
  },
};

const programOf = ({ folder }: BenchContext) => path.join(folder, "bare.cjs");
