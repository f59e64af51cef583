import type { Sample } from "./admission-samples.ts";

/** Pods that the policies refuse and the API server's admission allows, and why that is meant so. */
export interface Difference {
  readonly level: "restricted" | "baseline";
  /** Whether admission allows them only by its newest rules, and no more by those of the policies' edition. */
  readonly onlyInLatest?: boolean;
  readonly because: string;
  readonly policies: readonly string[];
  /** Whether it is one only in pods with `hostUsers: false`. */
  readonly onlyInUserNamespaces?: boolean;
  /** Rows of the corpus, at every place, or at the one that follows the @. */
  readonly samples: readonly string[];
}

const BARE = ["securityContext: null", "securityContext: missing", "securityContext: {}"];

/** All differences; there is none in the other direction. */
const DIFFERENCES: readonly Difference[] = [
  {
    level: "restricted",
    onlyInLatest: true,
    because:
      "From 1.35 admission trusts a pod with hostUsers: false. Its root is nobody on the node, but still owns the pod's files, mounted secrets and tokens, and a node without support for user namespaces cannot keep the promise.",
    policies: ["container-require-non-root", "container-disallow-root-user"],
    onlyInUserNamespaces: true,
    samples: [
      "user namespace, runAsNonRoot: null",
      "user namespace, runAsNonRoot: false",
      "user namespace, runAsUser: 0",
    ],
  },
  {
    level: "baseline",
    onlyInLatest: true,
    because:
      "From 1.35 the baseline standard allows it in a user namespace; one policy serves both standards, and the restricted one never does.",
    policies: ["container-require-default-proc-mount"],
    onlyInUserNamespaces: true,
    samples: ["user namespace, procMount: Unmasked"],
  },
  {
    level: "baseline",
    because:
      "One policy judges capabilities for both standards: what baseline only forbids to add, restricted wants dropped, and adds back no more than NET_BIND_SERVICE.",
    policies: ["container-require-dropped-capabilities"],
    samples: [
      ...BARE.flatMap((row) =>
        ["containers", "initContainers", "sidecar", "ephemeralContainers"].map(
          (place) => `${row} @ ${place}`,
        ),
      ),
      "capabilities: null",
      "capabilities: missing",
      "capabilities: {}",
      'capabilities: {"drop":null}',
      'capabilities: {"drop":[]}',
      'capabilities: {"drop":["NET_RAW"]}',
      'capabilities: {"drop":["all"]}',
      'capabilities: {"drop":["All"]}',
      'capabilities: {"add":["NET_BIND_SERVICE"]}',
      'capabilities: {"add":["CHOWN"]}',
      'capabilities: {"drop":["ALL"],"add":["CHOWN"]}',
      "every capability of the baseline standard",
      "bare containers on Linux",
    ],
  },
  {
    level: "baseline",
    because:
      "One policy judges seccomp for both standards: where baseline lets a pod say nothing, restricted wants a profile.",
    policies: ["pod-require-seccomp"],
    samples: [
      ...BARE.map((row) => `${row} @ pod`),
      "seccompProfile: null @ pod",
      "seccompProfile: missing @ pod",
      "pod seccompProfile: missing, container seccompProfile: missing",
      "pod seccompProfile: missing, container seccompProfile: null",
      "pod seccompProfile: null, container seccompProfile: missing",
      "pod seccompProfile: null, container seccompProfile: null",
      "no security context, and one that escalates",
      "user namespace, seccompProfile: missing",
      "seccomp annotation in place of the field",
    ],
  },
];

/** The differences that there are where a level is enforced by the rules of an edition. */
export function differencesIn(level: Difference["level"], isLatest: boolean): Difference[] {
  return DIFFERENCES.filter(
    (difference) => difference.level === level && (isLatest || !difference.onlyInLatest),
  );
}

/** The policies that may refuse a pod for what admission does not mind in it. */
export function stricterPolicies(differences: readonly Difference[], { pod }: Sample): string[] {
  const hasUserNamespace = pod.spec["hostUsers"] === false;
  return differences
    .filter(({ onlyInUserNamespaces }) => hasUserNamespace || !onlyInUserNamespaces)
    .flatMap(({ policies }) => policies);
}

export function nameOf({ row, place }: Sample): string {
  return `${row} @ ${place}`;
}

/** Whether an entry of the table means the sample. */
export function means(entry: string, sample: Sample): boolean {
  return entry === sample.row || entry === nameOf(sample);
}
