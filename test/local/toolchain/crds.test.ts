import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  ALL_CRDS,
  CRD_RELEASES,
  type CrdRelease,
  type CrdSet,
} from "../../../local/toolchain/crd-releases.ts";
import { CRD_WRAPPER_MODULE, CrdsUnavailableError, obtainCrds } from "../../../local/toolchain/crds.ts";
import { openPublisher, openServer, sha256 } from "./publisher.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";

const MODULES = path.dirname(CRD_WRAPPER_MODULE);

const FILES = { "crds/gadgets.yaml": "kind: Gadget\n", "crds/widgets.yaml": "---\nkind: Widget\n" };

const COMPOSED = `---
# crds/gadgets.yaml
kind: Gadget

---
# crds/widgets.yaml
---
kind: Widget
`;

/** The repository's files as its host serves them. */
const SERVED = Object.fromEntries(
  Object.entries(FILES).map(([name, text]) => [`/gadgets/v9.9.9/${name}`, text]),
);

/** Obtains the CRDs of an invented operator, in the place of KEDA's. */
async function obtain(sandbox: Sandbox, origin: string, signal?: AbortSignal) {
  const release: CrdRelease = {
    title: "Gadget Operator",
    version: "9.9.9",
    repository: `${origin}/gadgets`,
    module: "example.com/gadgets",
    files: Object.keys(FILES),
    sha256: sha256(COMPOSED),
  };
  const releases = { ...CRD_RELEASES, "keda-crds": release } satisfies Record<CrdSet, CrdRelease>;
  const options = { ...sandbox.options, releases, ...(signal === undefined ? {} : { signal }) };
  return (await obtainCrds(["keda-crds"], options))["keda-crds"];
}

const cached = (sandbox: Sandbox) =>
  readdir(path.join(sandbox.options.cacheDir, "keda-crds", "9.9.9")).catch(() => []);

/** Puts a stand-in for Go on the search path that has downloaded a module with these files. */
async function addGo(sandbox: Sandbox, files: Readonly<Record<string, string>> = FILES): Promise<void> {
  const module = path.join(sandbox.directory, "module");
  await mkdir(path.join(module, "crds"), { recursive: true });
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(module, name), text)));
  await sandbox.addProgram(
    "go",
    `#!/bin/sh
if [ "$1" = env ]; then echo go1.26.8; exit 0; fi
echo "GOFLAGS=$GOFLAGS GOTOOLCHAIN=$GOTOOLCHAIN $*" >> "$(/usr/bin/dirname "$0")/go.log"
echo '{"Dir": "${module}"}'
`,
  );
}

test("an operator's files are downloaded, enter the cache as one and are found there the next time", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher(SERVED);

  const first = await obtain(sandbox, publisher.origin);
  const second = await obtain(sandbox, publisher.origin);

  expect(first).toMatchObject({ name: "keda-crds", source: "download", version: "9.9.9" });
  expect(second).toEqual({ ...first, source: "cache" });
  expect(await readFile(first.path, "utf8")).toBe(COMPOSED);
  expect(publisher.requests.toSorted()).toEqual(Object.keys(SERVED).toSorted());
});

test("without a download the same bytes come from the Go module, which the wrapper pins", async () => {
  const sandbox = await openSandbox();
  await addGo(sandbox);
  const publisher = await openPublisher({});

  const found = await obtain(sandbox, publisher.origin);

  expect(found.source).toBe("go-module");
  expect(await readFile(found.path, "utf8")).toBe(COMPOSED);
  expect(await sandbox.builds()).toEqual([
    "GOFLAGS=-mod=readonly GOTOOLCHAIN=local mod download -json example.com/gadgets",
  ]);
});

test("a damaged file in the cache is replaced", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher(SERVED);
  const { path: file } = await obtain(sandbox, publisher.origin);
  await writeFile(file, COMPOSED.slice(1));

  expect(await obtain(sandbox, publisher.origin)).toMatchObject({ source: "download" });
  expect(await readFile(file, "utf8")).toBe(COMPOSED);
});

