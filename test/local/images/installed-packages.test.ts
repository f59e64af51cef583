import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { installedPackages, parseOwners } from "../../../local/images/installed-packages.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("the owner of a file is taken from dpkg's lines, the first where several share it", () => {
  const text = [
    "libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6",
    "libfoo1:amd64, libfoo1:i386: /usr/share/doc/libfoo",
    "diversion by dash from: /bin/sh",
    "diversion by dash to: /bin/sh.distrib",
  ].join("\n");

  expect([...parseOwners(text)]).toEqual([
    ["/lib/x86_64-linux-gnu/libc.so.6", "libc6:amd64"],
    ["/usr/share/doc/libfoo", "libfoo1:amd64"],
  ]);
});

test("a file that no package claims stands for itself, by its digest", async () => {
  const file = path.join(await temporaryFolder(), "libgadget.so");
  await writeFile(file, "gadget");

  const { components } = await installedPackages([file], new AbortController().signal);

  expect(components).toEqual([
    {
      "bom-ref": `file:${file}`,
      type: "file",
      name: file,
      hashes: [
        {
          alg: "SHA-256",
          // printf gadget | sha256sum
          content: "4e5aa69abae351334eed8431e02b51275cfcd3cb31bc544887544eb6a9d2e155",
        },
      ],
    },
  ]);
});
