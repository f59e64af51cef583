import { writeFile } from "node:fs/promises";
import path from "node:path";
import { findFreePorts } from "../../local/region/free-ports.ts";
import { type ControllerProcess, startProcess } from "./controller-process.ts";

/** A Prometheus that may be stopped and started again. */
export interface PreparedPrometheus {
  readonly url: string;
  start(): ControllerProcess;
}

/** Prepares a Prometheus that scrapes one port of the loopback address every second and keeps its files in `folder`. */
export async function preparePrometheus(
  program: string,
  { folder, scrapedPort }: { folder: string; scrapedPort: number },
): Promise<PreparedPrometheus> {
  const [port = 0] = await findFreePorts(1);
  const address = `127.0.0.1:${port}`;
  const scrape = {
    job_name: "agents",
    scrape_interval: "1s",
    honor_labels: true,
    static_configs: [{ targets: [`127.0.0.1:${scrapedPort}`] }],
  };
  const config = path.join(folder, "prometheus.yml");
  await writeFile(config, JSON.stringify({ scrape_configs: [scrape] }));
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=${address}`,
  ];
  const logFile = path.join(folder, "prometheus.log");
  return { url: `http://${address}`, start: () => startProcess(program, args, { logFile, cwd: folder }) };
}
