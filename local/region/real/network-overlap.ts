import { BlockList } from "node:net";

/** Whether two IPv4 networks such as `10.96.0.0/16` have an address in common; one without a length is a single address. */
export function overlap(one: string, other: string): boolean {
  return contains(one, addressOf(other)) || contains(other, addressOf(one));
}

function contains(network: string, address: string): boolean {
  const list = new BlockList();
  list.addSubnet(addressOf(network), Number(network.split("/")[1] ?? 32));
  return list.check(address);
}

/** The first address of a network. */
function addressOf(network: string): string {
  return network.split("/")[0] ?? network;
}
