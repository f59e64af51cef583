import type { PolicyResource } from "@pulumi/policy";
import { Field } from "./field.ts";
import { contentOf, type Manifest, type ResourceContent } from "./manifest.ts";

/** An object together with the resource that holds it and the cluster it goes to. */
export interface Placed {
  readonly resource: PolicyResource;
  readonly manifest: Manifest;
  /** What its provider leads to: the same names in two regions are two objects. Equal for one cluster, and no name. */
  readonly cluster: string;
}

/** A list that is not known yet, and the resource that holds it. */
export interface Unread {
  readonly resource: PolicyResource;
  readonly field: Field;
}

/** Everything that a stack holds, for policies that compare objects with each other. */
export class Stack {
  /** All resources, those of clouds too. */
  readonly resources: readonly PolicyResource[];
  /** All Kubernetes objects, of every region. */
  readonly objects: readonly Placed[];
  /** Lists that may hold objects which a preview cannot know. */
  readonly unread: readonly Unread[];
  readonly #byKind: ReadonlyMap<string, readonly Placed[]>;
  /** Few policies ask for neighbours, and every policy makes its own stack: put together on demand. */
  #byPlace: ReadonlyMap<string, readonly Placed[]> | undefined;

  /** @throws Error that names the resource whose objects cannot be read */
  constructor(resources: readonly PolicyResource[]) {
    this.resources = resources;
    const clusters = new Map<string, string>();
    const contents = resources.map((resource) => {
      const provider = resource.provider?.urn ?? "";
      const cluster = clusters.get(provider) ?? clusterOf(resource);
      clusters.set(provider, cluster);
      return { resource, cluster, ...read(resource) };
    });
    this.objects = contents.flatMap(({ resource, cluster, manifests }) =>
      manifests.map((manifest) => ({ resource, manifest, cluster })),
    );
    this.unread = contents.flatMap(({ resource, unknown }) => unknown.map((field) => ({ resource, field })));
    this.#byKind = Map.groupBy(this.objects, ({ manifest }) => manifest.kind);
  }

  /** The objects of these kinds, in all regions. */
  ofKind(...kinds: readonly string[]): Placed[] {
    return kinds.flatMap((kind) => this.#byKind.get(kind) ?? []);
  }

  /**
   * The objects of the same namespace and region, itself included. Where a namespace is not known yet, the object may
   * belong to any of its region, and is among them.
   */
  beside(placed: Placed): readonly Placed[] {
    const namespace = namespaceOf(placed);
    if (namespace === undefined) return this.objects.filter(({ cluster }) => cluster === placed.cluster);
    this.#byPlace ??= Map.groupBy(this.objects, (each) => placeKey(each.cluster, namespaceOf(each)));
    const known = this.#byPlace.get(placeKey(placed.cluster, namespace)) ?? [];
    const unknown = this.#byPlace.get(placeKey(placed.cluster, undefined)) ?? [];
    return [...known, ...unknown];
  }
}

/** The namespace of an object, `default` where it names none; undefined where it is not known yet. */
export function namespaceOf({ manifest }: Placed): string | undefined {
  const namespace = manifest.root.at("metadata", "namespace");
  return namespace.unknown ? undefined : (namespace.text ?? "default");
}

function placeKey(cluster: string, namespace: string | undefined): string {
  return JSON.stringify([cluster, namespace ?? null]);
}

/** Settings of a provider that say which cluster it reaches. */
const SETTINGS = ["kubeconfig", "context", "cluster"];

/**
 * Two providers of the same settings reach one cluster: a context has its meaning in one kubeconfig. A provider that states
 * none, or one that is not known yet, is by itself.
 */
function clusterOf({ provider }: PolicyResource): string {
  const settings = Field.root(provider?.props);
  const fields = SETTINGS.map((name) => settings.at(name));
  if (fields.every(({ missing }) => missing) || fields.some(({ unknown }) => unknown))
    return provider?.urn ?? "";
  return JSON.stringify(fields.map(({ value }) => value ?? null));
}

function read({ type, props, urn }: PolicyResource): ResourceContent {
  try {
    return contentOf(type, props);
  } catch (cause) {
    throw new Error(`${urn}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
