import type { Field } from "../manifests/field.ts";
import { namespaceOf, type Placed } from "../manifests/stack.ts";
import type { UnknownValue } from "../scaling/scale-target.ts";
import { apiGroupOf } from "./api-group.ts";

/** What tells an object of a stack from all others; a part that is not known yet is undefined. */
export interface Reference {
  /** Cluster, group and kind, as `kindKey` writes it. */
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** An object and what it is known by. */
export interface Identity extends Reference {
  readonly placed: Placed;
  /** Its namespace and its name, where they are not known yet. */
  readonly unknown: readonly Field[];
}

/** What a reference means: an object of the stack, none, or one that some values would tell. */
export type Meaning =
  | { readonly type: "object"; readonly placed: Placed }
  | { readonly type: "none" }
  | { readonly type: "open"; readonly unknown: readonly UnknownValue[] };

/** Kinds without namespace: the API server does not look at one that is stated. */
const CLUSTER_KINDS: ReadonlySet<string> = new Set([
  "APIService",
  "CSIDriver",
  "ClusterExternalSecret",
  "ClusterImageCatalog",
  "ClusterIssuer",
  "ClusterPolicy",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterSecretStore",
  "ClusterTriggerAuthentication",
  "CustomResourceDefinition",
  "FlowSchema",
  "GatewayClass",
  "IngressClass",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttributesClass",
  "VolumeSnapshotClass",
]);

/** Stand for every value, and for one that is not known: no name of an object has such characters. */
const [ANY, OPEN] = ["*", "?"];

/** Objects by what they are known by, but for those whose name the cluster makes. */
export class Identities {
  readonly all: readonly Identity[];
  readonly #possible = new Map<string, Identity[]>();

  constructor(objects: readonly Placed[]) {
    this.all = objects.filter(isNamed).map((placed) => this.#identify(placed));
    for (const identity of this.all) {
      const { kind, namespace = OPEN, name = OPEN } = identity;
      for (const key of keysOf(kind, [namespace, ANY], [name, ANY])) {
        const members = this.#possible.get(key) ?? [];
        members.push(identity);
        this.#possible.set(key, members);
      }
    }
  }

  /** Cluster, group and kind as one text, for an object in the cluster of another. */
  kindKey({ cluster }: Placed, group: string, kind: string): string {
    return keyOf(cluster, group, kind);
  }

  /** The objects that are meant for certain: none where a part of the reference is not known yet. */
  meantBy({ kind, namespace, name }: Reference): readonly Identity[] {
    return this.#possible.get(keyOf(kind, namespace, name)) ?? [];
  }

  /** Lists of all objects that are or may be meant. */
  possiblyMeantBy({ kind, namespace, name }: Reference): (readonly Identity[])[] {
    return keysOf(kind, possible(namespace), possible(name)).map((key) => this.#possible.get(key) ?? []);
  }

  /**
   * What a reference of an object means.
   * @param stated the values of the object from which it is made
   */
  resolve(owner: Placed, reference: Reference, stated: readonly Field[]): Meaning {
    const [meant] = this.meantBy(reference);
    if (meant !== undefined) return { type: "object", placed: meant.placed };
    const possible = this.possiblyMeantBy(reference).flat();
    if (possible.length === 0) return { type: "none" };
    const own = stated.filter((field) => field.unknown).map((field) => ({ placed: owner, field }));
    const others = possible.flatMap(({ placed, unknown }) => unknown.map((field) => ({ placed, field })));
    // As long as it is not known what is looked for, nothing else has to be.
    return { type: "open", unknown: own.length > 0 ? own : others };
  }

  #identify(placed: Placed): Identity {
    const { kind, root } = placed.manifest;
    const [name, namespace] = [root.at("metadata", "name"), root.at("metadata", "namespace")];
    const isOfCluster = CLUSTER_KINDS.has(kind);
    return {
      placed,
      kind: this.kindKey(placed, apiGroupOf(placed), kind),
      namespace: isOfCluster ? "" : namespaceOf(placed),
      name: name.text,
      unknown: (isOfCluster ? [name] : [name, namespace]).filter((field) => field.unknown),
    };
  }
}

function isNamed({ manifest }: Placed): boolean {
  const name = manifest.root.at("metadata", "name");
  return name.unknown !== undefined || Boolean(name.text);
}

function possible(part: string | undefined): string[] {
  return part === undefined ? [ANY] : [part, OPEN];
}

function keysOf(kind: string, namespaces: readonly string[], names: readonly string[]): string[] {
  return namespaces.flatMap((namespace) => names.map((name) => keyOf(kind, namespace, name)));
}

function keyOf(...parts: readonly (string | undefined)[]): string {
  return JSON.stringify(parts);
}
