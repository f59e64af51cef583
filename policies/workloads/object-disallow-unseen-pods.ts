import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

interface Config {
  readonly allowedKinds: readonly string[];
}

const REMEDY =
  "Put the objects into the program, a chart through kubernetes.helm.v4.Chart, so that a preview shows each; or have the kind allowed by " +
  "the policy's parameter, where something else judges what it makes.";

/** Kinds that have others make pods, by their API group. */
const KINDS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "argoproj.io",
    [
      "Application",
      "ApplicationSet",
      "ClusterWorkflowTemplate",
      "CronWorkflow",
      "Workflow",
      "WorkflowTemplate",
    ],
  ],
  ["helm.cattle.io", ["HelmChart"]],
  ["helm.toolkit.fluxcd.io", ["HelmRelease"]],
  ["kustomize.toolkit.fluxcd.io", ["Kustomization"]],
  ["serving.knative.dev", ["Configuration", "Revision", "Service"]],
]);
/** The release of a chart is a resource of the provider, which has no API group. */
const RELEASE = "Release";
/** They may measure by a Job. */
const ANALYSES = ["AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate"];

const argo = (kind: string, spec: object) => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind,
  metadata: { name: "agent", namespace: "ai-agents" },
  spec,
});

export const objectDisallowUnseenPods = objectPolicy<Config>({
  name: "object-disallow-unseen-pods",
  description: "No object makes pods that stand in none of the manifests that a preview shows.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-3, CM-7" }],
  reason:
    "What a chart's release, a continuous delivery or a workflow makes in the cluster is in no preview: none of the policies over pods " +
    "has looked at it.",
  remedy: REMEDY,
  parameters: {
    allowedKinds: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [],
      description: "Kinds of objects that may make pods out of sight, such as Release or Application.",
    },
  },
  examples: {
    pass: [
      {
        what: "an analysis by metrics",
        objects: [argo("AnalysisTemplate", { metrics: [{ provider: { prometheus: {} } }] })],
      },
    ],
    fail: [
      { what: "an application of Argo CD", objects: [argo("Application", { source: { chart: "agent" } })] },
      { what: "a workflow", objects: [argo("CronWorkflow", { schedule: "0 3 * * *" })] },
      {
        what: "an analysis by a Job",
        objects: [argo("AnalysisTemplate", { metrics: [{ provider: { job: {} } }] })],
      },
    ],
  },
  judge: (manifest, { allowedKinds }) => (allowedKinds.includes(manifest.kind) ? [] : judgeObject(manifest)),
});

function judgeObject({ kind, root }: Manifest): Finding[] {
  if (kind === RELEASE) return [refuse(root, kind)];
  if (ANALYSES.includes(kind)) return root.at("spec", "metrics").items().flatMap(judgeMetric);
  const groups = [...KINDS].filter(([, kinds]) => kinds.includes(kind)).map(([group]) => group);
  const apiVersion = root.at("apiVersion");
  if (apiVersion.unknown) return groups.length > 0 ? [undecided(apiVersion)] : [];
  return groups.some((group) => apiVersion.text?.startsWith(`${group}/`)) ? [refuse(root, kind)] : [];
}

function judgeMetric(metric: Field): Finding[] {
  const job = metric.at("provider", "job");
  if (job.unknown) return [undecided(job)];
  return job.missing ? [] : [refuse(job, "Job of an analysis")];
}

function refuse(field: Field, what: string): Finding {
  return violation(field, `the ${what} makes pods that no preview shows and no policy judges.`, REMEDY);
}
