import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { podTemplateOf } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { budgetOf, LABEL_LENGTH } from "./name-budgets.ts";

interface Config {
  readonly furtherKinds: Readonly<Record<string, number>>;
}

const named = (kind: string, name: string) => ({
  apiVersion: kind === "Service" ? "v1" : "apps/v1",
  kind,
  metadata: { name, namespace: "ai-agents" },
});

export const objectLimitNameLength = objectPolicy<Config>({
  name: "object-limit-name-length",
  description: "Names and labels are short enough for the names that are derived from them.",
  severity: "medium",
  controls: [{ framework: "nist", control: "CM-6" }],
  reason:
    "A name that is allowed by itself can make one that is not: a StatefulSet of 60 characters is accepted and never gets a pod.",
  remedy: "Shorten the name. Pulumi's own suffix and the prefix of the region count too.",
  parameters: {
    furtherKinds: {
      type: "object",
      additionalProperties: { type: "integer", minimum: 1, maximum: 253 },
      default: {},
      description:
        "Longest names of further kinds, or shorter ones of known kinds, as numbers of characters.",
    },
  },
  examples: {
    pass: [
      { what: "a name of 52 characters", objects: [named("StatefulSet", "s".repeat(52))] },
      { what: "a name of 63 characters", objects: [named("Service", "s".repeat(63))] },
    ],
    fail: [
      {
        what: "a StatefulSet whose pods could not be labelled",
        objects: [named("StatefulSet", "s".repeat(53))],
      },
      { what: "a Service without DNS name", objects: [named("Service", "s".repeat(64))] },
      {
        what: "a label of 64 characters",
        objects: [{ ...named("Deployment", "agent"), metadata: { labels: { app: "a".repeat(64) } } }],
      },
    ],
  },
  judge: (manifest, { furtherKinds }) => [
    ...judgeName(manifest, furtherKinds),
    ...labelsOf(manifest).flatMap(judgeLabel),
  ],
});

function judgeName({ kind, root }: Manifest, furtherKinds: Config["furtherKinds"]): Finding[] {
  const { length, why } = budgetOf(kind);
  const limit = Math.min(length, furtherKinds[kind] ?? length);
  const reason = limit === length ? why : "so the configuration says";
  const name = root.at("metadata", "name");
  if (name.unknown) return [undecided(name)];
  return name.missing
    ? judgePrefix(root.at("metadata", "generateName"), limit, reason)
    : judgeLength(name, limit, reason);
}

const SUFFIX_LENGTH = 5;

/** The API server cuts a prefix until it and its own suffix have 63 characters: only shorter limits can be passed. */
function judgePrefix(prefix: Field, limit: number, why: string): Finding[] {
  if (prefix.unknown) return [undecided(prefix)];
  return prefix.missing || limit >= LABEL_LENGTH
    ? []
    : judgeLength(prefix, limit - SUFFIX_LENGTH, `${why}, and five characters are added`);
}

function labelsOf(manifest: Manifest): [string, Field][] {
  const places = [manifest.root.at("metadata", "labels"), podTemplateOf(manifest)?.at("metadata", "labels")];
  const isOwn = manifest.kind === "Pod";
  return (isOwn ? places.slice(0, 1) : places).flatMap((labels) => labels?.entries() ?? []);
}

function judgeLabel([, label]: [string, Field]): Finding[] {
  if (label.unknown) return [undecided(label)];
  return label.missing ? [] : judgeLength(label, LABEL_LENGTH, "a label holds no more");
}

function judgeLength(field: Field, limit: number, why: string): Finding[] {
  const { text } = field;
  if (text === undefined) {
    return [violation(field, `it is ${JSON.stringify(field.value)}, which is no text.`, "Write a text.")];
  }
  if (text.length <= limit) return [];
  const reason = `${JSON.stringify(text.slice(0, 80))} has ${text.length} characters; ${limit} are allowed: ${why}.`;
  return [violation(field, reason, `Shorten it to ${limit} characters or less.`)];
}
