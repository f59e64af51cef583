import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { containersOf, podTemplateOf } from "../manifests/pod-templates.ts";
import { isSecretName, mayNameSecret } from "./secret-detector.ts";

/** A text of a manifest. */
export interface Literal {
  /** The name it is known by, where it has one. */
  readonly name: string | undefined;
  readonly field: Field;
  /** Whether it is a value and nothing else, such as that of a variable; else it may be a file or a document. */
  readonly isValue?: true;
}

/** Words that are read together, as those of a command are. */
export interface Command {
  readonly field: Field;
  readonly words: readonly Field[];
}

export interface ManifestTexts {
  readonly literals: readonly Literal[];
  readonly commands: readonly Command[];
  /** Names without which nobody can say what stands under them. */
  readonly unknown: readonly Field[];
}

/** Everything in a manifest that everyone may read who may list it. */
export function textsOf(manifest: Manifest): ManifestTexts {
  const metadata = metadataOf(manifest);
  if (isSecret(manifest)) return { literals: metadata, commands: [], unknown: [] };
  const containers = containersOf(manifest).map(({ field }) => field);
  const known = [...metadata, ...dataOf(manifest), ...containers.flatMap(literalsOfContainer)];
  // With their names first, so that the same text met again without name is not judged twice.
  const seen = new Set(known.map(({ field }) => field.path));
  const others = literalsBelow(manifest.root).filter(({ field }) => !seen.has(field.path));
  return {
    literals: [...known, ...others.filter(({ field }) => !isSealed(manifest, field))],
    commands: [
      ...containers.map(commandOf),
      ...listsBelow(manifest.root).filter(({ field }) => !seen.has(`${field.path}[0]`)),
    ],
    unknown: containers.flatMap(namelessIn),
  };
}

/** A Secret may hold secrets, but its labels and annotations are shown; other kinds of the name are no Secrets. */
function isSecret({ kind, root }: Manifest): boolean {
  return kind === "Secret" && (root.at("apiVersion").text ?? "v1") === "v1";
}

/** Encrypted for the controller of its cluster, and made to be seen. */
function isSealed({ kind }: Manifest, { path }: Field): boolean {
  return kind === "SealedSecret" && path.startsWith(".spec.encryptedData.");
}

function metadataOf(manifest: Manifest): Literal[] {
  const template = podTemplateOf(manifest);
  return [manifest.root, ...(template && template.path !== "" ? [template] : [])].flatMap((object) =>
    ["annotations", "labels"].flatMap((part) => named(object.at("metadata", part)).map(asValue)),
  );
}

function dataOf({ kind, root }: Manifest): Literal[] {
  return kind === "ConfigMap"
    ? [...named(root.at("data")).map(asValue), ...named(root.at("binaryData"))]
    : [];
}

function named(map: Field): Literal[] {
  return map.entries().map(([name, field]) => ({ name, field }));
}

function asValue(literal: Literal): Literal {
  return { ...literal, isValue: true };
}

function literalsOfContainer(container: Field): Literal[] {
  const variables = container
    .at("env")
    .items()
    .map((variable) => ({ name: variable.at("name").text ?? "", field: variable.at("value") }));
  return [...variables, ...argumentsOf(wordsOf(container))].map(asValue);
}

/** Variables with a value whose name is not known yet. */
function namelessIn(container: Field): Field[] {
  return container
    .at("env")
    .items()
    .filter((variable) => !variable.unknown && variable.at("value").text !== undefined)
    .map((variable) => variable.at("name"))
    .filter((name) => name.unknown);
}

/** The first arguments may belong to a flag that stands in the command. */
function wordsOf(container: Field): Field[] {
  return ["command", "args"].flatMap((list) => container.at(list).items());
}

function commandOf(container: Field): Command {
  return { field: container, words: wordsOf(container) };
}

/** Arguments are named by the flag before them, or by themselves in `--flag=value`. */
function argumentsOf(list: readonly Field[], owner?: string): Literal[] {
  return list.map((field, index) => {
    const flag = /^--?([A-Za-z][\w.-]*)$/.exec(list[index - 1]?.text ?? "")?.[1] ?? owner;
    return { name: flag, field };
  });
}

/** Names of properties that hold a value in the name of what is around them. */
const VALUE_OF_PARENT = /^(?:value|literal|inline|plain|plainText|text|string|stringValue)$/;

/**
 * Every known text below a field, under the name of its property, or under the name that stands beside a `value` or
 * around it. Unknown ones count only where the name or the place says that they matter.
 */
function literalsBelow(field: Field, name?: string): Literal[] {
  if (field.text !== undefined) return [textOf(field, field.text, name)];
  if (field.unknown) return unknownOf(field, name);
  if (Array.isArray(field.value)) return literalsOfList(field.items(), name);
  if (!field.composite) return numberOf(field, name);
  const beside = field.at("name").text ?? name;
  return field
    .entries()
    .flatMap(([key, child]) => literalsBelow(child, VALUE_OF_PARENT.test(key) ? beside : key));
}

/** Words of a list may be arguments, as those of a probe are, or several values of one name. */
function literalsOfList(items: readonly Field[], name: string | undefined): Literal[] {
  return argumentsOf(items, name).flatMap(({ field, name: own }) => literalsBelow(field, own));
}

/** A password of digits alone is one where it is written as a number, too. */
function numberOf(field: Field, name = ""): Literal[] {
  return /pass/i.test(name) ? [{ name, field }] : [];
}

/** What ends in `secret` may be the name of a Secret, which the update tells. */
function unknownOf(field: Field, name = ""): Literal[] {
  return isSecretName(name) ? [{ name: /secret$/i.test(name) ? undefined : name, field }] : [];
}

/** The name of a field is no name of a secret where its value is the name of a Secret. */
function textOf(field: Field, text: string, name: string | undefined): Literal {
  return { name: mayNameSecret(name, text) ? undefined : name, field };
}

/** Every list: its words may be a command, as those of probes and hooks are. */
function listsBelow(field: Field): Command[] {
  if (field.unknown || !field.composite) return [];
  if (!Array.isArray(field.value)) return field.entries().flatMap(([, child]) => listsBelow(child));
  const words = field.items();
  return [{ field, words }, ...words.flatMap(listsBelow)];
}
