import { nearest } from "../../components/config/nearest.ts";
import { levelsOf } from "../../policies/config/schema.ts";
import { exampleYaml } from "../../policies/documentation/example-yaml.ts";
import { describeAllowed, describeControl, exceptionAnnotation } from "../../policies/documentation/facts.ts";
import { isExceptable as isExceptableName } from "../../policies/pack/exceptions.ts";
import { NOT_CHECKED_PARAMETER } from "../../policies/pack/not-checked.ts";
import type { Policy, PolicyGroup } from "../../policies/pack/policy.ts";
import type { PolicyConfig } from "./config.ts";

/** What the configurations of this repository say, by the name of the file. */
export type Configurations = Readonly<Record<string, PolicyConfig>>;

/** Everything about one policy, for people and programs. */
export type Explanation = ReturnType<typeof explainPolicy>;

/**
 * Collects what is known about a policy.
 *
 * @throws Error when there is none of this name, with names that resemble it
 */
export function explainPolicy(name: string, groups: readonly PolicyGroup[], configurations: Configurations) {
  const { policy, group } = findPolicy(name, groups);
  const { description, severity, enforcement = "mandatory", controls, reason, remedy, remediates } = policy;
  return {
    name,
    group: group.title,
    file: `policies/${group.folder}/${name}.ts`,
    ...{ description, reason, remedy, severity, remediates },
    controls: controls.map(describeControl),
    settings: settingsOf(policy, enforcement, configurations),
    examples: {
      pass: policy.examples.pass.map(exampleYaml),
      fail: policy.examples.fail.map(exampleYaml),
    },
    exception: isExceptable(policy) ? exceptionAnnotation(name) : undefined,
  };
}

/** Resources of a cloud have no annotations, and exceptions themselves are judged without exception. */
function isExceptable({ name, examples }: Policy): boolean {
  const isOfCloud = [...examples.pass, ...examples.fail].every((example) => "cloud" in example);
  return !isOfCloud && isExceptableName(name);
}

function settingsOf(policy: Policy, enforcement: string, configurations: Configurations) {
  const allowed = describeAllowed({ enum: levelsOf(policy) });
  const level = { name: "enforcementLevel", allowed };
  return [
    { ...level, description: "How strict the policy is.", default: enforcement as unknown },
    ...Object.entries({ ...policy.parameters, ...NOT_CHECKED_PARAMETER }).map(([name, schema]) => ({
      name,
      allowed: describeAllowed(schema),
      description: schema.description ?? "",
      default: schema.default as unknown,
    })),
  ].map((setting) => ({ ...setting, configured: configuredOf(policy.name, setting.name, configurations) }));
}

/** What the files say, by their names; a file that says nothing is left out. */
function configuredOf(policy: string, setting: string, configurations: Configurations) {
  return Object.fromEntries(
    Object.entries(configurations).flatMap(([file, config]) => {
      const value = config[policy]?.[setting];
      return value === undefined ? [] : [[file, value]];
    }),
  );
}

function findPolicy(name: string, groups: readonly PolicyGroup[]): { policy: Policy; group: PolicyGroup } {
  for (const group of groups) {
    const policy = group.policies.find((candidate) => candidate.name === name);
    if (policy !== undefined) return { policy, group };
  }
  const names = groups.flatMap(({ policies }) => policies.map((policy) => policy.name));
  const similar = namesLike(name, names);
  const hint = similar.length === 0 ? "" : ` Did you mean ${similar.join(", ")}?`;
  throw new Error(
    `There is no policy ${JSON.stringify(name)}.${hint} All names: npm run policy:explain without a name.`,
  );
}

const MOST_SUGGESTIONS = 5;

/** The name that was meant, and names that hold every word, or what resembles it. */
function namesLike(said: string, names: readonly string[]): string[] {
  const words = said.toLowerCase().match(/[a-z]+/g) ?? [];
  const parts = [...new Set(names.flatMap((name) => name.split("-")))];
  const likely = words.map((word) => partLike(word, parts));
  const holding = names.filter((name) => likely.length > 0 && likely.every((part) => name.includes(part)));
  const meant = nearest(words.join("-"), names);
  return [...new Set([...(meant === undefined ? [] : [meant]), ...holding])].slice(0, MOST_SUGGESTIONS);
}

/** A word as names of policies have it: the begin of a part of a name, or the part that it resembles. */
function partLike(word: string, parts: readonly string[]): string {
  return parts.some((part) => part.startsWith(word)) ? word : (nearest(word, parts) ?? word);
}
