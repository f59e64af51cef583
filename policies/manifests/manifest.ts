import { Field } from "./field.ts";

/** One Kubernetes object among the inputs of a resource. */
export interface Manifest {
  readonly kind: string;
  readonly root: Field;
}

/** What a resource of the Pulumi program holds: its objects, and lists whose length is not known yet. */
export interface ResourceContent {
  readonly manifests: readonly Manifest[];
  readonly unknown: readonly Field[];
}

const NOTHING: ResourceContent = { manifests: [], unknown: [] };

/** What was read, for as long as the inputs themselves are kept: every policy of the pack asks for the same. */
const READ = new WeakMap<object, { readonly type: string; readonly content: ResourceContent }>();

/**
 * The Kubernetes objects of one resource: the object itself, or the items of a `List`, at any depth.
 * Resources of other providers hold none.
 * @param type the Pulumi type, such as `kubernetes:apps/v1:Deployment`
 * @param properties not to be written to; see `readContent` for those that are
 */
export function contentOf(type: string, properties: object): ResourceContent {
  const known = READ.get(properties);
  if (known?.type === type) return known.content;
  const content = readContent(type, properties);
  READ.set(properties, { type, content });
  return content;
}

/** The same of inputs that change, as those of a remediation do. */
export function readContent(type: string, properties: object): ResourceContent {
  const [provider, , token = ""] = type.split(":");
  if (provider !== "kubernetes") return NOTHING;
  // A Patch resource carries a part of an object of the kind without the suffix; what it sets is judged the same.
  return contentOfObject(Field.root(properties), token.replace(/Patch$/, ""));
}

/** @param assumedKind the kind of an object that declares none, as in a typed list; empty where nothing tells it */
function contentOfObject(root: Field, assumedKind: string): ResourceContent {
  const declaredKind = root.at("kind");
  if (declaredKind.unknown && assumedKind === "") return { manifests: [], unknown: [declaredKind] };
  const kind = declaredKind.text ?? assumedKind;
  if (isListKind(kind, root)) return contentOfList(root, kind.replace(/List$/, ""));
  if (kind === "") throw new Error(`${root.path}: the object has no kind, so no policy can judge it`);
  return { manifests: [{ kind, root }], unknown: [] };
}

function isListKind(kind: string, root: Field): boolean {
  if (!kind.endsWith("List")) return false;
  const items = root.at("items");
  return items.unknown !== undefined || Array.isArray(items.value);
}

function contentOfList(list: Field, itemKind: string): ResourceContent {
  const contents = list
    .at("items")
    .items()
    .map((item) => contentOfObject(item, itemKind));
  return {
    manifests: contents.flatMap((content) => content.manifests),
    unknown: contents.flatMap((content) => content.unknown),
  };
}

/** `Deployment ai-agents/coordinator`, with what is known of the name. */
export function describeManifest({ kind, root }: Manifest): string {
  const metadata = root.at("metadata");
  const name = metadata.at("name").text ?? metadata.at("generateName").text ?? "(name not known yet)";
  const namespace = metadata.at("namespace").text;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
