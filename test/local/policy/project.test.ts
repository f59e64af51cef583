import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProject } from "../../../local/policy/project.ts";

const REGIONS = "config:\n  claude-agents:regions:\n    - { name: eu, context: some-eu }\n";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "policy-project-"));
  await writeFile(path.join(folder, "Pulumi.prod.yaml"), REGIONS);
  await mkdir(path.join(folder, "other"));
  await writeFile(path.join(folder, "other", "Pulumi.yaml"), "name: other\n");
  await writeFile(path.join(folder, "other", "Pulumi.plain.yaml"), "config:\n  other:size: 3\n");
  await writeFile(path.join(folder, "other", "Pulumi.empty.yaml"), "");
  await writeFile(path.join(folder, "other", "Pulumi.prod.yaml"), REGIONS);
  await writeFile(path.join(folder, "other", "Pulumi.faulty.yaml"), "config:\n  claude-agents:regions: eu\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the project of a stack", () => {
  it("is this repository's unless another is named", async () => {
    expect(await openProject(folder, "prod")).toEqual({
      folder,
      regions: [{ name: "eu", context: "some-eu", role: "primary" }],
    });
  });

  it("of another folder has the regions of its stack file", async () => {
    const other = path.join(folder, "other");
    const { regions } = await openProject(folder, "prod", other);
    expect(regions.map(({ name }) => name)).toEqual(["eu"]);
  });

  it.each(["plain", "empty"])("has one region where its stack file names none: %s", async (stack) => {
    const other = path.join(folder, "other");
    expect(await openProject(folder, stack, other)).toEqual({
      folder: other,
      regions: [{ name: "region", context: "region", role: "primary" }],
    });
  });

  it("has to name its regions where it is this repository's", async () => {
    await writeFile(path.join(folder, "Pulumi.plain.yaml"), "config: {}\n");
    await expect(openProject(folder, "plain")).rejects.toThrow("Pulumi.plain.yaml does not name its regions");
  });

  it("is an error with the fix where there is none, or no such stack, or faulty regions", async () => {
    const nothing = path.join(folder, "nothing");
    await expect(openProject(folder, "prod", nothing)).rejects.toThrow(
      `--project is ${JSON.stringify(nothing)}; allowed is a folder with a Pulumi.yaml, and ${nothing} has none.`,
    );
    const other = path.join(folder, "other");
    await expect(openProject(folder, "none", other)).rejects.toThrow('There is no stack "none"');
    await expect(openProject(folder, "faulty", other)).rejects.toThrow("does not name its regions");
  });
});
