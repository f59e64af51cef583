import { describe, expect, it } from "vitest";
import type { Example } from "../../../policies/pack/facts.ts";
import type { Policy } from "../../../policies/pack/policy.ts";
import { POLICIES } from "../../../policies/policies.ts";
import { settingsFor } from "../examples.ts";
import { type Judgement, UNKNOWN } from "../judge.ts";

type Key = string | number;

/** An example with one of its values not known yet. */
interface Obscured {
  readonly place: string;
  readonly example: Example;
}

/** Every example that comes of one with a value, at any depth, replaced by what the SDK takes for unknown. */
function obscured(example: Example): Obscured[] {
  const [part, depth] = partOf(example);
  const source: unknown = Reflect.get(example, part);
  return [...placesIn(source)]
    .filter((keys) => keys.length > depth && !isType(keys, depth))
    .map((keys) => ({
      place: `${example.what}: ${keys.join(".")}`,
      example: { ...example, [part]: withUnknown(source, keys) } as Example,
    }));
}

/** The part of an example that is given to a policy, and how many keys lead to a value in it. */
function partOf(example: Example): ["container" | "pod" | "objects" | "cloud", number] {
  if ("container" in example) return ["container", 0];
  if ("pod" in example) return ["pod", 0];
  return "objects" in example ? ["objects", 1] : ["cloud", 2];
}

/** The engine always knows the type of a resource, and with it the kind of an object. */
function isType(keys: readonly Key[], depth: number): boolean {
  return depth === 2
    ? keys[1] !== "properties"
    : depth === 1 && ["kind", "apiVersion"].includes(String(keys[1]));
}

function* placesIn(value: unknown, keys: readonly Key[] = []): Generator<readonly Key[]> {
  if (keys.length > 0) yield keys;
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) yield* placesIn(child, [...keys, key]);
}

function withUnknown(value: unknown, [key, ...rest]: readonly Key[]): unknown {
  if (key === undefined) return UNKNOWN;
  const copy: object = Array.isArray(value) ? [...value] : { ...(value as object) };
  Reflect.set(copy, key, withUnknown(Reflect.get(copy, key), rest));
  return copy;
}

/** What a policy says in the first place where an example can stand. */
function judgeFirst(policy: Policy, example: Example): Promise<Judgement> {
  const [setting] = settingsFor(policy, example);
  if (setting === undefined) throw new Error(`${policy.name} looks at no place of an example`);
  return setting.judge(policy);
}

describe.each(POLICIES)("fault 25: $name", (policy) => {
  it("judges every example whatever value of it is not known yet", async () => {
    for (const { place, example } of [...policy.examples.pass, ...policy.examples.fail].flatMap(obscured)) {
      const failure = await judgeFirst(policy, example).then(
        () => undefined,
        (error: Error) => error.message,
      );
      expect({ place, failure }).toEqual({ place, failure: undefined });
    }
  });
});

const POD_POLICIES = POLICIES.filter((policy) => "lists" in policy || "kinds" in policy);

describe.each(POD_POLICIES)("fault 25: $name", (policy) => {
  it("passes nothing that it refuses because a value of it is not known yet", async () => {
    for (const { place, example } of policy.examples.fail.flatMap(obscured)) {
      const { violations, undecided } = await judgeFirst(policy, example);
      const isSilent = violations.length === 0 && undecided === undefined;
      expect({ place, isSilent }).toEqual({ place, isSilent: false });
    }
  });
});
