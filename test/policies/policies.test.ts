import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PACK_FOLDER } from "../../policies/bundle.ts";
import { POLICIES } from "../../policies/policies.ts";

const POLICY_FILE = /^([a-z]+-(?:require|disallow|limit)-[a-z-]+)\.ts$/;

const names = POLICIES.map(({ name }) => name);
const documentation = await readFile(join(PACK_FOLDER, "..", "docs", "policies.md"), "utf8");

/** The sections of the page, by their headings. */
const sections = new Map(
  documentation
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = "", ...lines] = section.split("\n");
      return [heading.replaceAll("`", ""), lines.join("\n")];
    }),
);

describe("the policies", () => {
  it("are these, all mandatory", () => {
    expect(POLICIES.map(({ name, enforcementLevel }) => [name, enforcementLevel])).toEqual([
      ["manifest-disallow-secret-literals", "mandatory"],
      ["pod-require-image-digest", "mandatory"],
      ["pod-require-resources", "mandatory"],
      ["pod-require-restricted-privileges", "mandatory"],
      ["stack-require-autoscaler", "mandatory"],
      ["workload-disallow-second-replica-writer", "mandatory"],
      ["workload-require-replicas", "mandatory"],
    ]);
  });

  it("stand in one file each, which bears the policy's name", async () => {
    const files = (await readdir(PACK_FOLDER)).flatMap((file) => POLICY_FILE.exec(file)?.[1] ?? []);
    expect(files.sort()).toEqual([...names].sort());
  });

  it("have one section each on the page, and the page has no others of that kind", () => {
    const documented = [...sections.keys()].filter((heading) => POLICY_FILE.test(`${heading}.ts`));
    expect(documented.sort()).toEqual([...names].sort());
  });

  it.each(POLICIES)("explain what, why, remedy and configuration of $name on the page", ({ name }) => {
    const section = sections.get(name);
    for (const part of ["**What.**", "**Why.**", "**Remedy.**", "**Configuration.**"]) {
      expect(section).toContain(part);
    }
  });

  it.each(POLICIES)("document every setting of $name", ({ name, configSchema }) => {
    for (const setting of Object.keys(configSchema?.properties ?? {})) {
      expect(sections.get(name)).toContain(`\`${setting}\``);
    }
  });

  it.each(POLICIES)("give the defaults of $name to the engine too", ({ configSchema }) => {
    for (const schema of Object.values(configSchema?.properties ?? {})) {
      expect(schema).toHaveProperty("default");
      expect(schema).toHaveProperty("description");
    }
  });
});
