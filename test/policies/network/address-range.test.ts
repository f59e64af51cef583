import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holds, isWithin, parseRange, reachOf, sizeOf } from "../../../policies/network/address-range.ts";

/** @throws Error where the text is no range */
function rangeOf(text: string) {
  const range = parseRange(text);
  if (range === undefined) throw new Error(`${text} is no range`);
  return range;
}

describe("parseRange", () => {
  it.each([
    ["10.0.0.0/8", "ipv4", 0x0a00_0000n, 8],
    ["10.1.2.3/8", "ipv4", 0x0a00_0000n, 8],
    ["0.0.0.0/0", "ipv4", 0n, 0],
    ["169.254.169.254/32", "ipv4", 0xa9fe_a9fen, 32],
    ["::/0", "ipv6", 0n, 0],
    ["::1/128", "ipv6", 1n, 128],
    ["1::/128", "ipv6", 1n << 112n, 128],
    ["FD00:EC2::254/128", "ipv6", 0xfd00_0ec2_0000_0000_0000_0000_0000_0254n, 128],
    ["1:2:3:4:5:6:7:8/128", "ipv6", 0x0001_0002_0003_0004_0005_0006_0007_0008n, 128],
    ["1:2:3:4:5:6:7.8.9.10/128", "ipv6", 0x0001_0002_0003_0004_0005_0006_0708_090an, 128],
    ["64:ff9b::1.2.3.4/128", "ipv6", 0x0064_ff9b_0000_0000_0000_0000_0102_0304n, 128],
  ])("reads %s", (text, family, first, prefix) => {
    expect(parseRange(text)).toEqual({ family, first, prefix });
  });

  it.each([
    [""],
    ["10.0.0.0"],
    ["10.0.0.0/"],
    ["10.0.0.0/33"],
    ["::/129"],
    ["10.0.0.0/-1"],
    ["10.0.0.0/8/8"],
    ["10.0.0/8"],
    ["010.0.0.0/8"],
    ["10.0.0.256/8"],
    [" 10.0.0.0/8"],
    ["10.0.0.0/8 "],
    ["10.0.0.0/0x8"],
    [":::/0"],
    ["fe80::1%eth0/64"],
    ["example.com/8"],
    ["::ffff:0:0/96"],
    ["::ffff:10.0.0.1/128"],
  ])("takes %j for none", (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  it("reads a range that holds the mapped addresses among others", () => {
    expect(parseRange("::/64")).toBeDefined();
    expect(parseRange("::fffe:0:0/96")).toBeDefined();
  });
});

describe("holds", () => {
  it.each([
    ["0.0.0.0/0", "169.254.169.254", true],
    ["128.0.0.0/1", "169.254.169.254", true],
    ["0.0.0.0/1", "169.254.169.254", false],
    ["169.254.169.254/32", "169.254.169.254", true],
    ["169.254.169.255/32", "169.254.169.254", false],
    ["169.254.169.255/31", "169.254.169.254", true],
    ["169.254.0.0/17", "169.254.169.254", false],
    ["::/0", "fd00:ec2::254", true],
    ["fd00:ec2:0:0::/64", "fd00:ec2::254", true],
    ["fd00:ec2::255/128", "fd00:ec2::254", false],
    ["fc00::/7", "fd00:ec2::254", true],
    ["fe00::/7", "fd00:ec2::254", false],
    ["::/0", "169.254.169.254", false],
    ["0.0.0.0/0", "fd00:ec2::254", false],
  ])("%s and %s: %s", (range, address, expected) => {
    expect(holds(rangeOf(range), address)).toBe(expected);
  });
});

describe("holds and sizeOf", () => {
  const ipv4 = fc.record({ address: fc.ipV4(), prefix: fc.integer({ min: 0, max: 32 }) });
  const ipv6 = fc.record({ address: fc.ipV6(), prefix: fc.integer({ min: 0, max: 128 }) });

  /** What Node itself says. */
  function isInList(family: "ipv4" | "ipv6", address: string, prefix: number, member: string): boolean {
    const list = new BlockList();
    list.addSubnet(address, prefix, family);
    return list.check(member, family);
  }

  it.each([
    ["ipv4", ipv4, fc.ipV4()],
    ["ipv6", ipv6, fc.ipV6()],
  ] as const)("say of %s what Node says", (family, ranges, members) => {
    fc.assert(
      fc.property(ranges, members, ({ address, prefix }, member) => {
        const range = parseRange(`${address}/${prefix}`);
        fc.pre(range !== undefined);
        if (range === undefined) return;
        for (const each of [member, address]) {
          expect(holds(range, each)).toBe(isInList(family, address, prefix, each));
        }
      }),
    );
  });

  it("count every address once", () => {
    const small = fc.record({
      last: fc.integer({ min: 0, max: 255 }),
      prefix: fc.integer({ min: 24, max: 32 }),
    });
    fc.assert(
      fc.property(fc.array(small, { maxLength: 12 }), (parts) => {
        const ranges = parts.map(({ last, prefix }) => rangeOf(`10.0.0.${last}/${prefix}`));
        const addresses = Array.from({ length: 256 }, (_, last) => `10.0.0.${last}`);
        const held = addresses.filter((address) => ranges.some((range) => holds(range, address)));
        expect(sizeOf(ranges)).toBe(BigInt(held.length));
      }),
    );
  });
});

describe("isWithin", () => {
  it.each([
    ["10.1.0.0/16", "10.0.0.0/8", true],
    ["10.0.0.0/8", "10.0.0.0/8", true],
    ["10.0.0.0/7", "10.0.0.0/8", false],
    ["11.0.0.0/16", "10.0.0.0/8", false],
    ["fd12::/16", "fc00::/7", true],
    ["10.0.0.0/8", "::/0", false],
  ])("%s in %s: %s", (inner, outer, expected) => {
    expect(isWithin(rangeOf(inner), rangeOf(outer))).toBe(expected);
  });
});

describe("reachOf", () => {
  it.each([
    ["160.79.104.0/23", ["160.79.104.0/23"]],
    ["2600::/32", ["2600::/32"]],
    ["64:ff9b::/96", ["0.0.0.0/0"]],
    ["64:ff9b::a00:0/104", ["10.0.0.0/8"]],
    ["64:ff9b::8.8.8.8/128", ["8.8.8.8/32"]],
    ["64:ff9b::/95", ["64:ff9b::/95", "0.0.0.0/0"]],
    ["::/0", ["::/0", "0.0.0.0/0"]],
    ["64:ff9c::/96", ["64:ff9c::/96"]],
  ])("leads from %s to %j", (text, reached) => {
    expect(reachOf(rangeOf(text))).toEqual(reached.map(rangeOf));
  });
});

describe("sizeOf", () => {
  it.each([
    [[], 0n],
    [["10.0.0.0/32"], 1n],
    [["0.0.0.0/32"], 1n],
    [["10.0.0.0/8"], 1n << 24n],
    [["::/0"], 1n << 128n],
    [["128.0.0.0/1", "0.0.0.0/1"], 1n << 32n],
    [["10.0.0.0/8", "10.0.0.0/8"], 1n << 24n],
    [["10.0.0.0/9", "10.0.0.0/8", "10.255.255.255/32"], 1n << 24n],
    [["10.0.0.0/32", "10.0.0.1/32"], 2n],
    [["2600::/32", "1::/128"], (1n << 96n) + 1n],
  ])("counts the addresses of %j", (texts, size) => {
    expect(sizeOf(texts.map(rangeOf))).toBe(size);
  });
});
