import path from "node:path";
import { execa } from "execa";
import { z } from "zod";

/** Calls one cluster through kubectl. */
export interface KubectlOptions {
  /** Path of the program. */
  kubectl: string;
  kubeconfig: string;
  context: string;
  /** Where kubectl keeps what it learns of the API; beside the kubeconfig when absent. */
  cacheDir?: string;
}

/** The part of every Kubernetes object that callers may rely on; the rest is theirs to parse. */
const objectSchema = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});
export type KubernetesObject = z.infer<typeof objectSchema>;

const listSchema = z.looseObject({ items: z.array(objectSchema) });

export interface CallOptions {
  namespace?: string;
  /** How long the API server may take; for ever when absent. */
  timeoutSeconds?: number;
  signal?: AbortSignal | undefined;
}

/** A call that the API server refused or that did not reach it; the message is the server's own. */
export class KubectlError extends Error {
  override readonly name = "KubectlError";
  readonly isNotFound: boolean;

  constructor(call: string, context: string, reason: string) {
    super(`kubectl ${call} (context ${context}) failed: ${reason}`);
    this.isNotFound = /\(NotFound\)/.test(reason);
  }
}

/** kubectl on one cluster. */
export class Kubectl {
  readonly #options: KubectlOptions;

  constructor(options: KubectlOptions) {
    this.#options = options;
  }

  /** One object. @throws {KubectlError} with `isNotFound` if there is none. */
  async getJson(kind: string, name: string, options: CallOptions = {}): Promise<KubernetesObject> {
    return objectSchema.parse(JSON.parse(await this.run(["get", kind, name, "-o", "json"], options)));
  }

  /** All objects of a kind in the namespace, or in the whole cluster where none is given. */
  async listJson(kind: string, options: CallOptions = {}): Promise<KubernetesObject[]> {
    const scope = options.namespace === undefined ? ["--all-namespaces"] : [];
    return listSchema.parse(JSON.parse(await this.run(["get", kind, "-o", "json", ...scope], options))).items;
  }

  /** Server-side apply of the objects, taking over fields that others own. */
  async apply(objects: readonly object[], options: CallOptions = {}): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    const flags = ["--server-side", "--force-conflicts", "--field-manager=claude-agents-local"];
    await this.run(["apply", ...flags, "-f", "-"], options, list);
  }

  /** Deletes the named objects and waits until they are gone; names that do not exist are ignored. */
  async delete(kind: string, names: readonly string[], options: CallOptions = {}): Promise<void> {
    if (names.length > 0) await this.run(["delete", kind, ...names, "--ignore-not-found"], options);
  }

  /** Lines of a command's standard output as they come, until it ends or the signal ends it. */
  async *lines(args: readonly string[], options: CallOptions = {}): AsyncGenerator<string> {
    const child = execa(this.#options.kubectl, this.#arguments(args, options), {
      reject: false,
      stdin: "ignore",
      // Followed logs would be kept for ever, and the command ended once they are too many.
      buffer: { stdout: false },
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    yield* child;
    const { failed, stderr } = await child;
    if (failed && options.signal?.aborted !== true) {
      throw new KubectlError(args.join(" "), this.#options.context, stderr.trim());
    }
  }

  #arguments(args: readonly string[], { namespace, timeoutSeconds }: CallOptions): string[] {
    const { kubeconfig, context } = this.#options;
    const cacheDir = this.#options.cacheDir ?? path.join(path.dirname(kubeconfig), "kubectl-cache");
    const scope = namespace === undefined ? [] : ["--namespace", namespace];
    const timeout = timeoutSeconds === undefined ? [] : ["--request-timeout", `${timeoutSeconds}s`];
    const target = ["--kubeconfig", kubeconfig, "--context", context, "--cache-dir", cacheDir];
    return [...target, ...timeout, ...scope, ...args];
  }

  /** Runs any kubectl command and returns its standard output. */
  async run(args: readonly string[], options: CallOptions = {}, input?: string): Promise<string> {
    const { kubectl, context } = this.#options;
    const result = await execa(kubectl, this.#arguments(args, options), {
      reject: false,
      input: input ?? "",
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    if (!result.failed) return result.stdout;
    options.signal?.throwIfAborted();
    throw new KubectlError(
      args.join(" "),
      context,
      result.stderr?.trim() || (result.shortMessage ?? "unknown reason"),
    );
  }
}
