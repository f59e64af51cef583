import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { SEVERITIES } from "../../../local/policy/report.ts";
import { policyConfigSchema, resolveSchema } from "../../../policies/config/schema.ts";
import { Field } from "../../../policies/manifests/field.ts";
import { EXCEPTION_PREFIX, exceptionsOf, isExceptable } from "../../../policies/pack/exceptions.ts";
import { POLICIES } from "../../../policies/policies.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const FILE = path.join(ROOT, "docs/policies.md");
const text = readFileSync(FILE, "utf8");
const NAMES = POLICIES.map(({ name }) => name);

/** The contents of fenced blocks in a language. */
function blocks(language: string): string[] {
  return [...text.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, of, content = ""]) =>
    of === language ? [content] : [],
  );
}

describe("the guide to the policies", () => {
  it("shows configurations that the schema takes", () => {
    const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(policyConfigSchema(POLICIES))));
    expect(blocks("json")).toHaveLength(2);
    for (const block of blocks("json")) {
      expect(schema.safeParse(JSON.parse(block)).error?.issues).toBeUndefined();
    }
  });

  it("shows an exception that holds until its last day", () => {
    const [block = ""] = blocks("yaml");
    const stated = exceptionsOf({ kind: "Deployment", root: Field.root(parse(block)) });
    expect(stated).toEqual([expect.objectContaining({ type: "stated" })]);
    for (const { policy } of stated)
      expect([NAMES.includes(policy), isExceptable(policy)]).toEqual([true, true]);
  });

  it("names policies, and no others", () => {
    const named = text.match(/\b[a-z]+(?:-[a-z]+)*-(?:require|disallow|limit)-[a-z]+(?:-[a-z]+)*\b/g) ?? [];
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(NAMES).toContain(name);
    expect(text).toContain(EXCEPTION_PREFIX);
  });

  it("names npm scripts and their options, and no others", () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    for (const [, script = ""] of text.matchAll(/npm run (?:--silent )?([\w:]+)/g)) {
      expect(scripts).toHaveProperty([script]);
    }
    const command = readFileSync(path.join(ROOT, "local/policy.ts"), "utf8");
    for (const option of ["--sarif", "--markdown", "--fail-on"]) {
      expect([text.includes(option), command.includes(`"${option} `)]).toEqual([true, true]);
    }
  });

  it("names the severities and levels that there are", () => {
    for (const severity of SEVERITIES) expect(text).toContain(`\`${severity}\``);
    const schema = policyConfigSchema(POLICIES);
    const levels = Object.values(schema.properties).flatMap(
      ({ properties }) => resolveSchema(properties["enforcementLevel"] ?? {}, schema).enum ?? [],
    );
    const shown = [...text.matchAll(/^\| `(\w+)`/gm)].map(([, level]) => level);
    expect(new Set(shown)).toEqual(new Set(["enforcementLevel", ...levels]));
  });

  it("leads to files that exist", () => {
    const links = [...text.matchAll(/\]\(([^)#]+)/g)].map(([, link = ""]) => path.join(ROOT, "docs", link));
    const files = [...text.matchAll(/`(\.github\/[^`]+|test\/[^`]+)`/g)].map(([, file = ""]) =>
      path.join(ROOT, file),
    );
    expect(links.length).toBeGreaterThan(1);
    for (const file of [...links, ...files]) expect([file, existsSync(file)]).toEqual([file, true]);
    for (const [, file = ""] of text.matchAll(/`(\w+\.json)`/g)) {
      expect([file, existsSync(path.join(ROOT, "policies/config", file))]).toEqual([file, true]);
    }
  });
});
