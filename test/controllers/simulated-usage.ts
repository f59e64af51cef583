import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { KubernetesObject } from "../../local/region/kubectl.ts";
import type { KeyPairFiles } from "../../local/region/real/authority.ts";

const GROUP_VERSION = "metrics.k8s.io/v1beta1";

/** What every container of a pod uses. */
export interface Usage {
  readonly cpu: string;
  readonly memory: string;
}

/** The resource metrics API of a region of simulated nodes: every pod uses the same. */
export class SimulatedUsage {
  pods: readonly KubernetesObject[] = [];
  readonly #usage: Usage;
  readonly #container: string;
  readonly #server: Server;

  private constructor(server: Server, container: string, usage: Usage) {
    this.#server = server;
    this.#container = container;
    this.#usage = usage;
    server.on("request", ({ url = "" }, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(url.includes("/pods") ? this.#podMetrics() : RESOURCES));
    });
  }

  static async open(files: KeyPairFiles, container: string, usage: Usage): Promise<SimulatedUsage> {
    const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
    return new SimulatedUsage(createServer({ cert, key }), container, usage);
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

  #podMetrics() {
    const timestamp = new Date().toISOString();
    const containers = [{ name: this.#container, usage: this.#usage }];
    const items = this.pods.map(({ metadata: { name, namespace, labels } }) => ({
      metadata: { name, namespace, labels },
      timestamp,
      window: "1s",
      containers,
    }));
    return { kind: "PodMetricsList", apiVersion: GROUP_VERSION, metadata: {}, items };
  }
}

const RESOURCES = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: GROUP_VERSION,
  resources: [
    { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["get", "list"] },
  ],
};