test("files with other contents are refused, named, and leave nothing in the cache", async () => {
  const sandbox = await openSandbox();
  await addGo(sandbox, { ...FILES, "crds/widgets.yaml": "kind: Other\n" });
  const publisher = await openPublisher({ ...SERVED, "/gadgets/v9.9.9/crds/gadgets.yaml": "kind: Else\n" });

  const attempt = obtain(sandbox, publisher.origin);

  await expect(attempt).rejects.toThrow(CrdsUnavailableError);
  await expect(attempt).rejects.toThrow(
    new RegExp(
      `The CRDs of Gadget Operator 9\\.9\\.9 could not.*official download: its files give the checksum .*` +
        `from its Go module: its files give the checksum .*, wanted ${sha256(COMPOSED)}`,
      "s",
    ),
  );
  expect(await cached(sandbox)).toEqual([]);
});

test("a module that lacks a file is reported with the file's name", async () => {
  const sandbox = await openSandbox();
  await addGo(sandbox, { "crds/gadgets.yaml": FILES["crds/gadgets.yaml"] });
  const publisher = await openPublisher({});

  await expect(obtain(sandbox, publisher.origin)).rejects.toThrow("the module has no crds/widgets.yaml");
});

test("without network and Go it says what would help", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher({});

  await expect(obtain(sandbox, publisher.origin)).rejects.toThrow(
    /answered 404.*Go is not on PATH.*To fix: give this machine access to .*GOPROXY/s,
  );
});

test("what go.sum refuses is reported in Go's words", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram(
    "go",
    '#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.8; exit 0; fi\necho "checksum mismatch" >&2; exit 1\n',
  );
  const publisher = await openPublisher({});

  await expect(obtain(sandbox, publisher.origin)).rejects.toThrow(
    "go mod download failed: checksum mismatch",
  );
});

test("cancelling ends a download that makes no progress, tries nothing else and leaves nothing in the cache", async () => {
  const sandbox = await openSandbox();
  await addGo(sandbox);
  const cancel = new AbortController();
  const publisher = await openServer((_request, response) => {
    response.write("kind", () => cancel.abort(new Error("enough")));
  });

  const attempt = obtain(sandbox, publisher.origin, cancel.signal);

  await expect(attempt).rejects.toThrow("enough");
  await expect(attempt).rejects.not.toBeInstanceOf(CrdsUnavailableError);
  expect(await sandbox.builds()).toEqual([]);
  expect(await cached(sandbox)).toEqual([]);
});

test.each(ALL_CRDS)(
  "%s are pinned in one version by table and wrapper module, by name and by content",
  async (name) => {
    const { module, version, sha256: pinned, files } = CRD_RELEASES[name];
    const goMod = await readFile(path.join(CRD_WRAPPER_MODULE, "go.mod"), "utf8");
    const goSum = await readFile(path.join(CRD_WRAPPER_MODULE, "go.sum"), "utf8");

    expect(goMod).toContain(`\t${module} v${version}\n`);
    expect(goSum).toMatch(new RegExp(`^${module} v${version} h1:[\\w+/]{43}=$`, "m"));
    expect(goSum).toMatch(new RegExp(`^${module} v${version}/go\\.mod h1:[\\w+/]{43}=$`, "m"));
    expect(pinned).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(files).size).toBe(files.length);
  },
);

test("the Gateway API and Traefik's own kinds are those that Traefik is built with", async () => {
  const built = (await readFile(path.join(MODULES, "traefik", "go.sum"), "utf8")).split("\n");
  const pins = (await readFile(path.join(CRD_WRAPPER_MODULE, "go.sum"), "utf8")).split("\n");
  const pinOf = (name: CrdSet) => {
    const { module, version } = CRD_RELEASES[name];
    return pins.find((line) => line.startsWith(`${module} v${version} h1:`));
  };

  expect(built).toContain(pinOf("gateway-api-crds"));
  expect(built).toContain(pinOf("traefik-crds"));
});
