import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { writeProject } from "../../../local/engine/project.ts";

let root: string;
let cloneDir: string;
let projectDir: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "project-"));
  cloneDir = path.join(root, "clone");
  projectDir = path.join(root, "state", "project");
  await mkdir(cloneDir);
  await write(cloneDir, "Pulumi.yaml", "name: shop\nmain: index.ts\nruntime: nodejs\ndescription: A shop\n");
  await write(cloneDir, "Pulumi.local.yaml", "config:\n  shop:replicas: 2\n  aws:region: eu-west-1\n");
});
afterEach(() => rm(root, { recursive: true }));

/** A setting that is a mapping. */
const SCALE = { min: 1, max: 3, limits: { cpu: "50m", memory: "1Gi" } };

const write = (folder: string, file: string, text: string) => writeFile(path.join(folder, file), text);
const read = async (file: string) => parse(await readFile(path.join(projectDir, file), "utf8"));
const prepare = (overrides = {}, stack = "local") => writeProject({ cloneDir, projectDir, stack, overrides });

describe("the private project", () => {
  it("is the clone's, with the program named by its absolute path", async () => {
    expect(await prepare()).toBe("shop");
    expect(await read("Pulumi.yaml")).toEqual({
      name: "shop",
      main: path.join(cloneDir, "index.ts"),
      runtime: "nodejs",
      description: "A shop",
    });
  });

  it("has the clone itself as the program where none is named", async () => {
    await write(cloneDir, "Pulumi.yaml", "name: shop\nruntime: nodejs\n");
    await prepare();
    expect((await read("Pulumi.yaml")).main).toBe(cloneDir);
  });

  it("has the stack's settings with the overrides, which belong to the project unless they say otherwise", async () => {
    await prepare({ replicas: 1, "aws:region": "us-west-2", regions: [{ name: "region-a" }] });
    expect(await read("Pulumi.local.yaml")).toEqual({
      config: { "shop:replicas": 1, "aws:region": "us-west-2", "shop:regions": [{ name: "region-a" }] },
    });
  });

  it.each([
    ["the keys that it has, and leaves the others", { min: 5 }, { ...SCALE, min: 5 }],
    ["a mapping within as a whole", { limits: { cpu: "1" } }, { ...SCALE, limits: { cpu: "1" } }],
    ["all of it when it is a list", ["a"], ["a"]],
    ["all of it when it is no mapping", "none", "none"],
    ["all of it when it is null", null, null],
  ])("has an override of a mapping change %s", async (_meaning, override, expected) => {
    await write(cloneDir, "Pulumi.local.yaml", stringify({ config: { "shop:scale": SCALE } }));
    await prepare({ scale: override });
    expect((await read("Pulumi.local.yaml")).config).toEqual({ "shop:scale": expected });
  });

  it("has an override of a list take its place, for nobody could say which entry is meant", async () => {
    await write(cloneDir, "Pulumi.local.yaml", "config:\n  shop:names: [a, b]\n");
    await prepare({ names: ["c"] });
    expect((await read("Pulumi.local.yaml")).config).toEqual({ "shop:names": ["c"] });
  });

  it("has a mapping where the stack says something else", async () => {
    await prepare({ replicas: { min: 1 } });
    expect((await read("Pulumi.local.yaml")).config["shop:replicas"]).toEqual({ min: 1 });
  });

  it("loses an override that is no longer given", async () => {
    await prepare({ replicas: 1 });
    await prepare();
    expect((await read("Pulumi.local.yaml")).config["shop:replicas"]).toBe(2);
  });

  it("keeps the salt of its own encryption, for the state cannot be read with another", async () => {
    await prepare();
    await write(projectDir, "Pulumi.local.yaml", "encryptionsalt: v1:abc\nconfig: {}\n");
    await prepare();
    expect((await read("Pulumi.local.yaml")).encryptionsalt).toBe("v1:abc");
  });

  it("takes an empty stack file for one without settings", async () => {
    await write(cloneDir, "Pulumi.local.yaml", "");
    await prepare();
    expect(await read("Pulumi.local.yaml")).toEqual({ config: {} });
  });

  it("is refused for a stack without a file", async () => {
    await expect(prepare({}, "qa")).rejects.toThrow(
      /no stack of this name: .*Pulumi\.qa\.yaml does not exist/,
    );
  });

  it("is refused for a stack with a value that another backend encrypted", async () => {
    await write(cloneDir, "Pulumi.local.yaml", "config:\n  shop:key:\n    secure: v1:xyz\n");
    await expect(prepare()).rejects.toThrow("Pulumi.local.yaml holds an encrypted value (shop:key)");
  });
});
