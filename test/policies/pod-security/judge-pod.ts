import type { Policy } from "../../../policies/pack/policy.ts";
import { type Judgement, judge, type KubernetesObject, remediate } from "../judge.ts";
import { deployment, POD_SPEC, podSpecWith } from "../workloads.ts";

export const NOTHING: Judgement = { violations: [], undecided: undefined };

interface Options {
  readonly list?: string;
  readonly config?: object;
  readonly annotations?: object;
}

/** Judges a Deployment whose pod is the one that keeps every policy, with these keys of its spec replaced. */
export function judgePod(
  policy: Policy,
  pod: object,
  { config = {}, annotations = {} }: Options = {},
): Promise<Judgement> {
  return judge(policy, deployment({ ...POD_SPEC, ...pod }, annotations), { config });
}

/** Judges the same pod with one more container: the valid one, with these of its keys replaced. */
export function judgeContainer(
  policy: Policy,
  container: object,
  { list = "containers", config = {} }: Options = {},
): Promise<Judgement> {
  return judgePod(policy, podSpecWith(list, container), { config });
}

/** The spec of the pod after the policy's remediation; undefined where it leaves the pod as it is. */
export async function remediatePod(policy: Policy, pod: object): Promise<KubernetesObject | undefined> {
  const object = await remediate(policy, deployment({ ...POD_SPEC, ...pod }));
  const { template } = (object?.["spec"] ?? {}) as { template?: { spec: KubernetesObject } };
  return template?.spec;
}
