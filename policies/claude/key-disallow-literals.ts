import { posix } from "node:path";
import { ENV } from "../../agent-runtime/src/contract.ts";
import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Container, containersOf } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { VARIABLE_KINDS, type Variable, variablesOf } from "./variables.ts";

interface Config {
  readonly variables: readonly string[];
  readonly folder: string;
}

/** The driver that mounts secrets of a vault. */
const SECRETS_STORE = "secrets-store.csi.k8s.io";

const REMEDY =
  "Keep the key in a Secret and refer to it by secretKeyRef, or mount the Secret and name the file in ANTHROPIC_API_KEY_FILE.";

export const keyDisallowLiterals = objectPolicy<Config>({
  name: "key-disallow-literals",
  description: "The key of the upstream comes from a Secret, by reference or as a mounted file.",
  severity: "critical",
  controls: [
    { framework: "nist", control: "IA-5(7), SC-28" },
    { framework: "cis-kubernetes", control: "5.4.1" },
  ],
  reason:
    "Who has the key spends on the account. A ConfigMap and the spec of a pod can be read by everyone who may list them, and a " +
    "volume that anything else fills can be written by others.",
  remedy: REMEDY,
  parameters: {
    variables: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [ENV.anthropicApiKey, "ANTHROPIC_AUTH_TOKEN"],
      description: "Names of the variables that hold a key of the upstream.",
    },
    folder: {
      type: "string",
      default: "/app/secrets",
      description: "The folder of a container below which keys are mounted.",
    },
  },
  examples: {
    pass: [
      {
        what: "a reference to a Secret",
        container: {
          env: [
            {
              name: ENV.anthropicApiKey,
              valueFrom: { secretKeyRef: { name: "anthropic", key: "api-key" } },
            },
          ],
        },
      },
      { what: "a Secret as a file", pod: mountedFrom({ secret: { secretName: "anthropic" } }) },
    ],
    fail: [
      {
        what: "a key in the environment",
        container: { env: [{ name: ENV.anthropicApiKey, value: "not-a-real-key" }] },
      },
      {
        what: "a key from a ConfigMap",
        container: {
          env: [
            {
              name: ENV.anthropicApiKey,
              valueFrom: { configMapKeyRef: { name: "anthropic", key: "api-key" } },
            },
          ],
        },
      },
      {
        what: "a key in a ConfigMap",
        objects: [
          {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "claude-agent", namespace: "ai-agents" },
            data: { [ENV.anthropicApiKey]: "not-a-real-key" },
          },
        ],
      },
      {
        what: "a file where anything may be mounted",
        container: { env: [{ name: ENV.anthropicApiKeyFile, value: "/app/config/api-key" }] },
      },
      { what: "a ConfigMap as the file", pod: mountedFrom({ configMap: { name: "anthropic" } }) },
    ],
  },
  kinds: VARIABLE_KINDS,
  judge: (manifest, config) => [...judgeVariables(manifest, config), ...judgeMounts(manifest, config)],
});

function judgeVariables(manifest: Manifest, { variables: names, folder }: Config): Finding[] {
  const keys = variablesOf(manifest, (name) => names.includes(name));
  const files = variablesOf(manifest, (name) => name === ENV.anthropicApiKeyFile);
  return [
    ...keys.unknown.map(undecided),
    ...keys.variables.flatMap(judgeVariable),
    ...files.variables.flatMap(({ value }) => judgeFile(value, folder)),
  ];
}

/** Nothing but Secrets is mounted below the folder, so a file there is one. */
function judgeFile(path: Field, folder: string): Finding[] {
  if (path.unknown) return [undecided(path)];
  if (path.missing || path.text === "") return [];
  const name = String(path.value);
  if (isWithin(posix.normalize(name), folder)) return [];
  const reason = `the key is read from ${JSON.stringify(name)}, which is not below ${folder}.`;
  return [violation(path, reason, `Mount a Secret below ${folder} and name its file.`)];
}

function judgeVariable({ name, value, source }: Variable): Finding[] {
  if (value.unknown) return [undecided(value)];
  if (!value.missing && value.text !== "")
    return [violation(value, `${name} stands there in plain.`, REMEDY)];
  if (source === undefined || source.missing) return [];
  const reference = source.at("secretKeyRef");
  if (reference.unknown) return [undecided(reference)];
  return reference.missing ? [violation(source, `${name} comes from no Secret.`, REMEDY)] : [];
}

function judgeMounts(manifest: Manifest, config: Config): Finding[] {
  return containersOf(manifest).flatMap((container) =>
    container.field
      .at("volumeMounts")
      .items()
      .flatMap((mount) => judgeMount(container, mount, config)),
  );
}

function judgeMount({ label, field, pod }: Container, mount: Field, { folder }: Config): Finding[] {
  const path = mount.at("mountPath");
  if (path.unknown) return [undecided(path)];
  const place = posix.normalize(String(path.value));
  // What is mounted around the folder is where a file of it comes from.
  if (!isWithin(place, folder) && !(namesFile(field) && isWithin(folder, place))) return [];
  const name = mount.at("name");
  const volumes = pod.at("volumes").items();
  const volume = volumes.find((each) => each.at("name").text === name.text);
  if (volume !== undefined && name.text !== undefined) return judgeVolume(label, volume);
  const open = [name, ...volumes.map((each) => each.at("name"))].find((each) => each.unknown);
  return [open === undefined ? notSecret(label, mount) : undecided(open)];
}

function judgeVolume(label: string, volume: Field): Finding[] {
  const secrets = volume
    .at("projected", "sources")
    .items()
    .map((source) => source.at("secret"));
  const driver = volume.at("csi", "driver");
  const isSecret = isSet(volume.at("secret")) || driver.text === SECRETS_STORE;
  if (isSecret || (secrets.length > 0 && secrets.every(isSet))) return [];
  const open = [volume.at("secret"), driver, ...secrets].find((each) => each.unknown);
  return [open === undefined ? notSecret(label, volume) : undecided(open)];
}

function isSet(field: Field): boolean {
  return !field.unknown && !field.missing;
}

function notSecret(label: string, field: Field): Finding {
  return violation(field, `${label} reads keys from a volume that is made of no Secret.`, REMEDY);
}

function namesFile(container: Field): boolean {
  return container
    .at("env")
    .items()
    .some((variable) => variable.at("name").text === ENV.anthropicApiKeyFile);
}

function isWithin(path: string, folder: string): boolean {
  return `${path}/`.startsWith(`${folder.replace(/\/$/, "")}/`);
}

function mountedFrom(source: object): object {
  return {
    containers: [
      { name: "main", volumeMounts: [{ name: "key", mountPath: "/app/secrets/upstream", readOnly: true }] },
    ],
    volumes: [{ name: "key", ...source }],
  };
}
