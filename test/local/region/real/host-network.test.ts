import { describe, expect, it } from "vitest";
import { blocksApartFrom } from "../../../../local/region/real/host-network.ts";

/** The blocks that these routes take away. */
function takenBy(...destinations: string[]): number[] {
  const left = blocksApartFrom(destinations);
  return blocksApartFrom([]).filter((block) => !left.includes(block));
}

describe("the blocks of addresses that are free", () => {
  it("are 96 to 126 on a host that has nothing but its own network and a default route", () => {
    const blocks = blocksApartFrom(["default", "127.0.0.0/8", "192.168.1.0/24", "172.17.0.0/16"]);

    expect([blocks.at(0), blocks.at(-1), blocks.length]).toEqual([96, 126, 31]);
  });

  it("are without that of an environment which runs, be it by one of its addresses only", () => {
    expect(takenBy("10.97.0.0/24")).toEqual([97]);
    expect(takenBy("10.101.0.255")).toEqual([101]);
  });

  it("are apart from wider networks, whose first octets are others", () => {
    expect(takenBy("10.100.0.0/14")).toEqual([100, 101, 102, 103]);
    expect(takenBy("10.8.0.0/16", "11.96.0.0/16")).toEqual([]);
  });

  it("are all there beside the halves of a default route, as VPNs set them", () => {
    expect(takenBy("default", "0.0.0.0/1", "128.0.0.0/1")).toEqual([]);
  });

  it("do not exist where a route leads into all of 10.0.0.0/8", () => {
    expect(blocksApartFrom(["10.0.0.0/8"])).toEqual([]);
  });
});
