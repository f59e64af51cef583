import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hostAddress,
  MACHINE_PREFIX_LENGTH,
  MAX_REGIONS,
  MAX_WORKERS,
  regionAddresses,
} from "../../../../local/region/real/address-plan.ts";
import { overlap } from "../../../../local/region/real/network-overlap.ts";

const anyBlock = fc.integer({ min: 0, max: 255 });
const anyRegion = fc.integer({ min: 0, max: MAX_REGIONS - 1 });
const anyWorker = fc.integer({ min: 1, max: MAX_WORKERS });

const networkOf = (block: number) => `10.${block}.0.0/16`;

/** Everything that a full environment gives to one user each. */
function areasOf(block: number): string[] {
  const regions = Array.from({ length: MAX_REGIONS }, (_, index) => regionAddresses(block, index));
  return [
    hostAddress(block),
    ...regions.flatMap(({ controlPlane, serviceNetwork, worker }) => [
      controlPlane,
      serviceNetwork,
      ...Array.from({ length: MAX_WORKERS }, (_, index) => worker(index + 1)).flatMap((each) => [
        each.address,
        each.podNetwork,
      ]),
    ]),
  ];
}

describe("the addresses of an environment", () => {
  it("overlap nowhere, whichever two of its machines, workers' pods and regions' services are compared", () => {
    const areas = areasOf(96);
    const anyArea = fc.nat(areas.length - 1);

    expect(areas).toHaveLength(1 + MAX_REGIONS * (2 + 2 * MAX_WORKERS));
    fc.assert(
      fc.property(anyBlock, anyArea, anyArea, (block, one, other) => {
        fc.pre(one !== other);
        const { [one]: first = "", [other]: second = "" } = areasOf(block);
        expect({ first, second, overlap: overlap(first, second) }).toEqual({ first, second, overlap: false });
      }),
      { numRuns: 300 },
    );
  });

  it("all lie in its block, and in no other", () => {
    fc.assert(
      fc.property(anyBlock, anyBlock, (block, other) => {
        fc.pre(block !== other);
        const areas = areasOf(block);
        expect(areas.filter((area) => !overlap(area, networkOf(block)))).toEqual([]);
        expect(areas.filter((area) => overlap(area, networkOf(other)))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it("are read as IPv4 by everybody, whatever the block", () => {
    const octets = /^10(\.(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])){3}(\/\d+)?$/;

    expect(areasOf(255).filter((area) => !octets.test(area))).toEqual([]);
  });
});

describe("the addresses of a region", () => {
  it("put its machines and the host into one network", () => {
    fc.assert(
      fc.property(anyBlock, anyRegion, anyWorker, (block, index, number) => {
        const region = regionAddresses(block, index);
        const machines = `${hostAddress(block)}/${MACHINE_PREFIX_LENGTH}`;
        expect(overlap(region.controlPlane, machines)).toBe(true);
        expect(overlap(region.worker(number).address, machines)).toBe(true);
      }),
    );
  });

  it("have the pods of every worker in the region's pod network, which no other region's touches", () => {
    fc.assert(
      fc.property(anyBlock, anyRegion, anyRegion, anyWorker, (block, one, other, number) => {
        const { podNetwork } = regionAddresses(block, one).worker(number);
        expect(overlap(podNetwork, regionAddresses(block, other).podNetwork)).toBe(one === other);
      }),
    );
  });

  it("have the fixed services in the service network", () => {
    const { apiService, dnsService, serviceNetwork } = regionAddresses(96, MAX_REGIONS - 1);

    expect([overlap(apiService, serviceNetwork), overlap(dnsService, serviceNetwork)]).toEqual([true, true]);
  });

  it("are these, for they are kept on disk and in certificates", () => {
    const { worker, ...addresses } = regionAddresses(97, 1);

    expect(addresses).toEqual({
      controlPlane: "10.97.0.16",
      podNetwork: "10.97.16.0/21",
      serviceNetwork: "10.97.144.0/20",
      apiService: "10.97.144.1",
      dnsService: "10.97.144.10",
    });
    expect(worker(2)).toEqual({ address: "10.97.0.18", podNetwork: "10.97.18.0/24" });
  });

  it.each([0, MAX_WORKERS + 1, 1.5, Number.NaN])("know no worker number %d", (number) => {
    expect(() => regionAddresses(96, 0).worker(number)).toThrow(
      new RangeError(`There is no worker number ${number} on this machine: allowed are 1 to ${MAX_WORKERS}.`),
    );
  });

  it.each([-1, MAX_REGIONS])("end with the eighth region: there is none with index %d", (index) => {
    expect(() => regionAddresses(96, index)).toThrow(
      new RangeError(
        `There is no region number ${index + 1} on this machine: allowed are 1 to ${MAX_REGIONS}.`,
      ),
    );
  });
});
