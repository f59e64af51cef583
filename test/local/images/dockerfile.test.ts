import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { layerEntries } from "../../../local/images/layer.ts";
import type { ImageRecipe } from "../../../local/images/recipe.ts";
import { agentRuntimeImage } from "../../../local/images/recipes.ts";

const ROOT = path.join(import.meta.dirname, "../../..");

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** Instructions in order, comments left out and continued lines joined. */
function parseDockerfile(text: string): Instruction[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\s*\\\n\s*/g, " ")
    .split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = "", ...rest] = line.split(" ");
      return { name, text: rest.join(" ") };
    });
}

let instructions: Instruction[];
let recipe: ImageRecipe;

beforeAll(async () => {
  instructions = parseDockerfile(await readFile(path.join(ROOT, "agent-runtime/Dockerfile"), "utf8"));
  recipe = await agentRuntimeImage(import.meta.filename);
});

/** Instructions of the last stage, which becomes the image. */
function finalStage(name: string): string[] {
  const start = instructions.findLastIndex((instruction) => instruction.name === "FROM");
  return instructions
    .slice(start)
    .flatMap((instruction) => (instruction.name === name ? [instruction.text] : []));
}

test("the Dockerfile makes the user, working folder, start, variables and labels of the composed image", () => {
  // The official image sets its own PATH, on which Node lies too.
  const { PATH: _, ...env } = recipe.env ?? {};

  expect({
    user: finalStage("USER"),
    workingDir: finalStage("WORKDIR"),
    entrypoint: finalStage("ENTRYPOINT").map((text) => JSON.parse(text)),
    cmd: finalStage("CMD"),
    env: finalStage("ENV"),
    labels: finalStage("LABEL").flatMap((text) => text.split(" ")),
  }).toEqual({
    user: [recipe.user],
    workingDir: [recipe.workingDir],
    entrypoint: [recipe.entrypoint],
    cmd: recipe.cmd ?? [],
    env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    labels: Object.entries(recipe.labels ?? {}).map(([name, value]) => `${name}=${value}`),
  });
});

test("the Dockerfile copies into /app what the composed image has there, with the same mode", async () => {
  const entries = await layerEntries(recipe.layers[1] ?? {});
  const composed = entries.filter(({ type }) => type === "file");

  expect(finalStage("COPY")).toEqual(
    composed.map(
      ({ path, mode }) =>
        `--from=build --chmod=0${mode.toString(8)} /repository/agent-runtime/dist/main.mjs /${path}`,
    ),
  );
});

test("the Dockerfile gives the user the number, group and home of the composed image", () => {
  const passwd = recipe.layers[0]?.texts?.["/etc/passwd"] ?? "";
  const [name, , uid, gid, , home] = passwd.split("\n")[1]?.split(":") ?? [];

  expect(finalStage("RUN")).toEqual([
    `groupadd --gid ${gid} ${name} && useradd --uid ${uid} --gid ${gid} --home-dir ${home} --no-create-home --shell /sbin/nologin ${name}`,
  ]);
});

test("both stages build on the pinned version of Node, by a digest that has no default", async () => {
  const { devDependencies } = JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8"));
  const texts = (name: string) => instructions.filter((each) => each.name === name).map(({ text }) => text);
  const [version, digest, image] = texts("ARG");

  expect(version).toBe(`NODE_VERSION=${devDependencies.node}`);
  expect(digest).toBe("NODE_DIGEST");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the variables of a Dockerfile
  expect(image).toContain('NODE_IMAGE="node:${NODE_VERSION}-bookworm-slim@${NODE_DIGEST:?Give the digest');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the variables of a Dockerfile
  expect(texts("FROM")).toEqual(["${NODE_IMAGE} AS build", "${NODE_IMAGE}"]);
});

test("the build has the manifests of every workspace, without which npm refuses the lock", async () => {
  const { workspaces } = JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8"));
  const copied = instructions.filter(({ name }) => name === "COPY").map(({ text }) => text);

  for (const workspace of workspaces) {
    expect(copied).toContain(`${workspace}/package.json ${workspace}/`);
  }
});

test("what the Dockerfile copies is let into the build, and nothing else is", async () => {
  const ignore = await readFile(path.join(ROOT, "agent-runtime/Dockerfile.dockerignore"), "utf8");
  const rules = ignore.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const sources = instructions
    .filter(({ name, text }) => name === "COPY" && !text.startsWith("--from"))
    .flatMap(({ text }) => text.split(" ").slice(0, -1))
    // A file of a folder that is let in as a whole.
    .filter((source) => !source.startsWith("agent-runtime/"));

  expect(rules[0]).toBe("*");
  expect(rules.filter((rule) => rule.startsWith("!")).toSorted()).toEqual(
    [...new Set(sources)].map((source) => `!${source}`).toSorted(),
  );
  expect(rules).toEqual(expect.arrayContaining(["agent-runtime/dist", "**/node_modules"]));
});
