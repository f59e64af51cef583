import { execa } from "execa";
import { findFreePorts } from "../../local/region/free-ports.ts";
import { nginxProgram } from "../mock/nginx-program.ts";
import { type Arm, UPSTREAM_KEY } from "./arm.ts";
import { startArm } from "./start-arm.ts";

/** A reverse proxy in C that swaps the key: the floor. */
export const nginx: Arm = {
  name: "nginx",
  role: "peer",
  canFallBack: false,
  async install({ tools, signal }) {
    const { stderr } = await execa(tools.nginx, ["-v"], { cancelSignal: signal });
    return /nginx\/(\S+)/.exec(stderr)?.[1] ?? "unknown";
  },
  async start(bench, { upstreamUrl }) {
    const [port = 0] = await findFreePorts(1);
    const program = await nginxProgram(
      bench,
      `nginx-arm-${port}`,
      directives(port, new URL(upstreamUrl).host),
    );
    return startArm(bench, { ...program, name: "nginx", port, readyPath: "/ready" });
  },
};

function directives(port: number, upstream: string): string {
  return `upstream claude { server ${upstream}; keepalive 2048; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /ready { return 200 "ready"; }
    location / {
      proxy_pass http://claude;
      proxy_http_version 1.1;
      proxy_set_header connection "";
      proxy_set_header x-api-key "${UPSTREAM_KEY}";
      proxy_buffering off;
    }
  }`;
}
