import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { type Command, type Literal, textsOf } from "./manifest-literals.ts";
import { findSecret, findSecretInCommand, findSecretValue, isSecretName } from "./secret-detector.ts";

interface Config {
  /** Names (of variables, keys, annotations, flags) that look like a secret's and hold none. */
  readonly allowedNames: readonly string[];
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
  judge: (manifest, { allowedNames }) => {
    const { literals, commands, unknown } = textsOf(manifest);
    const findings = literals.flatMap((literal) => judgeLiteral(literal, allowedNames));
    return [
      ...findings,
      ...commands.flatMap((command) => judgeCommand(command, findings)),
      ...unknown.map(undecided),
    ];
  },
});

function secretObject(fields: object): object {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "db" }, ...fields };
}

function configMapOf(data: object): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "app" }, data };
}

function judgeLiteral({ name, field, isValue }: Literal, allowedNames: readonly string[]): Finding[] {
  if (field.unknown) return judgeUnknown(name, field, allowedNames);
  const text = typeof field.value === "number" ? String(field.value) : field.text;
  if (text === undefined) return [];
  const secret = (isValue ? findSecretValue : findSecret)(name, text, allowedNames);
  const owner = name === undefined ? "the text" : `the value of ${JSON.stringify(name)}`;
  return secret === undefined ? [] : [exposed(field, `${owner} holds ${secret}`)];
}

/** Words of which none is a secret by itself. */
function judgeCommand({ field, words }: Command, findings: readonly Finding[]): Finding[] {
  const secret = findSecretInCommand(words.map(({ text = "" }) => text));
  if (secret === undefined) return [];
  const places = new Set(words.map(({ path }) => path));
  const isFound = findings.some((finding) => places.has(finding.field.path));
  return isFound ? [] : [exposed(field, `its words hold ${secret}`)];
}

function exposed(field: Field, what: string): Finding {
  return violation(field, `${what}, which everyone who may read the object can read.`, REMEDY);
}

/** Under the name of a secret even a value that nobody knows yet does not belong here: the update would refuse it. */
function judgeUnknown(name: string | undefined, field: Field, allowedNames: readonly string[]): Finding[] {
  if (name === undefined || allowedNames.includes(name) || !isSecretName(name)) return [undecided(field)];
  const reason = `the value of ${JSON.stringify(name)} is computed during the update and stands outside of a Secret.`;
  return [violation(field, reason, REMEDY)];
}
