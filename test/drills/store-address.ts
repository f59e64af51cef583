export interface StoreAddress {
  /** Whom to connect as. */
  readonly username: string;
  /** Name of the group of servers that the Sentinels watch. */
  readonly masterName: string;
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
}

const SENTINEL_URL = /^redis\+sentinel:\/\/(?<username>[^/@:]+)@(?<hosts>[^/@]+)\/(?<masterName>[^/]+)$/;
const DEFAULT_PORT = 26379;

/**
 * Reads `redis+sentinel://user@host:port[,host:port…]/master`. A single host is taken for the headless Service of a
 * StatefulSet of the same name, and becomes the names of its `pods`: behind one name a client would not notice that
 * a Sentinel has got another address.
 *
 * @throws Error for any other URL
 */
export function parseStoreAddress(url: string, pods: number): StoreAddress {
  const { username, hosts, masterName } = SENTINEL_URL.exec(url)?.groups ?? {};
  if (username === undefined || hosts === undefined || masterName === undefined) {
    throw new Error(
      `expected redis+sentinel://user@host:port[,host:port]/master, got ${JSON.stringify(url)}`,
    );
  }
  const listed = hosts.split(",").map(parseHost);
  const [only] = listed;
  if (listed.length > 1 || only === undefined) return { username, masterName, sentinels: listed };
  const [service] = only.host.split(".");
  const sentinels = Array.from({ length: pods }, (_, pod) => ({
    host: `${service}-${pod}.${only.host}`,
    port: only.port,
  }));
  return { username, masterName, sentinels };
}

function parseHost(text: string) {
  const [host = "", port = DEFAULT_PORT] = text.split(":");
  return { host, port: Number(port) };
}
