import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatCpu, formatMemory, parseCpuMillis, parseMemoryBytes } from "../../components/quantity.ts";

describe("CPU", () => {
  test.each([
    ["1m", 1],
    ["250m", 250],
    ["1", 1000],
    ["1.5", 1500],
    ["0.057", 57],
    ["1.001", 1001],
    ["128", 128_000],
    ["128000m", 128_000],
  ])("%s is %d thousandths of a core", (text, millis) => {
    expect(parseCpuMillis(text)).toBe(millis);
  });

  test.each(["", "0", "0m", "-1", "500", "129", "1.5m", "0.0001", "1e3", "1 ", "1k", "½", "0x10", "NaN"])(
    "%j is refused",
    (text) => {
      expect(() => parseCpuMillis(text)).toThrow(RangeError);
    },
  );

  test("what is written is what is read", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 128_000 }),
        (millis) => parseCpuMillis(formatCpu(millis)) === millis,
      ),
    );
  });
});

describe("memory", () => {
  test.each([
    ["1Mi", 1_048_576],
    ["1024Ki", 1_048_576],
    ["512Mi", 536_870_912],
    ["2Gi", 2_147_483_648],
    ["2G", 2_000_000_000],
    ["64Ti", 70_368_744_177_664],
  ])("%s is %d bytes", (text, bytes) => {
    expect(parseMemoryBytes(text)).toBe(bytes);
  });

  test.each([
    "",
    "0Mi",
    "-1Gi",
    "512",
    "500m",
    "2GB",
    "2gi",
    "1.5Gi",
    "1Ki",
    "65Ti",
    "1Pi",
    "1Gi ",
    "toString",
  ])("%j is refused", (text) => {
    expect(() => parseMemoryBytes(text)).toThrow(RangeError);
  });

  test("what is written is what is read, rounded up to a mebibyte", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.integer({ min: 0, max: 2 ** 20 - 1 }),
        (mebibytes, less) => {
          expect(parseMemoryBytes(formatMemory(mebibytes * 2 ** 20 - less))).toBe(mebibytes * 2 ** 20);
        },
      ),
    );
  });
});
