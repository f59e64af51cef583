/** Where an image is pushed to and how. */
export interface PushTarget {
  /** `host[:port]/path`, without tag and digest. */
  readonly repository: string;
  /** HTTP instead of HTTPS; only ever to this machine. */
  readonly plainHttp: boolean;
}

/** A name with a dot, `localhost`, an IPv6 address, or any name with a port: anything else would be taken for a path. */
const REGISTRY =
  /^(?<host>localhost|(?:[a-z0-9-]+\.)+[a-z0-9-]+|\[[0-9a-f:]+\]|[a-z0-9-]+(?=:))(?::\d{1,5})?$/;
const PATH_PART = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * @throws Error when the text is no repository with its registry's host, or HTTP is wanted for a registry elsewhere.
 */
export function parsePushTarget(text: string, plainHttp: boolean): PushTarget {
  const [registry = "", ...parts] = text.split("/");
  const host = REGISTRY.exec(registry)?.groups?.["host"];
  if (host === undefined || parts.length === 0 || !parts.every((part) => PATH_PART.test(part))) {
    throw new Error(
      `The repository to push to is ${JSON.stringify(text)}; allowed is host[:port]/path in lower case, without scheme, ` +
        "tag and digest. Give one such as registry.example.com/claude-agents/agent-runtime.",
    );
  }
  if (plainHttp && !LOOPBACK.test(host)) {
    throw new Error(
      `--plain-http would send credentials and image unprotected to ${host}; allowed are localhost, 127.0.0.0/8 and ` +
        "[::1]. Leave it out.",
    );
  }
  return { repository: text, plainHttp };
}
