/** Host and port of a server or a Sentinel. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface Access {
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
}

/** Where the store is: one server, or the master that Sentinels name. */
export type StoreAddress = Access &
  (
    | { readonly kind: "server"; readonly endpoint: Endpoint; readonly tls: boolean }
    | {
        readonly kind: "sentinel";
        readonly sentinels: readonly Endpoint[];
        readonly masterName: string;
        /** Of Sentinels and servers alike. Default: no. */
        readonly tls?: boolean;
      }
  );

const URL_PATTERN =
  /^(?<scheme>rediss?(?:\+sentinel)?):\/\/(?:(?<credentials>[^/]*)@)?(?<hosts>[^/@]+)(?:\/(?<path>[^?#]*))?$/;

const SERVER_PORT = 6379;
const SENTINEL_PORT = 26379;

/**
 * Reads `redis://[[user]:password@]host[:port][/database]`, `rediss://…` for TLS, or
 * `redis+sentinel://[[user]:password@]host[:port][,host[:port]…]/master-name[/database]`. The credentials are those of
 * servers and Sentinels alike; so is TLS with `rediss+sentinel://…`. The certificates must be for the names that are in the
 * URL and for those by which the Sentinels call the servers.
 *
 * @throws Error that says what is allowed, without the URL, which may hold a password.
 */
export function parseStoreAddress(url: string): StoreAddress {
  const { scheme, credentials, hosts, path = "" } = URL_PATTERN.exec(url)?.groups ?? {};
  if (scheme === undefined || hosts === undefined) {
    throw fault(
      "is not of the form redis://, rediss://, redis+sentinel:// or rediss+sentinel:// followed by hosts",
    );
  }
  const access = parseCredentials(credentials);
  const tls = scheme.startsWith("rediss");
  if (scheme.endsWith("+sentinel")) {
    const [masterName = "", database = ""] = path.split("/");
    if (masterName === "") throw fault("names no master: append /master-name to the hosts");
    const sentinels = hosts.split(",").map((host) => parseEndpoint(host, SENTINEL_PORT));
    const address = { ...access, database: parseDatabase(database), sentinels, masterName };
    return { kind: "sentinel", ...address, ...(tls ? { tls } : {}) };
  }
  if (hosts.includes(",")) throw fault("names several hosts: use redis+sentinel:// with a master's name");
  const endpoint = parseEndpoint(hosts, SERVER_PORT);
  return { kind: "server", ...access, database: parseDatabase(path), endpoint, tls };
}

function parseCredentials(text: string | undefined): Pick<Access, "username" | "password"> {
  if (text === undefined) return {};
  const [username = "", ...rest] = text.split(":");
  try {
    return {
      ...(username === "" ? {} : { username: decodeURIComponent(username) }),
      ...(rest.length === 0 ? {} : { password: decodeURIComponent(rest.join(":")) }),
    };
  } catch {
    throw fault("has a user or password with a % that is not encoded: write it as %25");
  }
}

function parseEndpoint(text: string, defaultPort: number): Endpoint {
  if (!URL.canParse(`redis://${text}`))
    throw fault(`has a host that cannot be read: ${JSON.stringify(text)}`);
  const { hostname, port } = new URL(`redis://${text}`);
  return { host: hostname.replace(/^\[(.*)\]$/, "$1"), port: port === "" ? defaultPort : Number(port) };
}

function parseDatabase(text: string): number {
  if (!/^\d{0,4}$/.test(text)) throw fault(`has a database that is no number: ${JSON.stringify(text)}`);
  return Number(text);
}

function fault(what: string): Error {
  return new Error(
    `The address of the store ${what}. Allowed: redis://[:password@]host[:port][/database], rediss://…, ` +
      "redis+sentinel://host:26379,host2:26379/master-name.",
  );
}
