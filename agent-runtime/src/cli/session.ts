import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { PORTS } from "../contract.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { CliHost, Connection, Target } from "./cli-host.ts";
import { OpsClient } from "./ops-client.ts";
import { renderTable, type TableRow } from "./table.ts";

/** Options that every command takes. */
export interface GlobalOptions {
  readonly url?: readonly string[];
  readonly keyFile?: string;
  readonly json?: boolean;
}

/** One run of one command: whom it talks to, and how it shows what came of it. */
export type OpenSession = (command: Command) => Session;

export class Session {
  readonly #host: CliHost;
  readonly #options: GlobalOptions;

  constructor(host: CliHost, options: GlobalOptions) {
    this.#host = host;
    this.#options = options;
  }

  /** The one server that the command is for. @throws {CliError} when several are named, or there is no key. */
  async one(): Promise<OpsClient> {
    const [client, ...others] = await this.#clients("one");
    if (client === undefined || others.length > 0) {
      throw new CliError(
        EXIT.usage,
        `This command is for one region, and ${1 + others.length} URLs are given. Choose one with --url.`,
      );
    }
    return client;
  }

  /** Every server that is named. @throws {CliError} when there is no key. */
  every(): Promise<readonly OpsClient[]> {
    return this.#clients("every");
  }

  /** Shows a result: as JSON if that was asked for, else as the text. */
  show(result: unknown, text: () => string): void {
    this.#host.write(this.#options.json ? `${JSON.stringify(result, null, 2)}\n` : text());
  }

  table(header: readonly string[], rows: readonly TableRow[]): string {
    return renderTable(header, rows, this.#host.hasColours);
  }

  /** A command as this run of it would be typed again, for the servers of these names. */
  commandLine(command: string, names: readonly string[]): string {
    // Servers that this host offers need no naming.
    const urls = names.filter((name) => URL.canParse(name)).map((name) => ` --url ${name}`);
    return `${this.#host.programName} ${command}${urls.join("")}`;
  }

  /** For people, even where the result is read by a program. */
  note(text: string): void {
    this.#host.writeError(`${text}\n`);
  }

  /**
   * Makes sure that a person means it.
   *
   * @throws {CliError} when they do not, or when nobody can be asked.
   */
  async confirm(what: string, isConfirmed: boolean | undefined): Promise<void> {
    if (isConfirmed) return;
    if (!this.#host.isInteractive) {
      throw new CliError(EXIT.usage, `This ${what}. Nobody can be asked here: add --yes if it is meant.`);
    }
    const answer = await this.#host.ask(`This ${what}. Type yes to go on: `);
    if (answer.trim().toLowerCase() !== "yes") throw new CliError(EXIT.failed, "Nothing was changed.");
  }

  async #clients(reach: "one" | "every"): Promise<readonly OpsClient[]> {
    const { targets, key } = await this.#connection(reach);
    return targets.map((target) => new OpsClient(target, key));
  }

  async #connection(reach: "one" | "every"): Promise<Connection> {
    const { url: urls = this.#host.env.urls, keyFile } = this.#options;
    const key = keyFile === undefined ? this.#host.env.key : await readKeyFile(keyFile);
    // A key that the host offers is for the servers that it offers, and for no other.
    if (urls.length > 0) return { targets: urls.map((url) => ({ url, name: url })), key: requireKey(key) };
    const offered = await this.#host.connect?.(reach);
    return { targets: offered?.targets ?? LOCAL, key: requireKey(key ?? offered?.key) };
  }
}

const LOCAL_URL = `http://127.0.0.1:${PORTS.ops}`;
const LOCAL: readonly Target[] = [{ url: LOCAL_URL, name: LOCAL_URL }];

function requireKey(key: string | undefined): string {
  if (key !== undefined) return key;
  throw new CliError(
    EXIT.usage,
    "There is no key. Set AGENTCTL_KEY, or name a file that holds it with --key-file.",
  );
}

async function readKeyFile(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((fault: NodeJS.ErrnoException) => {
    throw new CliError(
      EXIT.usage,
      `The key file ${file} cannot be read (${fault.code ?? "unknown reason"}).`,
    );
  });
  const key = text.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new CliError(
    EXIT.usage,
    `The key file ${file} does not hold a key: it must be one line without spaces.`,
  );
}
