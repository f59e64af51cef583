import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { resolveSpec, resolveTools } from "../../../local/toolchain/resolve.ts";
import { ToolUnavailableError } from "../../../local/toolchain/tool-unavailable.ts";
import type { ToolSpec } from "../../../local/toolchain/tools.ts";
import { fakeGoScript, gadget, gadgetDownload, gadgetModule, gadgetScript } from "./gadget.ts";
import { openSandbox } from "./sandbox.ts";

/** An address where nobody listens. */
async function closedOrigin(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}

test("without a network the error lists everything that was tried and what to install", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("gadget", gadgetScript("0.9.0"));
  const failing = 'echo "go: dial tcp: lookup proxy: no such host" >&2; exit 1';
  await sandbox.addProgram("go", fakeGoScript({ work: failing }));
  const origin = await closedOrigin();
  const spec: ToolSpec = {
    ...gadget,
    download: gadgetDownload(origin),
    goModule: gadgetModule(sandbox.directory),
  };

  const error = await resolveSpec(spec, sandbox.options).catch((reason: unknown) => reason);

  expect(error).toBeInstanceOf(ToolUnavailableError);
  expect(String(error)).toMatch(
    new RegExp(
      [
        "gadget 1\\.2\\.3 could not be obtained\\. Tried:",
        "  - on PATH: .*/bin/gadget is 0\\.9\\.0, wanted \\^1\\.2\\.0",
        "  - in the cache: nothing in .*/cache/gadget/1\\.2\\.3-.*",
        `  - official download: ${origin}/gadget-v1\\.2\\.3-\\w+\\.sha256 could not be reached: .*ECONNREFUSED.*`,
        "  - built from its Go module: go build gadget failed: go: dial tcp: lookup proxy: no such host",
        "To fix: install gadget \\^1\\.2\\.0 \\(https://gadget\\.example\\) and put it on PATH, or install Go 1\\.26\\.4 or newer",
      ].join("\n"),
    ),
  );
});

test("the way from a failed download to the build is said", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("go", fakeGoScript({}));
  const download = gadgetDownload(await closedOrigin());

  await resolveSpec({ ...gadget, download, goModule: gadgetModule(sandbox.directory) }, sandbox.options);

  const steps = sandbox.messages.map((message) =>
    message.replace(/http:\S+/, "URL").replace(/127\S+/g, "HOST"),
  );
  expect(steps).toEqual([
    "download: asking HOST for the checksum of gadget",
    expect.stringMatching(/^download: not possible: URL could not be reached: /),
    "build: building gadget 1.2.3 from gadget, about 7 s with empty caches",
    expect.stringMatching(/^ready: gadget 1\.2\.3 was built from its Go module: /),
  ]);
});

test("only the allowed sources are used", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("go", fakeGoScript({}));
  const spec: ToolSpec = { ...gadget, goModule: gadgetModule(sandbox.directory) };

  const attempt = resolveSpec(spec, { ...sandbox.options, sources: ["path", "cache"] });

  await expect(attempt).rejects.toThrow("nothing in");
  expect(await sandbox.builds()).toEqual([]);
});

test("several tools are keyed by their names and handled largest first", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("kubectl", '#!/bin/sh\necho \'{ "gitVersion": "v1.35.4" }\'\n');
  await sandbox.addProgram("kube-apiserver", "#!/bin/sh\necho Kubernetes v1.35.4\n");

  const tools = await resolveTools(["kubectl", "kube-apiserver"], sandbox.options);

  expect(tools.kubectl.version).toBe("1.35.4");
  expect(sandbox.messages.map((message) => message.split(" ")[1])).toEqual(["kube-apiserver", "kubectl"]);
});

test("a call that was cancelled before it began does nothing, not even look into the cache", async () => {
  const sandbox = await openSandbox();
  await sandbox.addProgram("go", fakeGoScript({}));
  const spec: ToolSpec = { ...gadget, goModule: gadgetModule(sandbox.directory) };
  await resolveSpec(spec, sandbox.options);

  const attempt = resolveSpec(spec, { ...sandbox.options, signal: AbortSignal.abort(new Error("enough")) });

  await expect(attempt).rejects.toThrow("enough");
});
