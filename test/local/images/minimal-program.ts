import { chmod, writeFile } from "node:fs/promises";

/** Machine numbers of ELF by Node's names of architectures. */
const MACHINES: Readonly<Record<string, number>> = { x64: 0x3e, arm64: 0xb7 };

const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;

/** Writes the smallest program that counts as static: a header and one segment, without loader and libraries. */
export async function writeStaticProgram(file: string): Promise<string> {
  const bytes = Buffer.alloc(HEADER_BYTES + SEGMENT_BYTES);
  bytes.write("\x7fELF\x02\x01\x01", "latin1");
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(MACHINES[process.arch] ?? 0, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(0x400078n, 24);
  bytes.writeBigUInt64LE(BigInt(HEADER_BYTES), 32);
  bytes.writeUInt16LE(HEADER_BYTES, 52);
  bytes.writeUInt16LE(SEGMENT_BYTES, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(1, HEADER_BYTES);
  bytes.writeUInt32LE(5, HEADER_BYTES + 4);
  bytes.writeBigUInt64LE(0x400000n, HEADER_BYTES + 16);
  bytes.writeBigUInt64LE(BigInt(bytes.length), HEADER_BYTES + 32);
  bytes.writeBigUInt64LE(BigInt(bytes.length), HEADER_BYTES + 40);
  bytes.writeBigUInt64LE(0x1000n, HEADER_BYTES + 48);
  await writeFile(file, bytes);
  await chmod(file, 0o755);
  return file;
}
