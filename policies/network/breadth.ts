import type { Parameters } from "../pack/facts.ts";
import { type AddressRange, BITS, isWithin, parseRange, reachOf, sizeOf } from "./address-range.ts";
import type { Block } from "./network-rules.ts";

/** From what size on a rule counts as open to the internet. */
export interface Breadth {
  readonly shortestIpv4Prefix: number;
  readonly shortestIpv6Prefix: number;
  readonly privateRanges: readonly string[];
}

export const BREADTH_PARAMETERS: Parameters<Breadth> = {
  shortestIpv4Prefix: {
    type: "integer",
    minimum: 0,
    maximum: 32,
    default: 16,
    description:
      "A rule whose IPv4 ranges hold more addresses together than one range of this prefix length is open to the internet.",
  },
  shortestIpv6Prefix: {
    type: "integer",
    minimum: 0,
    maximum: 128,
    default: 32,
    description: "The same for IPv6.",
  },
  privateRanges: {
    type: "array",
    items: { type: "string" },
    default: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"],
    description: "Ranges that are not of the internet; what lies within one of them is not counted.",
  },
};

/** The ranges of a rule by which it is open to the internet. They count together: two halves are the whole. */
export function wideBlocksOf(blocks: readonly Block[], breadth: Breadth): Block[] {
  const outers = breadth.privateRanges.flatMap((text) => parseRange(text) ?? []);
  const limits = { ipv4: breadth.shortestIpv4Prefix, ipv6: breadth.shortestIpv6Prefix };
  const reaches = blocks.map((block) => ({ block, ranges: publicRangesOf(block, outers) }));
  const wide = (["ipv4", "ipv6"] as const).filter((family) => {
    const ranges = reaches.flatMap((reach) => reach.ranges).filter((range) => range.family === family);
    return sizeOf(ranges) > 1n << BigInt(BITS[family] - limits[family]);
  });
  return reaches
    .filter(({ ranges }) => ranges.some(({ family }) => wide.includes(family)))
    .map(({ block }) => block);
}

function publicRangesOf({ range }: Block, privateRanges: readonly AddressRange[]): AddressRange[] {
  if (range === undefined) return [];
  return reachOf(range).filter((reach) => !privateRanges.some((outer) => isWithin(reach, outer)));
}
