import { Agent, type Dispatcher, RetryAgent, request } from "undici";
import { z } from "zod";
import { authorizationSource } from "./credentials.ts";
import { isNotFound, KubeError } from "./kube-error.ts";
import type { ClusterAccess } from "./kubeconfig.ts";

/** Retried are lost connections, overload and server faults; all requests here may safely be repeated. */
const RETRY = {
  maxRetries: 4,
  minTimeout: 100,
  maxTimeout: 10_000,
  methods: ["GET", "POST", "PATCH", "DELETE"] satisfies Dispatcher.HttpMethod[],
  throwOnError: false,
};

export interface KubeRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path from the server's root, such as `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  /** Default: JSON. */
  readonly contentType?: string;
  /** Told each of the server's `Warning` headers; Pod Security and deprecations speak there. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** A kind of object as the server serves it. */
export interface ApiResource {
  readonly plural: string;
  readonly namespaced: boolean;
}

const resourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })).default([]),
});

/** One API server. Every failure is a {@link KubeError}. */
export class KubeClient {
  readonly access: ClusterAccess;
  readonly #dispatcher: Dispatcher;
  readonly #authorization: () => Promise<string | undefined>;
  readonly #resources = new Map<string, ApiResource>();

  /** @param answerTimeoutMs how long the server may take to begin an answer, per attempt; default 30 s */
  constructor(access: ClusterAccess, answerTimeoutMs = 30_000) {
    this.access = access;
    this.#authorization = authorizationSource(access.user);
    const agent = new Agent({ connect: { ...access.tls }, connections: 16, headersTimeout: answerTimeoutMs });
    this.#dispatcher = new RetryAgent(agent, RETRY);
  }

  /** The answer's JSON body. */
  async request(asked: KubeRequest): Promise<unknown> {
    const { status, text, warnings } = await this.#send(asked);
    for (const warning of warnings) asked.onWarning?.(warning);
    const body = jsonOrUndefined(text);
    if (status >= 400) throw KubeError.fromAnswer(status, text, body);
    return body;
  }

  /** How the server serves a kind, or `undefined` if it does not (yet). */
  async resourceOf(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const known = this.#resources.get(`${apiVersion}/${kind}`);
    if (known) return known;
    try {
      const { resources } = resourceList.parse(
        await this.request({ method: "GET", path: apiRoot(apiVersion) }),
      );
      for (const { name, kind, namespaced } of resources) {
        const isSubresource = name.includes("/");
        if (!isSubresource) this.#resources.set(`${apiVersion}/${kind}`, { plural: name, namespaced });
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return this.#resources.get(`${apiVersion}/${kind}`);
  }

  async #send({ method, path, query = {}, body, contentType = "application/json" }: KubeRequest) {
    const { server } = this.access;
    const authorization = await this.#authorization();
    try {
      const response = await request(new URL(server.pathname.replace(/\/$/, "") + path, server), {
        dispatcher: this.#dispatcher,
        method,
        query,
        headers: {
          accept: "application/json",
          "content-type": contentType,
          ...(authorization && { authorization }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await response.body.text();
      return { status: response.statusCode, text, warnings: warningsIn(response.headers["warning"]) };
    } catch (error) {
      throw new KubeError(this.#unreachable(error), "unreachable");
    }
  }

  #unreachable(error: unknown): string {
    const { contextName, server } = this.access;
    return `cannot reach the Kubernetes API server ${server.origin} (context ${contextName}): ${failureText(error)}`;
  }
}

/** `/api/v1`, `/apis/apps/v1`. */
export function apiRoot(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text, dropNull);
  } catch {
    return undefined;
  }
}

/**
 * Go writes an empty list without `omitempty` as `null`, where its schema says list: absent is what it means.
 */
function dropNull(this: unknown, _key: string, value: unknown): unknown {
  return value === null && !Array.isArray(this) ? undefined : value;
}

/** Texts of `Warning` headers (RFC 7234): `299 - "text"`, quotes inside escaped. */
function warningsIn(header: string | string[] | undefined): string[] {
  const lines = [header ?? []].flat().join(", ");
  return [...lines.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replaceAll(/\\(.)/g, "$1"),
  );
}

/** Several attempts at once (IPv4 and IPv6) fail with an error that has no message of its own. */
function failureText(error: unknown): string {
  if (error instanceof AggregateError && error.message === "")
    return error.errors.map(failureText).join("; ");
  return error instanceof Error ? error.message : String(error);
}
