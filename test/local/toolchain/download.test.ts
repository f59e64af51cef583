import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { create } from "tar";
import { expect, test } from "vitest";
import { resolveSpec } from "../../../local/toolchain/resolve.ts";
import { ToolUnavailableError } from "../../../local/toolchain/tool-unavailable.ts";
import type { ToolSpec } from "../../../local/toolchain/tools.ts";
import { gadget, gadgetDownload, gadgetScript, writeProgram } from "./gadget.ts";
import { openPublisher, openServer, sha256 } from "./publisher.ts";
import { openSandbox } from "./sandbox.ts";

const FILE = `/gadget-v1.2.3-${process.platform}`;
const script = gadgetScript("1.2.3");

function published(origin: string): ToolSpec {
  return { ...gadget, download: gadgetDownload(origin) };
}

test("a download with the right checksum enters the cache and is found there the next time", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher({ [FILE]: script, [`${FILE}.sha256`]: `${sha256(script)}\n` });

  const first = await resolveSpec(published(publisher.origin), sandbox.options);
  const second = await resolveSpec(published(publisher.origin), sandbox.options);

  expect(first).toMatchObject({ source: "download", version: "1.2.3" });
  expect(second).toEqual({ ...first, source: "cache" });
  expect(publisher.requests).toEqual([`${FILE}.sha256`, FILE]);
});

test("a download with a wrong checksum is refused and leaves nothing in the cache", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher({ [FILE]: script, [`${FILE}.sha256`]: sha256("something else") });

  const attempt = resolveSpec(published(publisher.origin), sandbox.options);

  await expect(attempt).rejects.toThrow(
    `${publisher.origin}${FILE} has the checksum ${sha256(script)}, its publisher states ${sha256("something else")}`,
  );
  expect(await readdir(path.join(sandbox.options.cacheDir, "gadget"))).toEqual([]);
});

test("a download whose publisher states no checksum is refused", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher({ [FILE]: script, [`${FILE}.sha256`]: "moved, see our home page" });

  await expect(resolveSpec(published(publisher.origin), sandbox.options)).rejects.toThrow(
    "states no checksum of",
  );
  expect(publisher.requests).not.toContain(FILE);
});

test("an archive gives the program and what belongs to it, and nothing else", async () => {
  const sandbox = await openSandbox();
  const source = path.join(sandbox.directory, "source");
  await writeProgram(path.join(source, "gadget-v1.2.3", "gadget"), script);
  await writeProgram(path.join(source, "gadget-v1.2.3", "gadget-host"), "#!/bin/sh\n");
  await writeProgram(path.join(source, "gadget-v1.2.3", "README.md"), "read me");
  const archive = path.join(sandbox.directory, "gadget.tar.gz");
  await create({ file: archive, cwd: source, gzip: true }, ["gadget-v1.2.3"]);
  const content = await readFile(archive);
  const publisher = await openPublisher({ [FILE]: content, [`${FILE}.sha256`]: sha256(content) });

  const tool = await resolveSpec(
    { ...gadget, download: { ...gadgetDownload(publisher.origin), archiveMembers: /^gadget(-host)?$/ } },
    sandbox.options,
  );

  expect(tool.source).toBe("download");
  expect(await readdir(path.dirname(tool.path))).toEqual(["gadget", "gadget-host"]);
});

test("a missing file is reported with the server's answer", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher({});

  await expect(resolveSpec(published(publisher.origin), sandbox.options)).rejects.toThrow(
    `${publisher.origin}${FILE}.sha256 answered 404 Not Found`,
  );
});

test("a transfer that breaks off is reported and leaves nothing in the cache", async () => {
  const sandbox = await openSandbox();
  const publisher = await openServer((request, response) => {
    if (request.url === FILE) {
      response.writeHead(200, { "content-length": "1000" });
      response.write("#!/bin/sh\n", () => response.destroy());
    } else {
      response.end(sha256(script));
    }
  });

  await expect(resolveSpec(published(publisher.origin), sandbox.options)).rejects.toThrow(
    `the transfer of ${publisher.origin}${FILE} broke off`,
  );
  expect(await readdir(path.join(sandbox.options.cacheDir, "gadget"))).toEqual([]);
});

test("a publisher that cannot be reached is asked once for all tools", async () => {
  const sandbox = await openSandbox();
  const publisher = await openServer((request) => request.socket.destroy());
  const other: ToolSpec = { ...published(publisher.origin), name: "other" };

  await expect(resolveSpec(published(publisher.origin), sandbox.options)).rejects.toThrow(
    "could not be reached: ",
  );
  await expect(resolveSpec(other, sandbox.options)).rejects.toThrow(
    `${publisher.origin} could not be reached before`,
  );
  expect(publisher.requests).toHaveLength(1);
});

test("a publisher that does not serve this system is not asked", async () => {
  const sandbox = await openSandbox();
  const publisher = await openPublisher({});
  const spec: ToolSpec = { ...gadget, download: { ...gadgetDownload(publisher.origin), systems: [] } };

  await expect(resolveSpec(spec, sandbox.options)).rejects.toThrow("the publisher offers no download for");
  expect(publisher.requests).toEqual([]);
});

test("cancelling ends a download that makes no progress and leaves nothing in the cache", async () => {
  const sandbox = await openSandbox();
  const cancel = new AbortController();
  const publisher = await openServer((request, response) => {
    if (request.url === FILE) response.write("#!/bin/sh\n", () => cancel.abort(new Error("enough")));
    else response.end(sha256(script));
  });

  const attempt = resolveSpec(published(publisher.origin), { ...sandbox.options, signal: cancel.signal });

  await expect(attempt).rejects.toThrow("enough");
  await expect(attempt).rejects.not.toBeInstanceOf(ToolUnavailableError);
  expect(await readdir(path.join(sandbox.options.cacheDir, "gadget"))).toEqual([]);
});
