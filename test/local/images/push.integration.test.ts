import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import runtimePackage from "../../../agent-runtime/package.json" with { type: "json" };
import { imageReference } from "../../../components/config/fields.ts";
import type { PushedImage } from "../../../local/images/push.ts";
import type { ReleaseImage } from "../../../local/images/release.ts";
import { defaultCacheDir } from "../../../local/toolchain/cache.ts";
import { resolveTool } from "../../../local/toolchain/resolve.ts";
import { openArchive } from "./open-archive.ts";
import { startRegistry, type TemporaryRegistry } from "./temporary-registry.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const REPOSITORY = "claude-agents/agent-runtime";
const TIMEOUT_MS = 600_000;

let registry: TemporaryRegistry;
let release: ReleaseImage & { readonly pushed: PushedImage };

beforeAll(async () => {
  registry = await startRegistry();
  // Where nothing can be downloaded it is built, about a minute with empty caches.
  await resolveTool("oras", { cacheDir: defaultCacheDir() });
  const { stdout, stderr } = await runImage(
    "push",
    `${registry.host}/${REPOSITORY}`,
    "--plain-http",
    "--json",
  );
  expect(stderr).toBe("");
  release = JSON.parse(stdout);
}, TIMEOUT_MS);

afterAll(async () => {
  await registry?.stop();
});

/** Runs `npm run image -- <arguments>` as the npm script does, after its check of the dependencies. */
function runImage(...args: string[]) {
  return execa(process.execPath, ["local/image.ts", ...args], { cwd: ROOT, reject: false, stdin: "ignore" });
}

describe("npm run image -- push", () => {
  test("leaves the image in the registry under the digest that was composed", async () => {
    const response = await registry.get(`${REPOSITORY}/manifests/${release.digest}`);

    const bytes = Buffer.from(await response.arrayBuffer());
    expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`).toBe(release.digest);
    expect(JSON.parse(bytes.toString()).layers).toEqual(release.layers);
  });

  test("leaves every layer and the configuration there, whole", async () => {
    const manifest = await json(await registry.get(`${REPOSITORY}/manifests/${release.digest}`));

    for (const { digest, size } of [manifest.config, ...manifest.layers]) {
      const bytes = Buffer.from(await (await registry.get(`${REPOSITORY}/blobs/${digest}`)).arrayBuffer());
      expect([bytes.length, createHash("sha256").update(bytes).digest("hex")]).toEqual([
        size,
        digest.slice(7),
      ]);
    }
  });

  test("tags the image with the version and its digest, so that the registry keeps it", async () => {
    const { tags } = await json(await registry.get(`${REPOSITORY}/tags/list`));
    const tagged = await registry.get(`${REPOSITORY}/manifests/${release.pushed.tag}`);

    expect(release.pushed.tag).toBe(`${runtimePackage.version}-${release.digest.slice(7, 19)}`);
    expect(tags).toContain(release.pushed.tag);
    expect(tagged.headers.get("docker-content-digest")).toBe(release.digest);
  });

  test("lists the bill of materials among what refers to the image, as registries of the old kind do", async () => {
    const referrers = await json(
      await registry.get(`${REPOSITORY}/manifests/${release.digest.replace(":", "-")}`),
    );

    expect(referrers.manifests).toEqual([
      expect.objectContaining({
        artifactType: "application/vnd.cyclonedx+json",
        digest: release.sbom.digest,
      }),
    ]);
  });

  test("has pushed the bill of materials that lies beside the archive", async () => {
    const artifact = await json(await registry.get(`${REPOSITORY}/manifests/${release.sbom.digest}`));
    const document = await registry.get(`${REPOSITORY}/blobs/${artifact.layers[0].digest}`);

    expect(artifact.subject.digest).toBe(release.digest);
    expect(await document.text()).toBe(await readFile(release.sbom.file, "utf8"));
  });

  test("prints a reference that the stack's configuration takes", async () => {
    const { stdout } = await runImage("push", `${registry.host}/${REPOSITORY}`, "--plain-http");

    const line = /^ {2}claude-agents:image: (.*)$/m.exec(stdout)?.[1];
    expect(line).toBe(`${registry.host}/${REPOSITORY}@${release.digest}`);
    expect(imageReference.parse(line)).toBe(line);
  });
});

describe("the bill of materials", () => {
  let sbom: {
    metadata: { component: { version: string } };
    components: { "bom-ref": string; name: string; version: string; purl: string }[];
    dependencies: { ref: string; dependsOn: string[] }[];
  };

  beforeAll(async () => {
    sbom = await json(await readFile(release.sbom.file));
  });

  test("is about the composed image", () => {
    expect(sbom.metadata.component.version).toBe(release.digest);
    expect(sbom.components).toHaveLength(release.sbom.components);
  });

  test("names every production dependency of the runtime in its locked version", () => {
    const listed = sbom.components.map(({ name, version }) => `${name}@${version}`);

    expect(listed).toEqual(
      expect.arrayContaining(
        Object.entries(runtimePackage.dependencies).map(([name, version]) => `${name}@${version}`),
      ),
    );
  });

  test("names nothing that only development needs", () => {
    const names = sbom.components.map(({ name }) => name);

    expect(
      names.filter((name) => ["vitest", "esbuild", "typescript", "@pulumi/pulumi"].includes(name)),
    ).toEqual([]);
  });

  test("names Node in the version that the image has", async () => {
    const { devDependencies } = await json(await readFile(path.join(ROOT, "package.json")));

    expect(sbom.components).toContainEqual(
      expect.objectContaining({ type: "application", name: "node", version: devDependencies.node }),
    );
  });

  test("refers only to components that it lists, each once", () => {
    const refs = sbom.components.map((component) => component["bom-ref"]);

    expect(new Set(refs).size).toBe(refs.length);
    expect(refs).toEqual(expect.arrayContaining(sbom.dependencies.flatMap(({ dependsOn }) => dependsOn)));
  });

  test("says nothing about the machine it was made on", () => {
    expect(JSON.stringify(sbom)).not.toContain(ROOT);
  });
});

describe("npm run image", () => {
  let stdout: string;

  beforeAll(async () => {
    ({ stdout } = await runImage());
  });

  test("makes the same image and the same bill of materials again", async () => {
    const { manifests } = (await openArchive(release.archive)).json("index.json");

    expect(manifests.map(({ digest }: { digest: string }) => digest)).toEqual([
      release.digest,
      release.sbom.digest,
    ]);
  });

  test("prints name, size, layers and bill of materials of what it has composed", () => {
    expect(stdout).toContain(`\n${release.reference}\n`);
    expect(stdout).toMatch(/^ {2}Archive {3}dist\/image\/agent-runtime\.tar, \d+\.\d MiB$/m);
    expect(stdout.match(/^ {2}Layer \d {3}sha256:[0-9a-f]{64}, \d+\.\d MiB$/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^ {2}SBOM {6}dist\/image\/agent-runtime\.cdx\.json, \d+ components$/m);
  });

  test.each([
    [["pull"], 2, "command-argument value 'pull' is invalid"],
    [["push"], 1, 'The repository to push to is ""'],
    [["push", "registry.example.com/a", "--plain-http"], 1, "--plain-http would send credentials"],
  ])("refuses %j before it begins to work", async (args, exitCode, message) => {
    const result = await runImage(...args);

    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toContain(message);
    expect(result.stdout).not.toContain("Compose the image");
  });
});

// biome-ignore lint/suspicious/noExplicitAny: the tests state the shape
async function json(source: Response | Buffer): Promise<any> {
  return JSON.parse(source instanceof Response ? await source.text() : source.toString());
}
