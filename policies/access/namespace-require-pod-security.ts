import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";

/** From the loosest to the strictest. */
const LEVELS = ["privileged", "baseline", "restricted"];

interface Config {
  readonly level: string;
  /** The least N of v1.N. */
  readonly oldestMinorVersion: number;
}

const ENFORCE = "pod-security.kubernetes.io/enforce";
const VERSION = `${ENFORCE}-version`;

const namespace = (labels: object) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "ai-agents", labels },
});

/**
 * The version may be left out or `latest`: the namespace then follows the cluster, and an upgrade that would refuse a pod
 * shows it in warnings first. A pinned version must not be older than the checks that the standard has today.
 */
export const namespaceRequirePodSecurity = objectPolicy<Config>({
  name: "namespace-require-pod-security",
  description: "A Namespace has the API server enforce the restricted Pod Security Standard.",
  severity: "high",
  controls: [
    { framework: "pod-security", control: "restricted" },
    { framework: "cis-kubernetes", control: "5.2.1" },
    { framework: "nist", control: "CM-6, CM-7" },
    { framework: "nsa", control: "Kubernetes Pod security" },
  ],
  reason:
    "Policies of this pack see what goes through Pulumi. The label stops every other pod as well, whoever creates it.",
  remedy: `Set the label ${ENFORCE} to restricted, and leave ${VERSION} out.`,
  parameters: {
    level: {
      type: "string",
      enum: LEVELS,
      default: "restricted",
      description: "The loosest level that a Namespace may enforce.",
    },
    oldestMinorVersion: {
      type: "integer",
      minimum: 0,
      default: 34,
      description: "The oldest version to which the standard may be pinned: 34 stands for v1.34.",
    },
  },
  examples: {
    pass: [
      { what: "the restricted level", objects: [namespace({ [ENFORCE]: "restricted" })] },
      {
        what: "the restricted level of a version",
        objects: [namespace({ [ENFORCE]: "restricted", [VERSION]: "v1.34" })],
      },
    ],
    fail: [
      { what: "no level", objects: [namespace({})] },
      { what: "a looser level", objects: [namespace({ [ENFORCE]: "baseline" })] },
      {
        what: "a level that is only warned of",
        objects: [namespace({ "pod-security.kubernetes.io/warn": "restricted" })],
      },
      {
        what: "an old version, which lacks checks",
        objects: [namespace({ [ENFORCE]: "restricted", [VERSION]: "v1.20" })],
      },
    ],
  },
  kinds: ["Namespace"],
  judge: judgeNamespace,
});

function judgeNamespace({ root }: Manifest, config: Config): Finding[] {
  const labels = root.at("metadata", "labels");
  return [...judgeLevel(labels.at(ENFORCE), config), ...judgeVersion(labels.at(VERSION), config)];
}

function judgeLevel(enforced: Field, { level }: Config): Finding[] {
  if (enforced.unknown) return [undecided(enforced)];
  const allowed = LEVELS.slice(LEVELS.indexOf(level));
  if (allowed.includes(enforced.text ?? "")) return [];
  const got = enforced.missing ? "not set" : JSON.stringify(enforced.value);
  const reason = `the level that the API server enforces is ${got}; allowed: ${allowed.join(", ")}.`;
  return [violation(enforced, reason, `Set the label ${ENFORCE}: ${level}.`)];
}

function judgeVersion(version: Field, { oldestMinorVersion }: Config): Finding[] {
  if (version.unknown) return [undecided(version)];
  if (version.missing || version.text === "latest") return [];
  const minor = Number(/^v1\.(\d+)$/.exec(version.text ?? "")?.[1]);
  if (minor >= oldestMinorVersion) return [];
  const reason = `the version of the standard is ${JSON.stringify(version.value)}; allowed: latest, and v1.${oldestMinorVersion} or newer.`;
  return [violation(version, reason, "Leave the label out, or set it to latest or to a newer version.")];
}
