import { Header } from "tar";

/** A sequence of bytes that is never in memory as a whole. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** One entry of a tar file. Paths are relative. */
export type TarEntry =
  | { readonly type: "directory"; readonly path: string; readonly mode: number }
  | {
      readonly type: "file";
      readonly path: string;
      readonly mode: number;
      readonly size: number;
      /** Makes the bytes afresh at each call. */
      readonly content: () => ByteStream;
    };

const BLOCK_BYTES = 512;
/** Two empty blocks end a tar file. */
const END = Buffer.alloc(2 * BLOCK_BYTES);

/** Bytes of the tar file that `tarStream` makes of the same entries. */
export function tarSize(entries: readonly TarEntry[]): number {
  const sizes = entries.map((entry) => BLOCK_BYTES + (entry.type === "file" ? padded(entry.size) : 0));
  return sizes.reduce((sum, size) => sum + size, END.length);
}

/**
 * The entries as a tar file, in their order. Owner root and time stamp 0 throughout: the same entries give the same bytes.
 *
 * @throws Error when a file is longer or shorter than its entry says, or a path does not fit into a plain header.
 */
export async function* tarStream(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield header(entry);
    if (entry.type !== "file") continue;
    yield* exactly(entry.content(), entry);
    yield Buffer.alloc(padded(entry.size) - entry.size);
  }
  yield END;
}

function header(entry: TarEntry): Uint8Array {
  const isFile = entry.type === "file";
  const block = Buffer.alloc(BLOCK_BYTES);
  const needsExtension = new Header({
    path: isFile ? entry.path : `${entry.path}/`,
    type: isFile ? "File" : "Directory",
    mode: entry.mode,
    size: isFile ? entry.size : 0,
    uid: 0,
    gid: 0,
    mtime: new Date(0),
  }).encode(block);
  if (needsExtension) {
    throw new Error(
      `The path ${JSON.stringify(entry.path)} does not fit into a tar header. Use ASCII and fewer than 100 characters.`,
    );
  }
  return block;
}

async function* exactly(
  content: ByteStream,
  { path, size }: { readonly path: string; readonly size: number },
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.byteLength;
    yield chunk;
  }
  if (bytes !== size)
    throw new Error(`${path} changed while it was read: ${bytes} bytes instead of ${size}.`);
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}
