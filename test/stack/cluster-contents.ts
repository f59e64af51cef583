import type { Kubectl } from "../../local/region/kubectl.ts";

/** Made by the cluster itself for its own use, and never by an update of a stack. */
const NOT_COUNTED = /^(events|leases|componentstatuses|endpoints|endpointslices|controllerrevisions)(\.|$)/;

/** Every object of a cluster as `<kind>/<namespace>/<name>`, sorted: of all kinds that it serves, in all namespaces. */
export async function contentsOf(kubectl: Kubectl): Promise<string[]> {
  const served = await kubectl.run(["api-resources", "--verbs=list", "-o", "name"]);
  const kinds = served.split("\n").filter((kind) => kind !== "" && !NOT_COUNTED.test(kind));
  const columns = "KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name";
  const form = ["--all-namespaces", "--no-headers", "-o", `custom-columns=${columns}`];
  const table = await kubectl.run(["get", kinds.join(","), ...form]);
  const rows = table.split("\n").filter((row) => row.trim() !== "");
  return rows.map((row) => row.trim().split(/\s+/).join("/")).sort();
}
