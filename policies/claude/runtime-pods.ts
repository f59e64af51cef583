import { APP } from "../../agent-runtime/src/contract.ts";
import type { Field } from "../manifests/field.ts";
import { type PodTemplate, podOf, WORKLOAD_KINDS } from "../manifests/pod-templates.ts";
import type { Placed, Stack } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import type { StackFinding } from "../pack/stack-policy.ts";

/** The pods of a workload that run the agent runtime. */
export interface RuntimePod {
  readonly placed: Placed;
  readonly pod: PodTemplate;
  readonly labels: Field;
  /** The container of the runtime: the first, as Kubernetes has it. */
  readonly container: Field;
}

/** The workloads of the runtime, known by the label `app` of their pods, and labels that are not known yet. */
export function runtimePodsOf(stack: Stack): { pods: RuntimePod[]; open: StackFinding[] } {
  const all = stack.ofKind(...WORKLOAD_KINDS).flatMap((placed) =>
    podOf(placed.manifest).map((pod) => {
      const labels = pod.metadata.at("labels");
      return { placed, pod, labels, app: labels.at("app") };
    }),
  );
  return {
    pods: all
      .filter(({ app }) => app.text === APP)
      .flatMap(({ app: _, ...runtime }) =>
        runtime.pod.spec
          .at("containers")
          .items()
          .slice(0, 1)
          .map((container) => ({ ...runtime, container })),
      ),
    open: all
      .filter(({ app }) => app.unknown)
      .map(({ placed, app }) => ({ placed, finding: undecided(app) })),
  };
}

/**
 * The value of a variable of the runtime's container, from `env` or from a ConfigMap of the stack in `envFrom`; undefined
 * where neither states it, so that the runtime's default holds.
 */
export function variableOf(stack: Stack, { placed, container }: RuntimePod, name: string): Field | undefined {
  const own = container
    .at("env")
    .items()
    .findLast((variable) => variable.at("name").unknown || variable.at("name").text === name);
  if (own !== undefined) return own.at("name").unknown ? own.at("name") : statedIn(stack, placed, own);
  for (const source of container.at("envFrom").items().reverse()) {
    const field = inConfigMap(stack, placed, source.at("configMapRef", "name"), name);
    if (field !== undefined) return field;
  }
  return undefined;
}

function statedIn(stack: Stack, placed: Placed, variable: Field): Field | undefined {
  const reference = variable.at("valueFrom", "configMapKeyRef");
  if (reference.missing) return variable.at("value").missing ? undefined : variable.at("value");
  const key = reference.at("key");
  return key.unknown ? key : inConfigMap(stack, placed, reference.at("name"), key.text ?? "");
}

/** The value of a key, or what has to be known to find it. */
function inConfigMap(stack: Stack, placed: Placed, reference: Field, key: string): Field | undefined {
  if (reference.unknown) return reference;
  if (reference.missing) return undefined;
  const configMaps = stack.beside(placed).filter(({ manifest }) => manifest.kind === "ConfigMap");
  const names = configMaps.map(({ manifest }) => manifest.root.at("metadata", "name"));
  const index = names.findIndex(({ text }) => text === reference.text);
  const found = configMaps[index]?.manifest.root.at("data", key);
  if (found !== undefined) return found.missing ? undefined : found;
  return names.find((name) => name.unknown);
}

/** Seconds that a variable states, its default, or what is to be said of a value that is none. */
export function secondsOf(name: string, field: Field | undefined, fallback: number): number | Finding {
  if (field === undefined || field.missing || field.text === "") return fallback;
  if (field.unknown) return undecided(field);
  if (/^\d{1,15}$/.test(field.text ?? "")) return Number(field.text);
  const reason = `${name} is ${JSON.stringify(field.value)}, which is no whole number of seconds.`;
  return violation(field, reason, `Write it as text of digits, for example "${fallback}".`);
}
