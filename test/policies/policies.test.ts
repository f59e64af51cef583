import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PACK_FOLDER } from "../../policies/bundle.ts";
import { GROUPS, POLICIES } from "../../policies/policies.ts";
import { settingsFor } from "./examples.ts";

const POLICY_FILE = /^([a-z]+(?:-[a-z]+)*-(?:require|disallow|limit)-[a-z-]+)\.ts$/;

describe.each(GROUPS)("the policies of $title", ({ folder, policies }) => {
  it("stand in one file each, which bears the policy's name", async () => {
    const files = (await readdir(join(PACK_FOLDER, folder))).flatMap(
      (file) => POLICY_FILE.exec(file)?.[1] ?? [],
    );
    expect(files.sort()).toEqual(policies.map(({ name }) => name).sort());
  });

  it("have one spec each", async () => {
    const specs = await readdir(join(import.meta.dirname, folder));
    for (const { name } of policies) expect(specs).toContain(`${name}.test.ts`);
  });

  it("are in the order of their names", () => {
    const names = policies.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
  });
});

it("are counted", () => {
  const examples = POLICIES.flatMap((policy) =>
    [...policy.examples.pass, ...policy.examples.fail].map((example) => settingsFor(policy, example).length),
  );
  const tried = examples.reduce((sum, settings) => sum + settings, 0);
  console.log(
    `policies: ${POLICIES.length} in ${GROUPS.length} groups, ${examples.length} examples, tried in ${tried} settings`,
  );
  expect(new Set(POLICIES.map(({ name }) => name)).size).toBe(POLICIES.length);
});

describe.each(POLICIES)("$name", (policy) => {
  it("says what, why and what to do, each as sentences", () => {
    for (const text of [policy.description, policy.reason, policy.remedy])
      expect(text).toMatch(/^[A-Z"`].*\.$/s);
  });

  it("names the controls of published standards that it carries out", () => {
    expect(policy.controls.length).toBeGreaterThan(0);
  });

  it("explains every setting and its default", () => {
    for (const schema of Object.values(policy.parameters)) {
      expect(schema).toHaveProperty("default");
      expect(schema.description).toMatch(/^[A-Z].*\.$/s);
    }
  });

  it("has a name that fits into an annotation", () => {
    expect(policy.name.length).toBeLessThanOrEqual(63);
  });
});
