import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { containersOf, podTemplateOf } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { findSecret, isSecretName } from "./secret-detector.ts";

interface Config {
  /** Names (of variables, keys, annotations, flags) that look like a secret's and hold none. */
  readonly allowedNames: readonly string[];
}

/** A text of a manifest and, where it has one, the name it is known by. */
interface Literal {
  readonly name?: string;
  readonly field: Field;
}

const REMEDY =
  "Put the value into a Kubernetes Secret made of a Pulumi secret (config set --secret, RandomPassword) and refer to it by secretKeyRef, envFrom or a volume.";

export const manifestDisallowSecretLiterals = objectPolicy<Config>({
  name: "manifest-disallow-secret-literals",
  description: "No secret stands in a manifest outside of a Kubernetes Secret.",
  severity: "critical",
  controls: [
    { framework: "cis-kubernetes", control: "5.4.1" },
    { framework: "nsa", control: "Authentication and authorization: Encryption of secrets" },
    { framework: "nist", control: "IA-5(7), SC-28" },
  ],
  reason:
    "Everyone who may list the object can read it, and it ends up in backups, logs and diffs. That the program marked a value as a " +
    "secret of Pulumi does not help: it protects the state file, not the object.",
  remedy: REMEDY,
  parameters: {
    allowedNames: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of variables, keys, annotations and flags that look like a secret's and hold none.",
    },
  },
  examples: {
    pass: [
      {
        what: "a reference to a Secret",
        container: {
          env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
        },
      },
      {
        what: "the data of a Secret",
        objects: [secretObject({ stringData: { password: "hunter2-hunter2" } })],
      },
    ],
    fail: [
      {
        what: "a password in the environment",
        container: { env: [{ name: "DB_PASSWORD", value: "hunter2-hunter2" }] },
      },
      { what: "a key in the arguments", container: { args: ["--api-key", "0f9a8b7c6d5e4f3a2b1c"] } },
      {
        what: "a password in a configuration file",
        objects: [configMapOf({ "app.conf": "user = app\npassword = hunter2-hunter2\n" })],
      },
      {
        what: "a secret in an annotation of a Secret",
        objects: [secretObject({ metadata: { name: "db", annotations: { password: "hunter2-hunter2" } } })],
      },
    ],
  },
  judge: (manifest, { allowedNames }) =>
    literalsOf(manifest).flatMap((literal) =>
      literal.name !== undefined && allowedNames.includes(literal.name) ? [] : judgeLiteral(literal),
    ),
});

function secretObject(fields: object): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "db" }, ...fields };
}

function configMapOf(data: object): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "app" }, data };
}

/**
 * Texts with their names first, so that the same text met again without name is not judged twice.
 * A Secret may hold secrets, but its labels and annotations are shown to everyone who lists it.
 */
function literalsOf(manifest: Manifest): Literal[] {
  const metadata = metadataOf(manifest);
  if (manifest.kind === "Secret") return metadata;
  const known = [
    ...metadata,
    ...settingsOf(manifest),
    ...containersOf(manifest).flatMap(literalsOfContainer),
  ];
  const seen = new Set(known.map(({ field }) => field.path));
  const others = textsOf(manifest.root).filter((field) => !seen.has(field.path));
  return [...known, ...others.map((field) => ({ field }))];
}

function metadataOf(manifest: Manifest): Literal[] {
  const template = podTemplateOf(manifest);
  return [manifest.root, ...(template && template.path !== "" ? [template] : [])].flatMap((object) =>
    ["annotations", "labels"].flatMap((part) => named(object.at("metadata", part))),
  );
}

function settingsOf({ kind, root }: Manifest): Literal[] {
  return kind === "ConfigMap" ? ["data", "binaryData"].flatMap((part) => named(root.at(part))) : [];
}

function named(map: Field): Literal[] {
  return map.entries().map(([name, field]) => ({ name, field }));
}

function literalsOfContainer({ field }: { readonly field: Field }): Literal[] {
  const variables = field
    .at("env")
    .items()
    .map((variable) => ({ name: variable.at("name").text ?? "", field: variable.at("value") }));
  return [...variables, ...["command", "args"].flatMap((list) => argumentsOf(field.at(list).items()))];
}

/** Arguments are named by the flag before them, or by themselves in `--flag=value`. */
function argumentsOf(list: readonly Field[]): Literal[] {
  return list.map((field, index) => {
    const before = list[index - 1]?.text;
    const flag =
      before !== undefined && /^--?[A-Za-z][\w.-]*$/.test(before) ? before.replace(/^-+/, "") : undefined;
    return flag === undefined ? { field } : { name: flag, field };
  });
}

function judgeLiteral({ name, field }: Literal): Finding[] {
  if (field.unknown) return judgeUnknown(name, field);
  if (field.text === undefined) return [];
  const secret = findSecret(name, field.text);
  if (secret === undefined) return [];
  const owner = name === undefined ? "the text" : `the value of ${JSON.stringify(name)}`;
  return [
    violation(field, `${owner} holds ${secret}, which everyone who may read the object can read.`, REMEDY),
  ];
}

/** Under the name of a secret even a value that nobody knows yet does not belong here: the update would refuse it. */
function judgeUnknown(name: string | undefined, field: Field): Finding[] {
  if (name === undefined || !isSecretName(name)) return [undecided(field)];
  const reason = `the value of ${JSON.stringify(name)} is computed during the update and stands outside of a Secret.`;
  return [violation(field, reason, REMEDY)];
}

/** Every known text below a field; unknown ones count only where the policy names the place. */
function textsOf(field: Field): Field[] {
  if (field.text !== undefined) return [field];
  return field.composite ? field.entries().flatMap(([, child]) => textsOf(child)) : [];
}
