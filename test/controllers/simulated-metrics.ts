import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { METRICS } from "../../agent-runtime/src/contract.ts";

/** Labels that a monitor of the stack gives to every series. */
export type SeriesLabels = Readonly<Record<"namespace" | "job" | "region", string>>;

/** Series of the forecast, whoever makes it. */
export const FORECAST = "expected_requests_per_second";

/** What the pods of simulated nodes would tell, each serving the same load. */
export class SimulatedMetrics {
  /** Part of the requests to a pod that fail, by its name. */
  errorRatio: (pod: string) => number = () => 0;
  requestsPerSecond = 20;
  /** What is left of the upstream's limits, from 0 to 1, as every pod tells. */
  upstreamHeadroom = 1;
  /** Requests a second that a forecast expects for all pods together. */
  expectedRequestsPerSecond = 0;
  readonly #labels: SeriesLabels;
  readonly #counts = new Map<string, { success: number; error: number }>();
  readonly #server = createServer((_, response) => {
    // Prometheus refuses what does not say which format it is.
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(this.#render());
  });
  #pods: readonly string[] = [];
  #countedAt = Date.now();

  constructor(labels: SeriesLabels) {
    this.#labels = labels;
  }

  /** Port on the loopback address. */
  async start(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  set pods(names: readonly string[]) {
    this.#count();
    this.#pods = names;
  }

  #count(): void {
    const requests = (this.requestsPerSecond * (Date.now() - this.#countedAt)) / 1000;
    this.#countedAt = Date.now();
    for (const pod of this.#pods) {
      const { success, error } = this.#counts.get(pod) ?? { success: 0, error: 0 };
      const failed = requests * this.errorRatio(pod);
      this.#counts.set(pod, { success: success + requests - failed, error: error + failed });
    }
  }

  #render(): string {
    this.#count();
    const { namespace, job, region } = this.#labels;
    const lines = this.#pods.flatMap((pod) => {
      const { success, error } = this.#counts.get(pod) ?? { success: 0, error: 0 };
      const labels = `namespace="${namespace}",job="${job}",region="${region}",pod="${pod}"`;
      return [
        `${METRICS.requestsTotal}{${labels},status="success"} ${success}`,
        `${METRICS.requestsTotal}{${labels},status="error"} ${error}`,
        `${METRICS.requestDurationSeconds}_sum{${labels}} ${success + error}`,
        `${METRICS.requestDurationSeconds}_count{${labels}} ${success + error}`,
        `${METRICS.upstreamHeadroomRatio}{${labels}} ${this.upstreamHeadroom}`,
        // What Prometheus itself would say of each pod, if it scraped them one by one.
        `up{${labels}} 1`,
      ];
    });
    return `${[...lines, `${FORECAST} ${this.expectedRequestsPerSecond}`].join("\n")}\n`;
  }
}
