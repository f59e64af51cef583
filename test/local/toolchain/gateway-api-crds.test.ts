import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import {
  GATEWAY_API,
  type GatewayApiRelease,
  GatewayApiUnavailableError,
  obtainGatewayApiCrds,
} from "../../../local/toolchain/gateway-api-crds.ts";
import { openPublisher, openServer, sha256 } from "./publisher.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";

const MODULES = path.join(import.meta.dirname, "../../../local/toolchain/modules");

/** What the invented release's script makes of the invented module. */
const INSTALL = `# Copyright 2024 Gadgets

#
# Gateway API Standard channel install
#
---
#
# config/crd/standard/gateway.a.yaml
#
kind: A
---
#
# config/crd/standard/gateway.b.yaml
#
kind: B
`;

function release(sandbox: Sandbox, origin: string): GatewayApiRelease {
  return {
    version: "9.9.9",
    url: `${origin}/standard-install.yaml`,
    sha256: sha256(INSTALL),
    moduleDirectory: sandbox.directory,
    year: 2024,
  };
}

/** Puts a stand-in for Go on the search path that has downloaded a module with these CRDs. */
async function addGo(sandbox: Sandbox, crds: Readonly<Record<string, string>>): Promise<void> {
  const module = path.join(sandbox.directory, "module");
  const crdFolder = path.join(module, "config/crd/standard");
  await mkdir(crdFolder, { recursive: true });
  await mkdir(path.join(module, "hack/boilerplate"), { recursive: true });
  await writeFile(path.join(module, "hack/boilerplate/boilerplate.sh.txt"), "# Copyright YEAR Gadgets\n\n");
  const files = { ...crds, "kustomization.yaml": "kind: Other\n" };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(path.join(crdFolder, name), text)));
  await sandbox.addProgram(
    "go",
    `#!/bin/sh
if [ "$1" = env ]; then echo go1.26.8; exit 0; fi
echo "GOFLAGS=$GOFLAGS GOTOOLCHAIN=$GOTOOLCHAIN $*" >> "$(/usr/bin/dirname "$0")/go.log"
echo '{"Dir": "${module}"}'
`,
  );
}

const CRDS = { "gateway.b.yaml": "kind: B\n", "gateway.a.yaml": "kind: A\n" };

test("the official download with the pinned checksum enters the cache and is found there the next time", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher({ "/standard-install.yaml": INSTALL });
  const wanted = release(sandbox, publisher.origin);

  const first = await obtainGatewayApiCrds(sandbox.options, wanted);
  const second = await obtainGatewayApiCrds(sandbox.options, wanted);

  expect(first).toMatchObject({ source: "download", version: "9.9.9" });
  expect(second).toEqual({ ...first, source: "cache" });
  expect(await readFile(first.path, "utf8")).toBe(INSTALL);
  expect(publisher.requests).toEqual(["/standard-install.yaml"]);
});

test("without a download the same bytes come from the Go module, which its wrapper pins", async () => {
  const sandbox = await openSandbox();
  await addGo(sandbox, CRDS);
  const publisher = await openPublisher({});

  const found = await obtainGatewayApiCrds(sandbox.options, release(sandbox, publisher.origin));

  expect(found.source).toBe("go-module");
  expect(await readFile(found.path, "utf8")).toBe(INSTALL);
  expect(await sandbox.builds()).toEqual([
    "GOFLAGS=-mod=readonly GOTOOLCHAIN=local mod download -json sigs.k8s.io/gateway-api",
  ]);
});

test("a damaged file in the cache is replaced", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher({ "/standard-install.yaml": INSTALL });
  const wanted = release(sandbox, publisher.origin);
  const { path: file } = await obtainGatewayApiCrds(sandbox.options, wanted);
  await writeFile(file, INSTALL.slice(1));

  expect(await obtainGatewayApiCrds(sandbox.options, wanted)).toMatchObject({ source: "download" });
  expect(await readFile(file, "utf8")).toBe(INSTALL);
});

test("a download and a module with other contents are refused, named, and leave nothing in the cache", async () => {
  const sandbox = await openSandbox();
  await addGo(sandbox, { ...CRDS, "gateway.c.yaml": "kind: C\n" });
  const publisher = await openPublisher({ "/standard-install.yaml": "something else" });
  const wanted = release(sandbox, publisher.origin);

  const attempt = obtainGatewayApiCrds(sandbox.options, wanted);

  await expect(attempt).rejects.toThrow(GatewayApiUnavailableError);
  await expect(attempt).rejects.toThrow(
    new RegExp(
      `official download: .* has the checksum ${sha256("something else")}.*from its Go module: .*, wanted ${wanted.sha256}`,
      "s",
    ),
  );
  expect(await readdir(path.join(sandbox.options.cacheDir, "gateway-api", "9.9.9"))).toEqual([]);
});

test("without network and Go it says what would help", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher({});

  const attempt = obtainGatewayApiCrds(sandbox.options, release(sandbox, publisher.origin));

  await expect(attempt).rejects.toThrow(/answered 404.*Go is not on PATH.*npm run up -- --no-gateway/s);
});

test("what go.sum refuses is reported in Go's words", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram(
    "go",
    '#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.8; exit 0; fi\necho "checksum mismatch" >&2; exit 1\n',
  );
  const publisher = await openPublisher({});

  const attempt = obtainGatewayApiCrds(sandbox.options, release(sandbox, publisher.origin));

  await expect(attempt).rejects.toThrow("go mod download failed: checksum mismatch");
});

test("cancelling ends a download that makes no progress, tries nothing else and leaves nothing in the cache", async () => {
  const sandbox = await openSandbox();
  await addGo(sandbox, CRDS);
  const cancel = new AbortController();
  const publisher = await openServer((_request, response) => {
    response.write(INSTALL.slice(0, 10), () => cancel.abort(new Error("enough")));
  });

  const options = { ...sandbox.options, signal: cancel.signal };
  const attempt = obtainGatewayApiCrds(options, release(sandbox, publisher.origin));

  await expect(attempt).rejects.toThrow("enough");
  await expect(attempt).rejects.not.toBeInstanceOf(GatewayApiUnavailableError);
  expect(await sandbox.builds()).toEqual([]);
  expect(await readdir(path.join(sandbox.options.cacheDir, "gateway-api", "9.9.9"))).toEqual([]);
});

test("address, wrapper module and Traefik's own requirement name one version", async () => {
  const version = `v${GATEWAY_API.version}`;
  const goMod = await readFile(path.join(GATEWAY_API.moduleDirectory, "go.mod"), "utf8");
  const goSum = await readFile(path.join(GATEWAY_API.moduleDirectory, "go.sum"), "utf8");
  const traefik = await readFile(path.join(MODULES, "traefik", "go.sum"), "utf8");

  expect(GATEWAY_API.url).toContain(`/${version}/`);
  expect(goMod).toContain(`require sigs.k8s.io/gateway-api ${version}\n`);
  const pin = goSum.split("\n").find((line) => line.startsWith(`sigs.k8s.io/gateway-api ${version} h1:`));
  expect(traefik.split("\n")).toContain(pin);
});
