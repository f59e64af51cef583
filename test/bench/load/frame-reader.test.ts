import { describe, expect, it } from "vitest";
import { FrameReader } from "../../../bench/load/frame-reader.ts";
import { DELTAS_PER_STREAM, deltaEvent, STREAM_END, streamBeginning } from "../../../bench/mock/answers.ts";

const DELTAS = Array.from({ length: DELTAS_PER_STREAM }, (_, number) => deltaEvent(number, 1_000 + number));
const streamOf = (deltas: readonly string[]) => streamBeginning("model") + deltas.join("") + STREAM_END;

function read(text: string, size = text.length) {
  const stamps: number[] = [];
  const reader = new FrameReader((sentAtUs) => stamps.push(sentAtUs));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reader.feed(bytes.subarray(at, at + size));
  return { isClean: reader.isClean, stamps };
}

describe("FrameReader", () => {
  it("finds a whole stream clean and tells when each delta was sent", () => {
    const { isClean, stamps } = read(streamOf(DELTAS));
    expect(isClean).toBe(true);
    expect(stamps).toEqual(DELTAS.map((_, number) => 1_000 + number));
  });

  it.each([1, 2, 7, 21, 22, 1000])("finds it clean in pieces of %d bytes, each delta once", (size) => {
    const { isClean, stamps } = read(streamOf(DELTAS), size);
    expect(isClean).toBe(true);
    expect(stamps).toHaveLength(DELTAS_PER_STREAM);
  });

  it("notices a delta that is lost", () => {
    expect(read(streamOf(DELTAS.toSpliced(10, 1))).isClean).toBe(false);
  });

  it("notices a delta that comes twice", () => {
    expect(read(streamOf(DELTAS.toSpliced(10, 0, DELTAS[9] ?? ""))).isClean).toBe(false);
  });

  it("notices two deltas that have changed places", () => {
    const swapped = DELTAS.toSpliced(10, 2, DELTAS[11] ?? "", DELTAS[10] ?? "");
    expect(read(streamOf(swapped)).isClean).toBe(false);
  });

  it("notices a stream without its own last event", () => {
    expect(read(streamBeginning("model") + DELTAS.join("")).isClean).toBe(false);
  });
});
