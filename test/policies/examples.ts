import type { Example } from "../../policies/pack/facts.ts";
import type { Policy } from "../../policies/pack/policy.ts";
import {
  cloudResourceOf,
  type Judgement,
  judge,
  judgeStack,
  type KubernetesObject,
  resourceOf,
} from "./judge.ts";
import { overlay, withoutNulls } from "./overlay.ts";
import { CONTAINER, POD_SPEC, WORKLOAD_KINDS } from "./workloads.ts";

const LISTS = ["containers", "initContainers", "ephemeralContainers"] as const;

/** One way in which an example can stand in a stack. */
export interface Setting {
  /** For example `initContainers of CronJob`. */
  readonly place: string;
  readonly judge: (policy: Policy, config?: object) => Promise<Judgement>;
}

/** Every place in which an example has to give the same verdict: all kinds of workloads, all lists, nulls and absences. */
export function settingsFor(policy: Policy, example: Example): Setting[] {
  if ("cloud" in example)
    return [{ place: "cloud", judge: (subject, config) => judgeCloud(subject, example.cloud, config) }];
  if ("objects" in example) {
    return [{ place: "objects", judge: (subject, config) => judgeObjects(subject, example.objects, config) }];
  }
  const podSpecs =
    "pod" in example
      ? [{ list: "pod", podSpec: overlay(POD_SPEC, example.pod) }]
      : placed(policy, example.container);
  return podSpecs.flatMap(({ list, podSpec }) =>
    kindsOf(policy).flatMap(({ kind, build }) =>
      [podSpec, withoutNulls(podSpec)].map((spec, index) => ({
        place: `${list} of ${kind}${index === 0 ? "" : ", nulls left out"}`,
        judge: (subject: Policy, config?: object) => judgeObjects(subject, [build(spec as object)], config),
      })),
    ),
  );
}

/** The valid pod with one more container, in each list that the policy looks at. */
function placed(policy: Policy, container: object) {
  const lists: readonly string[] = "lists" in policy ? (policy.lists as readonly string[]) : LISTS;
  return lists.map((list) => {
    const changed = overlay({ ...CONTAINER, name: "changed" }, container);
    const podSpec =
      list === "containers"
        ? { ...POD_SPEC, containers: [CONTAINER, changed] }
        : { ...POD_SPEC, [list]: [changed] };
    return { list, podSpec };
  });
}

/** The kinds of workloads that the policy looks at; lists of them always. */
function kindsOf(policy: Policy) {
  const kinds = "kinds" in policy ? (policy.kinds as readonly string[]) : undefined;
  return WORKLOAD_KINDS.filter(
    ({ kind }) =>
      kinds === undefined || kinds.includes(kind.replace(/^(List|DeploymentList)$/, "Deployment")),
  );
}

function judgeObjects(policy: Policy, objects: readonly object[], config?: object): Promise<Judgement> {
  const known = objects as readonly KubernetesObject[];
  if ("validateStack" in policy.sdk)
    return judgeStack(
      policy,
      known.map((object) => resourceOf(object)),
      config,
    );
  return joined(known.map((object) => judge(policy, object, config === undefined ? {} : { config })));
}

function judgeCloud(
  policy: Policy,
  resources: readonly { readonly type: string; readonly properties: object }[],
  config?: object,
): Promise<Judgement> {
  if ("validateStack" in policy.sdk) {
    return judgeStack(
      policy,
      resources.map(({ type, properties }) => cloudResourceOf(type, properties)),
      config,
    );
  }
  return joined(
    resources.map(({ type, properties }) =>
      judge(policy, properties as KubernetesObject, { type, ...(config === undefined ? {} : { config }) }),
    ),
  );
}

async function joined(judgements: readonly Promise<Judgement>[]): Promise<Judgement> {
  const all = await Promise.all(judgements);
  return {
    violations: all.flatMap(({ violations }) => violations),
    undecided: all.find(({ undecided }) => undecided !== undefined)?.undecided,
  };
}
