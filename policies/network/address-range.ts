import { isIP, isIPv4 } from "node:net";

type Family = "ipv4" | "ipv6";

/** Addresses that begin with the same bits, such as `10.0.0.0/8`. */
export interface AddressRange {
  readonly family: Family;
  /** The lowest address, as a number. */
  readonly first: bigint;
  readonly prefix: number;
}

export const BITS: Record<Family, number> = { ipv4: 32, ipv6: 128 };

const EVERY_IPV4: AddressRange = { family: "ipv4", first: 0n, prefix: 0 };
/** IPv6 notation of IPv4 addresses: plugins disagree about what such a range allows, so it is none here. */
const MAPPED: AddressRange = { family: "ipv6", first: 0xffffn << 32n, prefix: 96 };
/** `64:ff9b::/96`: a NAT64 gateway leads from these to the IPv4 addresses that are their last 32 bits (RFC 6052). */
const TRANSLATED: AddressRange = { family: "ipv6", first: 0x64_ff9bn << 96n, prefix: 96 };

/** Undefined where the text is no range of IPv4 or IPv6 addresses. */
export function parseRange(text: string): AddressRange | undefined {
  const [, address = "", digits] = /^([\da-fA-F.:]+)\/(\d{1,3})$/.exec(text) ?? [];
  const prefix = Number(digits);
  if (isIP(address) === 0) return undefined;
  const family = familyOf(address);
  if (prefix > BITS[family]) return undefined;
  const hostBits = BigInt(BITS[family] - prefix);
  const range = { family, first: (numberOf(address) >> hostBits) << hostBits, prefix };
  return isWithin(range, MAPPED) ? undefined : range;
}

export function holds(range: AddressRange, address: string): boolean {
  const family = familyOf(address);
  return isWithin({ family, first: numberOf(address), prefix: BITS[family] }, range);
}

export function isWithin(inner: AddressRange, outer: AddressRange): boolean {
  if (inner.family !== outer.family || inner.prefix < outer.prefix) return false;
  return inner.first >= outer.first && inner.first <= lastOf(outer);
}

/** What a range leads to: where a gateway translates it, or a part of it, that is IPv4 too. */
export function reachOf(range: AddressRange): AddressRange[] {
  if (isWithin(range, TRANSLATED)) {
    return [
      { family: "ipv4", first: range.first - TRANSLATED.first, prefix: range.prefix - TRANSLATED.prefix },
    ];
  }
  return isWithin(TRANSLATED, range) ? [range, EVERY_IPV4] : [range];
}

/** How many addresses ranges of one family hold together; what several of them hold counts once. */
export function sizeOf(ranges: readonly AddressRange[]): bigint {
  let size = 0n;
  let last = -1n;
  // Of two ranges one holds the other or they have nothing in common, so the longer of two that begin alike adds nothing.
  for (const range of ranges.toSorted(compareStarts)) {
    if (range.first <= last) continue;
    last = lastOf(range);
    size += last - range.first + 1n;
  }
  return size;
}

function compareStarts(left: AddressRange, right: AddressRange): number {
  return Number(left.first - right.first) || left.prefix - right.prefix;
}

function lastOf({ family, first, prefix }: AddressRange): bigint {
  return first + (1n << BigInt(BITS[family] - prefix)) - 1n;
}

function familyOf(address: string): Family {
  return isIPv4(address) ? "ipv4" : "ipv6";
}

function numberOf(address: string): bigint {
  if (isIPv4(address)) return numberOfParts(address.split(".").map(Number), 8n);
  // The last two parts may be written as an IPv4 address.
  const text = address.replace(/[\d.]+$/, (end) => (isIPv4(end) ? toHex(numberOf(end)) : end));
  const [head = [], tail = []] = text
    .split("::")
    .map((half) => half.split(":").filter((part) => part !== ""));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return numberOfParts(
    [...head, ...zeros, ...tail].map((part) => Number.parseInt(part, 16)),
    16n,
  );
}

function toHex(value: bigint): string {
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

function numberOfParts(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((value, part) => (value << bits) + BigInt(part), 0n);
}
