/**
 * The addresses of an environment of real pods: one block `10.<block>.0.0/16`, whose parts belong to the machines, to
 * the pods of each worker and to the services of each region.
 */

/** Regions that fit into a block, and machines of one region: its control plane and up to seven workers. */
export const MAX_REGIONS = 8;
export const MAX_WORKERS = 7;

const MACHINES_PER_REGION = MAX_WORKERS + 1;

/** Where a region's machines are told apart from others': the first region of an environment has index 0. */
export interface RegionAddresses {
  /** Of the API server. */
  readonly controlPlane: string;
  /** All pods of the region. */
  readonly podNetwork: string;
  readonly serviceNetwork: string;
  /** Of the Service `kubernetes`, the first of the service network. */
  readonly apiService: string;
  readonly dnsService: string;
  /** @throws RangeError for a number that is not 1 to {@link MAX_WORKERS} */
  worker(number: number): WorkerAddresses;
}

export interface WorkerAddresses {
  readonly address: string;
  /** Pods of this worker. */
  readonly podNetwork: string;
}

/** Address of the host on the bridge that joins all machines, and the default route of each of them. */
export function hostAddress(block: number): string {
  return `10.${block}.0.1`;
}

/** The machines' network, of which each machine and the host have an address. */
export const MACHINE_PREFIX_LENGTH = 24;

/** @throws RangeError when the environment has more regions than fit */
export function regionAddresses(block: number, regionIndex: number): RegionAddresses {
  requireWithin("region", regionIndex + 1, MAX_REGIONS);
  const first = (regionIndex + 1) * MACHINES_PER_REGION;
  const services = `10.${block}.${128 + 16 * regionIndex}`;
  return {
    controlPlane: `10.${block}.0.${first}`,
    podNetwork: `10.${block}.${first}.0/21`,
    serviceNetwork: `${services}.0/20`,
    apiService: `${services}.1`,
    dnsService: `${services}.10`,
    worker(number) {
      requireWithin("worker", number, MAX_WORKERS);
      return { address: `10.${block}.0.${first + number}`, podNetwork: `10.${block}.${first + number}.0/24` };
    },
  };
}

function requireWithin(what: string, number: number, maximum: number): void {
  if (Number.isInteger(number) && number >= 1 && number <= maximum) return;
  throw new RangeError(`There is no ${what} number ${number} on this machine: allowed are 1 to ${maximum}.`);
}
