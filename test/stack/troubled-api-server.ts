import { readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { z } from "zod";

const TROUBLES = ["overloaded", "faulty", "answer lost", "slow"] as const;
type Trouble = (typeof TROUBLES)[number];

const SLOW_MS = 1500;
/** Of this many requests one has trouble. Not a multiple of how many the stack's objects need each. */
const PERIOD = 5;

/** A way to an API server on which requests are lost, refused and delayed. */
export interface TroubledApiServer {
  readonly kubeconfig: string;
  /** How often what happened. */
  readonly troubles: ReadonlyMap<Trouble, number>;
  stop(): void;
}

const kubeconfigSchema = z.looseObject({
  clusters: z.tuple([
    z.looseObject({ cluster: z.looseObject({ server: z.url(), "certificate-authority-data": z.string() }) }),
  ]),
  users: z.tuple([
    z.looseObject({
      user: z.object({ "client-certificate-data": z.string(), "client-key-data": z.string() }),
    }),
  ]),
});

/** Stands before the one API server of a kubeconfig; every fifth request has trouble, each kind in its turn. */
export async function startTroubledApiServer(kubeconfig: string): Promise<TroubledApiServer> {
  const config = kubeconfigSchema.parse(parse(await readFile(kubeconfig, "utf8")));
  const [{ cluster }] = config.clusters;
  const [{ user }] = config.users;
  const agent = new Agent({
    keepAlive: true,
    ca: Buffer.from(cluster["certificate-authority-data"], "base64"),
    cert: Buffer.from(user["client-certificate-data"], "base64"),
    key: Buffer.from(user["client-key-data"], "base64"),
  });
  const troubles = new Map<Trouble, number>();
  let requests = 0;
  const nextTrouble = (): Trouble | undefined => {
    requests += 1;
    if (requests % PERIOD !== 0) return undefined;
    const trouble = TROUBLES[(requests / PERIOD) % TROUBLES.length];
    if (trouble !== undefined) troubles.set(trouble, (troubles.get(trouble) ?? 0) + 1);
    return trouble;
  };
  const server = createServer((incoming, response) => {
    void answer({ agent, server: cluster.server, trouble: nextTrouble() }, incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const file = path.join(path.dirname(kubeconfig), "troubled.yaml");
  const clusters = [{ ...config.clusters[0], cluster: { server: `http://127.0.0.1:${port}` } }];
  const users = [{ ...config.users[0], user: {} }];
  await writeFile(file, stringify({ ...config, clusters, users }));
  return {
    kubeconfig: file,
    troubles,
    stop() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

interface Way {
  readonly agent: Agent;
  readonly server: string;
  readonly trouble: Trouble | undefined;
}

async function answer(way: Way, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (way.trouble) {
    case "overloaded":
      return refuse(response, 429, { "retry-after": "0" });
    case "faulty":
      return refuse(response, 500, {});
    case "slow":
      await delay(SLOW_MS);
      return forward(way, incoming, response);
    case "answer lost":
    case undefined:
      return forward(way, incoming, response);
  }
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string>): void {
  response.writeHead(status, { ...headers, "content-type": "application/json" });
  response.end(JSON.stringify({ kind: "Status", status: "Failure", message: "in trouble", code: status }));
}

/** The API server does what it was asked to, whether or not the caller hears of it. */
function forward({ agent, server, trouble }: Way, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url = "/", headers } = incoming;
  const { host: _, connection: __, ...rest } = headers;
  const outgoing = request(
    new URL(url, server),
    { agent, method: method ?? "GET", headers: rest },
    (answered) => {
      if (trouble === "answer lost") {
        answered.resume().on("end", () => response.destroy());
        return;
      }
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(response);
    },
  );
  outgoing.on("error", () => response.destroy());
  incoming.pipe(outgoing);
}
