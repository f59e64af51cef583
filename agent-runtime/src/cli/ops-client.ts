import { request } from "undici";
import { z } from "zod";
import { HEADERS } from "../contract.ts";
import { ERRORS } from "../errors.ts";
import { OPS_PREFIX } from "../ops/ops-app.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Target } from "./cli-host.ts";
import { parseOpsUrl } from "./ops-url.ts";
import { printable } from "./printable.ts";

/** A request of the ops API. */
export interface OpsRequest {
  readonly method?: "GET" | "POST" | "PUT";
  /** Below `/ops/v1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
}

export interface OpsCall<Answer> extends OpsRequest {
  /** What a good answer looks like. */
  readonly answer: z.ZodType<Answer>;
}

export interface OpsAnswer<Answer> {
  /** Name of the region that answered. */
  readonly region: string;
  readonly body: Answer;
}

/** A server that was reached on a private network answers within moments; a store may take some seconds. */
const TIMEOUT_MS = 15_000;

const errorSchema = z.object({ error: z.object({ message: z.string() }), request_id: z.string() });

/** Talks to one ops server. */
export class OpsClient {
  readonly #base: () => Promise<URL>;
  readonly #key: string;
  readonly #timeoutMs: number;
  /** For messages. */
  readonly name: string;

  /** @throws {CliError} for a URL that is none, or to which a key must not be sent. */
  constructor({ url, name }: Target, key: string, timeoutMs = TIMEOUT_MS) {
    this.#base =
      typeof url === "string" ? known(parseOpsUrl(url)) : once(async () => parseOpsUrl(await url()));
    this.#key = key;
    this.#timeoutMs = timeoutMs;
    this.name = name;
  }

  /** @throws {CliError} when the server cannot be reached, refuses, or is not one. */
  async call<Answer>({ answer, ...request }: OpsCall<Answer>): Promise<OpsAnswer<Answer>> {
    const { region, text } = await this.text(request);
    const parsed = answer.safeParse(parseJson(text));
    if (parsed.success) return { region, body: parsed.data };
    throw new CliError(
      EXIT.failed,
      `${this.name} does not answer as this version of agentctl expects. Is this the ops port (3333 by default), and of the same version?`,
    );
  }

  /** The same for an answer that is not JSON. */
  async text(request: OpsRequest): Promise<{ region: string; text: string }> {
    const { statusCode, headers, text } = await this.#send(request);
    if (statusCode < 400) return { region: String(headers[HEADERS.region] ?? this.name), text };
    throw this.#refusal(statusCode, text);
  }

  async #send({ method = "GET", path, query = {}, body }: OpsRequest) {
    try {
      const url = new URL(`${OPS_PREFIX}${path}`, await this.#base());
      for (const [name, value] of Object.entries(query)) {
        if (value !== undefined) url.searchParams.set(name, value);
      }
      const type = body === undefined ? {} : { "content-type": "application/json" };
      const {
        statusCode,
        headers,
        body: answer,
      } = await request(url, {
        method,
        headers: { "x-api-key": this.#key, ...type },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(this.#timeoutMs),
        // A connection kept alive would keep the command from ending.
        reset: true,
      });
      return { statusCode, headers, text: await answer.text() };
    } catch (thrown) {
      throw thrown instanceof CliError ? thrown : this.#unreachable(thrown);
    }
  }

  #unreachable(thrown: unknown): CliError {
    const reason = printable(describeFailure(thrown, this.#timeoutMs));
    return new CliError(
      EXIT.unreachable,
      `${this.name} cannot be reached (${reason}). Is the gateway running, and is this its ops port? Set --url or AGENTCTL_URL.`,
      { cause: thrown },
    );
  }

  #refusal(statusCode: number, text: string): CliError {
    const { error, request_id: requestId } = errorSchema.safeParse(parseJson(text)).data ?? {};
    const message = detailOf(error?.message ?? `status ${statusCode}`);
    const id = requestId === undefined ? "" : ` (${requestId})`;
    if (statusCode === 401) {
      const fix = "Set AGENTCTL_KEY or --key-file to a key of this gateway.";
      return new CliError(EXIT.notPermitted, `${this.name} does not know the caller: ${message} ${fix}${id}`);
    }
    if (statusCode === 403) return new CliError(EXIT.notPermitted, `${this.name}: ${message}${id}`);
    const fix = message === ERRORS.not_found.message ? " Is this the ops port, and of the same version?" : "";
    return new CliError(EXIT.failed, `${this.name}: ${message}${fix}${id}`);
  }
}

/** Which path was asked is no business of whoever typed a command; what was not found is. */
function detailOf(message: string): string {
  const general = `${ERRORS.not_found.message} `;
  return message.startsWith(general) ? message.slice(general.length) : message;
}

const known =
  <T>(value: T) =>
  async () =>
    value;

/** Several calls of one command go the same way. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

function describeFailure(thrown: unknown, timeoutMs: number): string {
  if (!(thrown instanceof Error)) return "unknown reason";
  if (thrown.name === "TimeoutError") return `no answer in ${timeoutMs / 1000} s`;
  return "code" in thrown ? String(thrown.code) : thrown.message;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
