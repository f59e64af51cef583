import { createHash } from "node:crypto";
import type { ByteStream } from "./tar-stream.ts";

/** Content that an image refers to by digest. */
export interface ContentBlob {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly size: number;
  /** Makes the bytes afresh at each call. */
  readonly content: () => ByteStream;
}

/** How one document refers to a blob. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

export function descriptorOf({ mediaType, digest, size }: ContentBlob): Descriptor {
  return { mediaType, digest, size };
}

/** A blob of bytes that are small enough to be kept. */
export function bytesBlob(mediaType: string, bytes: Uint8Array): ContentBlob {
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { mediaType, digest, size: bytes.byteLength, content: () => streamOf(bytes) };
}

/** A JSON document. Keys keep their order and undefined ones are left out, so the same value gives the same bytes. */
export function jsonBlob(mediaType: string, value: unknown): ContentBlob {
  return bytesBlob(mediaType, Buffer.from(JSON.stringify(value)));
}

/** A blob of what `content` streams, read once to learn its digest. Whoever reads it again is told if it has changed since. */
export async function streamBlob(
  mediaType: string,
  size: number,
  content: () => ByteStream,
): Promise<ContentBlob> {
  const hash = createHash("sha256");
  for await (const chunk of content()) hash.update(chunk);
  const digest = `sha256:${hash.digest("hex")}`;
  return { mediaType, digest, size, content: () => verified(content(), digest) };
}

/** One chunk of bytes as a stream. */
export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* verified(content: ByteStream, digest: string): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  const actual = `sha256:${hash.digest("hex")}`;
  if (actual !== digest) {
    throw new Error(
      `A file changed while its image was composed: ${actual} instead of ${digest}. Try again.`,
    );
  }
}
