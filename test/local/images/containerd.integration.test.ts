import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { bundleRuntime } from "../../../agent-runtime/bundle.ts";
import { type ComposedImage, composeImage } from "../../../local/images/compose.ts";
import { agentRuntimeImage } from "../../../local/images/recipes.ts";
import { composeRelease, type ReleaseImage } from "../../../local/images/release.ts";
import { type PrivateContainerd, startContainerd } from "./private-containerd.ts";

const IMPORT_MS = 30_000;

// Only root may start a containerd.
describe.skipIf(process.getuid?.() !== 0)("a composed image in containerd", () => {
  let folder: string;
  let containerd: PrivateContainerd;
  let image: ComposedImage;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "images-"));
    containerd = await startContainerd();
    const bundle = await bundleRuntime(path.join(folder, "main.mjs"));
    image = await composeImage(await agentRuntimeImage(bundle.path), folder);
    await containerd.import(image.archive);
  });

  afterAll(async () => {
    await containerd?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("is registered under exactly the reference that manifests carry", async () => {
    expect(await containerd.imageNames()).toContain(image.reference);
  });

  test("is found by the kubelet under that reference, so that it is not pulled", async () => {
    // containerd tells its Kubernetes part of an import by an event.
    await vi.waitFor(
      async () => expect(await containerd.imageStatus(image.reference)).toContain(image.reference),
      { timeout: IMPORT_MS },
    );
  });

  test("is not found under another digest", async () => {
    expect(await containerd.imageStatus(image.reference.replace(/.{64}$/, "0".repeat(64)))).toBe("");
  });

  test("can also come out of the layout of a release, with the same digest", async () => {
    const release: ReleaseImage = await composeRelease(folder, new AbortController().signal);

    await containerd.import(release.archive);

    expect(release.reference).toBe(image.reference);
    expect((await containerd.imageNames()).filter((name) => name.includes("/"))).toEqual([image.reference]);
  });
});
