import type { Field } from "../manifests/field.ts";
import { all, isOneOf, type Verdict } from "./verdict.ts";

/** Whether an entry of a rule's ports is for all of them: it names none, or the first and the last. */
export function isEveryPort(entry: Field): Verdict {
  const port = entry.at("port");
  return port.missing ? "yes" : all([isOneOf(port, 1), isOneOf(entry.at("endPort"), 65_535)]);
}

/** Whether an entry is for ports of a list alone; a name of a port and an unknown one are not. */
export function isListed(entry: Field, listed: readonly number[]): boolean {
  const first = entry.at("port").value;
  const endPort = entry.at("endPort");
  const last = endPort.missing ? first : endPort.value;
  if (typeof first !== "number" || typeof last !== "number") return false;
  const count = new Set(listed.filter((port) => port >= first && port <= last)).size;
  return count > 0 && count === last - first + 1;
}
