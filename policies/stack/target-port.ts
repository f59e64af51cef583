import type { Field } from "../manifests/field.ts";
import { describeManifest } from "../manifests/manifest.ts";
import { containersOf } from "../manifests/pod-templates.ts";
import type { Placed } from "../manifests/stack.ts";
import { undecided, violation } from "../pack/finding.ts";
import type { StackFinding } from "../pack/stack-policy.ts";

const REMEDY = "Name a port that the containers of the selected pods state.";

/**
 * Whether a container of these pods has the port that a port of a Service leads to: by name, by number, or the Service's
 * own number where it names none. A port that no container states may be open; nobody can see that from the manifest.
 */
export function judgeTargetPort(port: Field, service: Placed, pods: Placed): StackFinding[] {
  const stated = port.at("targetPort");
  const target = stated.missing ? port.at("port") : stated;
  const protocol = port.at("protocol");
  const unknown = [target, protocol].filter((field) => field.unknown);
  if (unknown.length > 0) return unknown.map((field) => ({ placed: service, finding: undecided(field) }));
  const wanted = protocol.value ?? "TCP";
  const matches = containersOf(pods.manifest, ["containers", "initContainers"])
    .flatMap(({ field }) => field.at("ports").items())
    .map((candidate) => leadsTo(candidate, target, wanted));
  if (matches.includes("yes")) return [];
  const open = matches.filter((match) => typeof match === "object");
  if (open.length > 0) return open.map((field) => ({ placed: pods, finding: undecided(field) }));
  const who = describeManifest(pods.manifest);
  const reason = `no container of ${who} states the port ${JSON.stringify(target.value)} of ${String(wanted)}.`;
  return [{ placed: service, finding: violation(target, reason, REMEDY) }];
}

/** Whether it is the port wanted, or the value of the container that has to be known to tell. */
function leadsTo(candidate: Field, target: Field, wantedProtocol: unknown): "yes" | "no" | Field {
  const value = candidate.at(typeof target.value === "string" ? "name" : "containerPort");
  const protocol = candidate.at("protocol");
  if (!value.unknown && value.value !== target.value) return "no";
  if (!protocol.unknown && (protocol.value ?? "TCP") !== wantedProtocol) return "no";
  if (value.unknown) return value;
  return protocol.unknown ? protocol : "yes";
}
