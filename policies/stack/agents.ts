import type { Field } from "../manifests/field.ts";
import { podOf } from "../manifests/pod-templates.ts";
import { namespaceOf, type Placed, type Stack } from "../manifests/stack.ts";
import type { Parameters } from "../pack/facts.ts";
import { undecided, violation } from "../pack/finding.ts";
import type { StackFinding } from "../pack/stack-policy.ts";
import { SCALABLE_KINDS } from "../scaling/replicas.ts";
import { ANY, type QueryReach, type Reach } from "./query-reach.ts";

/** How the workloads of the runtime are told from others. */
export interface AgentConfig {
  readonly agentLabel: string;
}

export const AGENT_PARAMETERS: Parameters<AgentConfig> = {
  agentLabel: {
    type: "string",
    minLength: 1,
    default: "claude-agent",
    description: "Value of the label app of the pods of every class of agents.",
  },
};

/** A workload that is or may be one of the runtime, and what the queries about it have to name. */
export interface Agent extends Reach {
  readonly placed: Placed;
  /** The values of it that are not known yet. */
  readonly open: readonly Field[];
}

/** Prometheus takes the job from the Service, which has the workload's name. */
export function agentsOf(stack: Stack, { agentLabel }: AgentConfig): Agent[] {
  return stack.ofKind(...SCALABLE_KINDS).flatMap((placed) =>
    podOf(placed.manifest)
      .map(({ metadata }) => metadata.at("labels", "app"))
      .filter((label) => label.unknown || label.value === agentLabel)
      .map((label) => agentOf(placed, label)),
  );
}

function agentOf(placed: Placed, label: Field): Agent {
  const { root } = placed.manifest;
  const name = root.at("metadata", "name");
  const open = [label, root.at("metadata", "namespace"), name].filter((field) => field.unknown);
  const job = name.unknown ? ANY : (name.text ?? "");
  return { placed, open, namespace: namespaceOf(placed) ?? ANY, job };
}

/**
 * Judges whether queries look at every agent.
 * @param subjects what queries have to be about
 * @param refuse reason and remedy where none is about some of them
 */
export function judgeAgents(
  agents: readonly Agent[],
  reach: QueryReach,
  subjects: readonly string[],
  refuse: (missing: string) => readonly [reason: string, remedy: string],
): StackFinding[] {
  const regions = Map.groupBy(agents, ({ placed }) => placed.cluster);
  return [...regions].flatMap(([cluster, members]) => {
    const lacking = members
      .map((agent) => ({
        agent,
        missing: subjects.filter((subject) => !reach.covers(cluster, subject, agent)),
      }))
      .filter(({ missing }) => missing.length > 0);
    const unknown = reach.unknownOf(cluster);
    if (lacking.length > 0 && unknown.length > 0) return unknown;
    return lacking.flatMap(({ agent: { placed, open }, missing }): StackFinding[] =>
      open.length > 0
        ? open.map((field) => ({ placed, finding: undecided(field) }))
        : [{ placed, finding: violation(placed.manifest.root, ...refuse(missing.join(", "))) }],
    );
  });
}
