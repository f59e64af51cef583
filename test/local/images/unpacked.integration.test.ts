import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { bundleRuntime } from "../../../agent-runtime/bundle.ts";
import { RUN_AS_USER } from "../../../components/defaults.ts";
import type { ImageRecipe } from "../../../local/images/recipe.ts";
import { agentRuntimeImage, pauseImage } from "../../../local/images/recipes.ts";
import { ensureProgram } from "../../setup/apt.ts";
import { runUnpacked, unpackImage } from "./unpacked-image.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "images-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

// Only root may make another folder the root of a process.
describe.skipIf(process.getuid?.() !== 0)("the unpacked image of the agent runtime", () => {
  let recipe: ImageRecipe;
  let root: string;

  beforeAll(async () => {
    const bundle = await bundleRuntime(path.join(folder, "main.mjs"));
    recipe = await agentRuntimeImage(bundle.path);
    root = await unpackImage(recipe, folder);
  });

  test("runs the pinned Node with nothing of the machine", async () => {
    const { devDependencies } = JSON.parse(await readFile("package.json", "utf8"));

    const { stdout, stderr } = await runUnpacked(recipe, root, ["node", "--version"]);

    expect({ stdout, stderr }).toEqual({ stdout: `v${devDependencies.node}`, stderr: "" });
  });

  test("takes code from outside, as kubectl exec gives it, and runs it as the image's user", async () => {
    const code = "console.log(process.getuid(), process.getgid(), require('node:os').userInfo().username)";

    const { stdout } = await runUnpacked(recipe, root, ["node", "-e", code]);

    expect(stdout).toBe(`${RUN_AS_USER} ${RUN_AS_USER} app`);
  });

  test("lets its user write to /tmp and to nothing else", async () => {
    const code =
      "for (const f of ['/tmp/a', '/a', '/app/a', '/etc/a']) try { fs.writeFileSync(f, ''); console.log(f) } catch {}";

    const { stdout } = await runUnpacked(recipe, root, ["node", "-e", code]);

    expect(stdout).toBe("/tmp/a");
  });

  test("starts the runtime, which says what it lacks", async () => {
    const { exitCode, stdout, stderr } = await runUnpacked(recipe, root, recipe.entrypoint);

    expect(`${stdout}${stderr}`).toMatch(/ANTHROPIC_API_KEY|UPSTREAM/);
    expect(exitCode).not.toBe(0);
  });

  test("holds in /app the bundle alone, owned by root", async () => {
    expect(await readdir(path.join(root, "app"))).toEqual(["main.mjs"]);
    expect(await stat(path.join(root, "app/main.mjs"))).toMatchObject({ uid: 0, gid: 0, mtimeMs: 0 });
  });
});

describe.skipIf(process.getuid?.() !== 0)("the unpacked pause image", () => {
  let recipe: ImageRecipe;
  let root: string;

  beforeAll(async () => {
    await ensureProgram("catatonit", "catatonit");
    recipe = await pauseImage();
    root = await unpackImage(recipe, folder);
  });

  test("holds one static program", async () => {
    expect(await readdir(root)).toEqual(["catatonit"]);
  });

  test("stays until it is told to end, then ends well", async () => {
    const running = runUnpacked(recipe, root, [...recipe.entrypoint, ...(recipe.cmd ?? [])]);
    // It blocks signals, to receive them in its own time, once it is ready.
    await vi.waitFor(async () => {
      const status = await readFile(`/proc/${running.pid}/status`, "utf8");
      expect(status).toMatch(/^Name:\s+catatonit$/m);
      expect(status).not.toMatch(/^SigBlk:\s+0+$/m);
    });

    running.kill("SIGTERM");

    expect(await running).toMatchObject({ exitCode: 0, stderr: "" });
  });
});
