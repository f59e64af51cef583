import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { BenchContext } from "../bench-context.ts";
import type { ProgramPlan } from "../processes/owned-processes.ts";

/** Bodies of every scenario fit into memory: a file written for each would be what is measured. */
const BODY_BUFFER = "2m";

/** How to run one nginx of one worker with these directives of its `http` block. */
export async function nginxProgram(
  { folder, tools }: BenchContext,
  name: string,
  httpDirectives: string,
): Promise<ProgramPlan> {
  const home = path.join(folder, name);
  await mkdir(home, { recursive: true });
  const configFile = path.join(home, "nginx.conf");
  await writeFile(configFile, configuration(home, httpDirectives));
  return { name, file: tools.nginx, args: ["-p", home, "-e", "stderr", "-c", configFile] };
}

function configuration(home: string, httpDirectives: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${path.join(home, kind)};`,
  );
  return `daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid ${path.join(home, "nginx.pid")};
error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_max_body_size 64m;
  client_body_buffer_size ${BODY_BUFFER};
  ${temporary.join("\n  ")}
  ${httpDirectives}
}
`;
}
