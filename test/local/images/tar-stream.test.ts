import fc from "fast-check";
import { expect, test } from "vitest";
import { streamOf } from "../../../local/images/blob.ts";
import { type TarEntry, tarSize, tarStream } from "../../../local/images/tar-stream.ts";
import { collect, readTar } from "./open-archive.ts";

function file(path: string, text: string, size = Buffer.byteLength(text)): TarEntry {
  return { type: "file", path, mode: 0o644, size, content: () => streamOf(Buffer.from(text)) };
}

test("whatever the sizes of its files, a tar file reads back as it was written and is as long as computed", async () => {
  const name = fc.stringMatching(/^[a-z0-9.-]{1,60}$/);
  const bodies = fc.uint8Array({ maxLength: 2000 });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(name, bodies), { minLength: 1, selector: ([path]) => path }),
      async (files) => {
        const entries = files.map(([path, body]): TarEntry => {
          return {
            type: "file",
            path: `d/${path}`,
            mode: 0o755,
            size: body.length,
            content: () => streamOf(body),
          };
        });

        const bytes = await collect(tarStream(entries));

        expect(bytes.length).toBe(tarSize(entries));
        expect((await readTar(bytes)).map(({ path, body }) => [path, [...body]])).toEqual(
          files.map(([path, body]) => [`d/${path}`, [...body]]),
        );
      },
    ),
    { numRuns: 50 },
  );
});

test("entries belong to root and carry no time", async () => {
  const bytes = await collect(
    tarStream([{ type: "directory", path: "tmp", mode: 0o1777 }, file("tmp/a", "text")]),
  );

  expect(await readTar(bytes)).toEqual([
    expect.objectContaining({ path: "tmp/", type: "Directory", mode: 0o1777, uid: 0, gid: 0, mtimeMs: 0 }),
    expect.objectContaining({ path: "tmp/a", type: "File", mode: 0o644, uid: 0, gid: 0, mtimeMs: 0 }),
  ]);
});

test.each([
  ["longer", 3],
  ["shorter", 9],
])("a file that turns out %s than announced is refused", async (_, announced) => {
  await expect(collect(tarStream([file("app/main.mjs", "12345", announced)]))).rejects.toThrow(
    `app/main.mjs changed while it was read: 5 bytes instead of ${announced}.`,
  );
});

test.each(["ü.txt", "a".repeat(101), `${"long/".repeat(60)}name`])(
  "a path that does not fit into a header is refused: %s",
  async (path) => {
    await expect(collect(tarStream([file(path, "")]))).rejects.toThrow(
      `${JSON.stringify(path)} does not fit`,
    );
  },
);
