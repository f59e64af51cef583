import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { Parser, type ReadEntry } from "tar";

/** An entry of a tar file as another reader sees it. */
export interface ReadBack {
  readonly path: string;
  readonly type: string;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly mtimeMs: number | undefined;
  readonly body: Buffer;
}

/** An image taken out of its archive, every blob checked against its name. */
export interface OpenedArchive {
  readonly files: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: the tests state the shape
  readonly json: (pathOrDigest: string) => any;
  readonly blob: (digest: string) => Buffer;
}

export async function openArchive(file: string): Promise<OpenedArchive> {
  const entries = await readTar(await readFile(file));
  const bodies = new Map(entries.map(({ path, body }) => [path, body]));
  for (const { path, body } of entries) {
    if (!path.startsWith("blobs/") || path.endsWith("/")) continue;
    const digest = createHash("sha256").update(body).digest("hex");
    if (path !== `blobs/sha256/${digest}`) throw new Error(`${path} holds ${digest}`);
  }
  const bodyOf = (path: string) => {
    const body = bodies.get(path);
    if (body === undefined) throw new Error(`${file} has no ${path}`);
    return body;
  };
  const blob = (digest: string) => bodyOf(`blobs/${digest.replace(":", "/")}`);
  return {
    files: entries.map(({ path }) => path),
    json: (name) => JSON.parse((name.startsWith("sha256:") ? blob(name) : bodyOf(name)).toString()),
    blob,
  };
}

export async function readTar(bytes: Uint8Array): Promise<ReadBack[]> {
  const entries: ReadBack[] = [];
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      const chunks: Buffer[] = [];
      entry.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
      entry.on("end", () => {
        const { path, type, mode, uid, gid, mtime } = entry;
        entries.push({ path, type, mode, uid, gid, mtimeMs: mtime?.getTime(), body: Buffer.concat(chunks) });
      });
    },
  });
  const done = Promise.withResolvers<void>();
  parser.on("end", done.resolve);
  parser.on("error", done.reject);
  parser.end(Buffer.from(bytes));
  await done.promise;
  return entries;
}

/** All bytes of a stream. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return await buffer(stream);
}
