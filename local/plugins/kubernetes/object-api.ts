import type { PropertyMap } from "../protocol/property-value.ts";
import { type ApiResource, apiRoot, type KubeClient } from "./kube-client.ts";
import { isKubeError, isNotFound, KubeError } from "./kube-error.ts";
import type { LiveObject, Manifest, ObjectReference } from "./kubernetes-object.ts";
import { pause } from "./waiting.ts";

/** The name under which the API server records our fields: what it says is ours. */
export const FIELD_MANAGER = "pulumi-kubernetes";
const KIND_ATTEMPTS = 20;
const KIND_RETRY_MS = 500;

export interface ApplyOptions {
  /** Have the server check and answer everything, and store nothing. */
  readonly dryRun?: boolean;
  readonly onWarning?: ((text: string) => void) | undefined;
}

export type PropagationPolicy = "Foreground" | "Background" | "Orphan";

/** Kubernetes objects of any kind, by reference. */
export class ObjectApi {
  readonly #client: KubeClient;
  readonly #cancelled: AbortSignal;

  constructor(client: KubeClient, cancelled: AbortSignal) {
    this.#client = client;
    this.#cancelled = cancelled;
  }

  get defaultNamespace(): string {
    return this.#client.access.namespace;
  }

  resourceOf(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    return this.#client.resourceOf(apiVersion, kind);
  }

  /** For a kind whose definition was made a moment ago: the server takes some seconds to serve it. */
  async awaitKind({ apiVersion, kind }: ObjectReference): Promise<void> {
    for (let attempt = 1; attempt < KIND_ATTEMPTS; attempt++) {
      if (await this.resourceOf(apiVersion, kind)) return;
      if ((await pause(KIND_RETRY_MS, this.#cancelled)) === "cancelled") return;
    }
  }

  /** `undefined`: there is no such object. Throws when its kind is not served. */
  async get(reference: ObjectReference): Promise<LiveObject | undefined> {
    try {
      return (await this.#client.request({
        method: "GET",
        path: await this.#pathOf(reference),
      })) as LiveObject;
    } catch (error) {
      if (isKubeError(error) && error.status === 404) return undefined;
      throw error;
    }
  }

  /**
   * Makes or changes the object by server-side apply: fields unknown to its schema are refused, fields that
   * we applied before and leave out now are removed, and those that others changed meanwhile are taken back
   * (force).
   */
  async apply(manifest: Manifest, { dryRun = false, onWarning }: ApplyOptions = {}): Promise<LiveObject> {
    const answer = await this.#client.request({
      method: "PATCH",
      path: await this.#pathOf(manifest),
      query: {
        fieldManager: FIELD_MANAGER,
        force: "true",
        fieldValidation: "Strict",
        ...(dryRun ? { dryRun: "All" } : {}),
      },
      contentType: "application/apply-patch+yaml",
      body: manifest,
      onWarning,
    });
    return answer as LiveObject;
  }

  /** Whether the server would let `pod` into `namespace`; throws what it says against it. */
  async tryPod(namespace: string, pod: PropertyMap): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    await this.#client.request({ method: "POST", path, query: { dryRun: "All" }, body: pod });
  }

  /** Asks for the deletion; `false`: the object is gone, or another one has its name by now. */
  async remove(reference: Manifest, propagationPolicy: PropagationPolicy): Promise<boolean> {
    const { uid } = reference.metadata;
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy,
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    };
    try {
      await this.#client.request({ method: "DELETE", path: await this.#pathOf(reference), body });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      if (isKubeError(error) && error.status === 409 && /UID in (the )?precondition/.test(error.message))
        return false;
      throw error;
    }
  }

  /** The answer to a list request, e.g. of `pods` or `events`; unparsed. */
  list(namespace: string, plural: string, query: Record<string, string>): Promise<unknown> {
    return this.#client.request({ method: "GET", path: `/api/v1/namespaces/${namespace}/${plural}`, query });
  }

  async #pathOf({ apiVersion, kind, metadata }: ObjectReference): Promise<string> {
    const resource = await this.resourceOf(apiVersion, kind);
    if (!resource) {
      const hint =
        "is its CustomResourceDefinition installed, and does this resource depend on it (dependsOn)?";
      throw new KubeError(`the API server does not serve ${apiVersion} ${kind}: ${hint}`, "unserved-kind");
    }
    const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? this.defaultNamespace}` : "";
    return `${apiRoot(apiVersion)}${scope}/${resource.plural}/${metadata.name}`;
  }
}
