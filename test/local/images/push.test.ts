import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { pushRelease } from "../../../local/images/push.ts";
import type { ReleaseImage } from "../../../local/images/release.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const release: ReleaseImage = {
  name: "agent-runtime",
  reference: `claude-agents.local/agent-runtime@sha256:${"a1".repeat(32)}`,
  digest: `sha256:${"a1".repeat(32)}`,
  archive: "/images/agent-runtime.tar",
  bytes: 1,
  layers: [],
  sbom: { file: "/images/agent-runtime.cdx.json", digest: `sha256:${"b2".repeat(32)}`, components: 0 },
};
const { signal } = new AbortController();

/** A stand-in for oras that does as the script says, and a way to read the arguments that it was called with. */
async function scriptedOras(script: string) {
  const folder = await temporaryFolder();
  const [oras, calls] = [path.join(folder, "oras"), path.join(folder, "calls")];
  await writeFile(oras, `#!/bin/sh\necho "$*" >> ${calls}\n${script}\n`);
  await chmod(oras, 0o755);
  return { oras, calls: () => readFile(calls, "utf8") };
}

test("image and referrers are copied from the layout under a tag of version and digest", async () => {
  const { oras, calls } = await scriptedOras("exit 0");

  const pushed = await pushRelease(
    release,
    { repository: "registry.example.com/agent", plainHttp: false },
    { oras, version: "1.2.3", signal },
  );

  expect(await calls()).toBe(
    `cp --recursive --no-tty --from-oci-layout ${release.archive}@${release.digest} registry.example.com/agent:1.2.3-a1a1a1a1a1a1\n`,
  );
  expect(pushed).toEqual({
    reference: `registry.example.com/agent@${release.digest}`,
    tag: "1.2.3-a1a1a1a1a1a1",
    sbom: `registry.example.com/agent@${release.sbom.digest}`,
  });
});

test("plain HTTP is asked for only where it is wanted", async () => {
  const { oras, calls } = await scriptedOras("exit 0");

  await pushRelease(
    release,
    { repository: "127.0.0.1:5000/a", plainHttp: true },
    { oras, version: "1", signal },
  );

  expect(await calls()).toContain("--from-oci-layout --to-plain-http /images");
});

test("a refusal is reported with the registry's words and the fix", async () => {
  const { oras } = await scriptedOras("echo 'Error: 401 unauthorized' >&2; exit 1");

  const pushing = pushRelease(
    release,
    { repository: "registry.example.com/agent", plainHttp: false },
    { oras, version: "1.2.3", signal },
  );

  await expect(pushing).rejects.toThrow(
    "registry.example.com/agent:1.2.3-a1a1a1a1a1a1 could not be pushed: Error: 401 unauthorized. Check the address, and " +
      "log in with `docker login registry.example.com` if it asks for it.",
  );
});

test("an interruption ends the push with its reason", async () => {
  const { oras } = await scriptedOras("exec sleep 600");
  const abort = new AbortController();

  const pushing = pushRelease(
    release,
    { repository: "registry.example.com/agent", plainHttp: false },
    { oras, version: "1.2.3", signal: abort.signal },
  );
  abort.abort(new Error("interrupted"));

  await expect(pushing).rejects.toThrow("interrupted");
});
