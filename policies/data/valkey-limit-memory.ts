import type { Field } from "../manifests/field.ts";
import type { Container } from "../manifests/pod-templates.ts";
import { parseQuantity } from "../manifests/quantity.ts";
import type { Placed, Stack } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { usersOf } from "./configuration-users.ts";
import { type ValkeyConfiguration, valkeyContentOf } from "./valkey-configuration.ts";
import { lastOf } from "./valkey-directives.ts";
import { parseValkeyMemory } from "./valkey-memory.ts";

interface Config {
  readonly shareOfLimit: number;
}

const REMEDY =
  "Set maxmemory to a part of the container's memory limit that leaves room for buffers and for the copy made while saving.";

const METADATA = { name: "valkey", namespace: "ai-agents" };
const CONFIG_MAP = (maxmemory: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: METADATA,
  data: { "valkey.conf": `appendonly yes\n${maxmemory}\n` },
});
const SERVER = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: METADATA,
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: "valkey",
            command: ["valkey-server", "/conf/valkey.conf"],
            env: [{ name: "MAXMEMORY", value: "1gb" }],
            resources: { limits: { memory: "2Gi" } },
            volumeMounts: [{ name: "conf", mountPath: "/conf" }],
          },
        ],
        volumes: [{ name: "conf", configMap: { name: "valkey" } }],
      },
    },
  },
};

/** The memory for data and the limit of the container often stand in two objects, and a variable may lie between them. */
export const valkeyLimitMemory = stackPolicy<Config>({
  name: "valkey-limit-memory",
  description: "Valkey and Redis stop taking data before their container runs out of memory.",
  severity: "high",
  controls: [{ framework: "nist", control: "SC-5(2), CP-10" }],
  reason:
    "Without maxmemory, or with one as large as the limit, the kernel kills the server when it is full or saves; it comes back as full as before.",
  remedy: REMEDY,
  parameters: {
    shareOfLimit: {
      type: "number",
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.8,
      description: "The largest part of the container's memory limit that maxmemory may be.",
    },
  },
  examples: {
    pass: [
      { what: "half of the limit", objects: [CONFIG_MAP("maxmemory 1gb"), SERVER] },
      { what: "a variable of the container", objects: [CONFIG_MAP("maxmemory $MAXMEMORY"), SERVER] },
    ],
    fail: [
      { what: "no maxmemory", objects: [CONFIG_MAP("save 900 1"), SERVER] },
      { what: "the whole limit", objects: [CONFIG_MAP("maxmemory 2gb"), SERVER] },
      { what: "no bound", objects: [CONFIG_MAP("maxmemory 0"), SERVER] },
    ],
  },
  judge: (stack, config) =>
    stack.objects.flatMap((placed) => {
      const { configurations, unknown } = valkeyContentOf(placed.manifest);
      const servers = configurations.filter(({ isSentinel }) => !isSentinel);
      return [
        ...servers.flatMap((configuration) => judgeServer(stack, placed, configuration, config)),
        ...unknown.map((field) => ({ placed, finding: undecided(field) })),
      ];
    }),
});

function judgeServer(
  stack: Stack,
  placed: Placed,
  configuration: ValkeyConfiguration,
  config: Config,
): StackFinding[] {
  const { field, directives, isWhole, origin } = configuration;
  const [stated] = lastOf(directives, "maxmemory") ?? [];
  if (stated === undefined) {
    const problem = "it sets no maxmemory: the server takes data until it is killed.";
    return isWhole ? [{ placed, finding: violation(field, problem, REMEDY) }] : [];
  }
  const { containers, unknown } =
    "container" in origin
      ? { containers: [{ container: origin.container }], unknown: [] }
      : usersOf(stack, placed, origin.file);
  return [
    ...judgeLeast(field, stated),
    ...containers.flatMap(({ container }) => judgeShare(field, stated, container, config)),
    ...unknown.map(undecided),
  ].map((finding) => ({ placed, finding }));
}

/** What can be said without the container. */
function judgeLeast(field: Field, stated: string): Finding[] {
  if (isReference(stated) || (parseValkeyMemory(stated) ?? 0) > 0) return [];
  return [violation(field, `its maxmemory is ${JSON.stringify(stated)}, which is no bound.`, REMEDY)];
}

function judgeShare(field: Field, stated: string, container: Container, { shareOfLimit }: Config): Finding[] {
  const variable = isReference(stated) ? variableOf(container, stated) : undefined;
  const limit = container.field.at("resources", "limits", "memory");
  const open = [variable, limit].find((each) => each?.unknown);
  if (open !== undefined) return [undecided(open)];
  const bytes = parseValkeyMemory(isReference(stated) ? variable?.text : stated);
  const limitBytes = parseQuantity(limit.value);
  const { label } = container;
  if (!bytes) {
    return isReference(stated)
      ? [violation(field, `its maxmemory is ${stated}, for which ${label} has no amount of memory.`, REMEDY)]
      : [];
  }
  if (limitBytes === undefined) {
    return [
      violation(field, `${label}, which reads it, has no memory limit that it could be a part of.`, REMEDY),
    ];
  }
  if (bytes <= limitBytes * shareOfLimit) return [];
  const problem = `its maxmemory is ${bytes} bytes, more than ${shareOfLimit} of the ${limitBytes} bytes that ${label} may take.`;
  return [violation(field, problem, REMEDY)];
}

function isReference(stated: string): boolean {
  return stated.startsWith("$");
}

/** The variable of a container that a script or argument refers to, or a name that may be its; undefined where there is none. */
function variableOf({ field }: Container, reference: string): Field | undefined {
  // What stands behind the name, as in `${SIZE}mb`, makes another amount of it, unless it is a default.
  const [, name = ""] = /^\$[({]?(\w+)(?::?[-=?][^}]*)?[)}]?$/.exec(reference) ?? [];
  const variables = field.at("env").items();
  const open = variables.map((each) => each.at("name")).find((each) => each.unknown);
  return open ?? variables.findLast((each) => each.at("name").text === name)?.at("value");
}
