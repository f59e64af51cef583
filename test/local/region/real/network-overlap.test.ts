import { describe, expect, it } from "vitest";
import { overlap } from "../../../../local/region/real/network-overlap.ts";

describe("overlap", () => {
  it.each([
    ["10.96.0.0/16", "10.96.0.0/16", "the same network"],
    ["10.96.0.0/16", "10.96.8.0/24", "a network within"],
    ["10.96.0.0/16", "10.96.255.255", "the last address"],
    ["10.100.0.0/16", "10.96.0.0/12", "a network around, whose text begins otherwise"],
    ["10.96.0.0/16", "0.0.0.0/0", "everything"],
    ["10.0.0.1", "10.0.0.1", "the same address"],
  ])("is there between %s and %s: %s", (one, other) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([true, true]);
  });

  it.each([
    ["10.96.0.0/16", "10.97.0.0/16", "the neighbour"],
    ["10.112.0.0/16", "10.96.0.0/12", "the first address behind"],
    ["10.9.0.0/16", "10.96.0.0/16", "a network whose text begins the same"],
    ["10.0.0.1", "10.0.0.2", "another address"],
  ])("is not there between %s and %s: %s", (one, other) => {
    expect([overlap(one, other), overlap(other, one)]).toEqual([false, false]);
  });
});
