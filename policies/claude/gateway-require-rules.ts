import { posix } from "node:path";
import { APP, CONFIG_MOUNT_PATH, ENV, GATEWAY_CONFIG_FILE } from "../../agent-runtime/src/contract.ts";
import type { Field } from "../manifests/field.ts";
import type { Placed, Stack } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { stackPolicy } from "../pack/stack-policy.ts";
import { gatewayExample } from "./gateway-file.ts";
import { type RuntimePod, runtimePodsOf, variableOf } from "./runtime-pods.ts";

const REMEDY = `Mount a ConfigMap of the stack that holds ${GATEWAY_CONFIG_FILE} at ${CONFIG_MOUNT_PATH}.`;

export const gatewayRequireRules = stackPolicy({
  name: "gateway-require-rules",
  description:
    "Every pod of the runtime reads its budgets, limits and fallbacks from a ConfigMap of the stack.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-2, CM-6" }],
  reason:
    "A runtime without gateway.yaml starts, and spends without any budget. The policies over budgets and models judge what the stack " +
    "holds, so a file from elsewhere passes them unseen.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [
      {
        what: "a ConfigMap with the file",
        objects: [agentExample("claude-agent-files"), gatewayExample({})],
      },
    ],
    fail: [
      { what: "no ConfigMap", objects: [agentExample(undefined), gatewayExample({})] },
      { what: "a ConfigMap from elsewhere", objects: [agentExample("other"), gatewayExample({})] },
    ],
  },
  judge: (stack) => {
    const { pods, open } = runtimePodsOf(stack);
    const judged = pods.flatMap((pod) => {
      const finding = judgePod(stack, pod);
      return finding === undefined ? [] : [{ placed: pod.placed, finding }];
    });
    return [...open, ...judged];
  },
});

function judgePod(stack: Stack, runtime: RuntimePod): Finding | undefined {
  const { placed, container } = runtime;
  const folder = variableOf(stack, runtime, ENV.configDir);
  if (folder?.unknown) return undecided(folder);
  const names = configMapsAt(runtime, folder?.text || CONFIG_MOUNT_PATH);
  const holders = stack.beside(placed).filter(holdsRules).map(nameOf);
  const isMounted = names.some(
    ({ text }) => text !== undefined && holders.some((name) => name.text === text),
  );
  if (isMounted) return undefined;
  const open =
    names.find(({ unknown }) => unknown) ?? (names.length > 0 ? holders.find(isUnknown) : undefined);
  if (open !== undefined) return undecided(open);
  const reason = `the runtime finds no ${GATEWAY_CONFIG_FILE} of this stack, so nothing bounds what it spends.`;
  return violation(container.at("volumeMounts"), reason, REMEDY);
}

/** Names of the ConfigMaps of which a container finds the file in a folder, and what is to be known before it can be told. */
function configMapsAt({ pod, container }: RuntimePod, folder: string): Field[] {
  const mounts = container
    .at("volumeMounts")
    .items()
    .map((mount) => ({ mount, path: mount.at("mountPath") }));
  const at = (place: string) => mounts.filter(({ path }) => normalized(String(path.value)) === place);
  const ofFile = at(normalized(`${folder}/${GATEWAY_CONFIG_FILE}`));
  // What is mounted as the file covers the one of the folder.
  const deciding = ofFile.length > 0 ? ofFile : at(normalized(folder));
  return [
    ...deciding.flatMap(({ mount }) => configMapsOfMount(pod.spec, mount, ofFile.length > 0)),
    ...mounts.map(({ path }) => path).filter(isUnknown),
  ];
}

function normalized(path: string): string {
  return posix.normalize(path).replace(/\/$/, "");
}

/** @param isFile whether the file is mounted by itself, which takes its place within the volume */
function configMapsOfMount(spec: Field, mount: Field, isFile: boolean): Field[] {
  const [name, place] = [mount.at("name"), mount.at("subPath")];
  const open = [name, place].find(isUnknown);
  if (open !== undefined) return [open];
  if ((place.text ?? "") !== (isFile ? GATEWAY_CONFIG_FILE : "")) return [];
  const volumes = spec.at("volumes").items();
  return volumes.flatMap((volume) => configMapsOf(volume, name));
}

function configMapsOf(volume: Field, wanted: Field): Field[] {
  const name = volume.at("name");
  if (name.unknown) return [name];
  if (name.text === undefined || name.text !== wanted.text) return [];
  const sources = volume.at("projected", "sources").items();
  return [volume, ...sources]
    .map((source) => source.at("configMap"))
    .filter((configMap) => !configMap.missing)
    .flatMap(nameWhereShown);
}

/** The name of a ConfigMap that is shown as it is, and not another of its files under the name of this one. */
function nameWhereShown(configMap: Field): Field[] {
  const items = configMap.at("items");
  const parts = items.items().flatMap((item) => (item.unknown ? [item] : [item.at("key"), item.at("path")]));
  const open = parts.find(isUnknown);
  if (open !== undefined) return [open];
  const isShown =
    parts.length === 0 ||
    items.items().some((item) => ["key", "path"].every((part) => item.at(part).text === GATEWAY_CONFIG_FILE));
  return isShown ? [configMap.at("name")] : [];
}

/** Whether an object is a ConfigMap with the file, as far as is known. */
function holdsRules({ manifest: { kind, root } }: Placed): boolean {
  if (kind !== "ConfigMap") return false;
  return ["data", "binaryData"].some((part) => !root.at(part, GATEWAY_CONFIG_FILE).missing);
}

function nameOf({ manifest }: Placed): Field {
  return manifest.root.at("metadata", "name");
}

function isUnknown({ unknown }: Field): boolean {
  return unknown !== undefined;
}

/** A Deployment of the runtime that mounts this ConfigMap, for examples. */
function agentExample(name: string | undefined): object {
  const mounts = [{ name: "config", mountPath: CONFIG_MOUNT_PATH, readOnly: true }];
  const template = {
    metadata: { labels: { app: APP } },
    spec: {
      containers: [{ name: "coordinator", ...(name === undefined ? {} : { volumeMounts: mounts }) }],
      volumes: [{ name: "config", configMap: { name: name ?? "claude-agent-files" } }],
    },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "claude-agent-coordinator", namespace: "ai-agents" },
    spec: { template },
  };
}
