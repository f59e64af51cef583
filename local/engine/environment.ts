import path from "node:path";
import type { EngineFolders } from "./folders.ts";

/** What a child may take over from the user's own environment; credentials and settings of other tools never do. */
const TAKEN_OVER = [
  "HOME",
  "USER",
  "LOGNAME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "http_proxy",
  "https_proxy",
] as const;

const LOOPBACK = "127.0.0.1,localhost";

export interface EnvironmentOptions {
  readonly folders: EngineFolders;
  /** Variables of the caller's choice; they win over everything else. */
  readonly extra: Readonly<Record<string, string>>;
  /** The environment to take the harmless part from. Default: this process's. */
  readonly user?: NodeJS.ProcessEnv;
}

/**
 * The complete environment of the engine and of everything it starts. It is built up from nothing, so that keys, cloud
 * credentials and Pulumi settings of the user cannot reach the embedded environment by accident.
 */
export function buildEngineEnvironment(options: EnvironmentOptions): Record<string, string> {
  const user = options.user ?? process.env;
  const { folders } = options;
  return {
    ...takenOver(user),
    // Programs are run by this very Node; a language host that looks for `node` must find it first.
    PATH: [path.dirname(process.execPath), user["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"].join(
      path.delimiter,
    ),
    // Plugins are reached over loopback: a proxy in between would break every call.
    NO_PROXY: withLoopback(user["NO_PROXY"] ?? user["no_proxy"]),
    no_proxy: withLoopback(user["NO_PROXY"] ?? user["no_proxy"]),
    NO_COLOR: "1",
    NODE_COMPILE_CACHE: folders.compileCache,
    PULUMI_HOME: folders.home,
    // Without files of attributes: they are not replaced in one step, and one that a kill has cut short locks out every command.
    PULUMI_BACKEND_URL: `file://${folders.backend}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE_FILE: folders.passphraseFile,
    PULUMI_CREDENTIAL_STORE: "plaintext",
    // The state is replaced in one step; a backup of every version would only grow.
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Makes the option --event-log available.
    PULUMI_DEBUG_COMMANDS: "true",
    ...options.extra,
  };
}

function takenOver(user: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    TAKEN_OVER.flatMap((name) => {
      const value = user[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function withLoopback(list: string | undefined): string {
  return list === undefined || list === "" ? LOOPBACK : `${list},${LOOPBACK}`;
}
