import path from "node:path";

/** Where the engine keeps what belongs to one embedded environment. Nothing of it lies in the clone. */
export interface EngineFolders {
  /** `PULUMI_HOME`: plugins and the CLI's own settings. */
  readonly home: string;
  /** The file backend: the state of every stack. */
  readonly backend: string;
  /** Project file and stack settings, derived from those of the clone. */
  readonly project: string;
  /** Compiled code of programs and plugins, so that Node need not compile it in every run. */
  readonly compileCache: string;
  /** Encrypts the secrets in the state; made on first use, readable by the owner alone. */
  readonly passphraseFile: string;
}

/** The engine's folders below the state folder of an environment. */
export function engineFolders(stateDir: string): EngineFolders {
  const root = path.join(path.resolve(stateDir), "engine");
  return {
    home: path.join(root, "pulumi-home"),
    backend: path.join(root, "backend"),
    project: path.join(root, "project"),
    compileCache: path.join(root, "compile-cache"),
    passphraseFile: path.join(root, "passphrase"),
  };
}
