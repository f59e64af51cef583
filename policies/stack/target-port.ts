import type { Field } from "../manifests/field.ts";
import { describeManifest } from "../manifests/manifest.ts";
import { containersOf } from "../manifests/pod-templates.ts";
import type { Placed } from "../manifests/stack.ts";
import { violation } from "../pack/finding.ts";
import type { StackFinding } from "../pack/stack-policy.ts";
import type { UnknownValue } from "../scaling/scale-target.ts";
import { undecidedValues } from "./undecided-values.ts";

const REMEDY = "Name a port that the containers of the selected pods state.";

/** Where a port of a Service leads to. */
interface Target {
  readonly service: Placed;
  /** The name or number of a port of the pods. */
  readonly port: Field;
  readonly protocol: Field;
}

/**
 * Whether a container of these pods has the port that a port of a Service leads to: by name, by number, or the Service's
 * own number where it names none. A port that no container states may be open; nobody can see that from the manifest.
 */
export function judgeTargetPort(port: Field, service: Placed, pods: Placed): StackFinding[] {
  const stated = port.at("targetPort");
  const target: Target = {
    service,
    port: stated.missing ? port.at("port") : stated,
    protocol: port.at("protocol"),
  };
  const matches = containersOf(pods.manifest, ["containers", "initContainers"])
    .flatMap(({ field }) => field.at("ports").items())
    .flatMap((candidate) => matchesOf(target, candidate, pods));
  if (matches.some((unknown) => unknown.length === 0)) return [];
  if (matches.length > 0) return undecidedValues(matches.flat());
  const wanted = `the port ${say(target.port, null)} of ${say(target.protocol, DEFAULT_PROTOCOL)}`;
  const reason = `no container of ${describeManifest(pods.manifest)} states ${wanted}.`;
  return [{ placed: service, finding: violation(target.port, reason, REMEDY) }];
}

const DEFAULT_PROTOCOL = "TCP";

/** One list where it is or may be the port wanted, of the values that have to be known to tell; none where it is not. */
function matchesOf({ service, port, protocol }: Target, candidate: Field, pods: Placed): UnknownValue[][] {
  const pairs = [
    { wanted: port, own: candidate.at(typeof port.value === "string" ? "name" : "containerPort") },
    { wanted: protocol, own: candidate.at("protocol"), fallback: DEFAULT_PROTOCOL },
  ];
  const known = pairs.filter(({ wanted, own }) => !wanted.unknown && !own.unknown);
  const isOther = known.some(
    ({ wanted, own, fallback }) => (wanted.value ?? fallback) !== (own.value ?? fallback),
  );
  if (isOther) return [];
  const unknown = pairs
    .flatMap(({ wanted, own }) => [
      { placed: pods, field: own },
      { placed: service, field: wanted },
    ])
    .filter(({ field }) => field.unknown);
  return [unknown];
}

function say({ unknown, value }: Field, fallback: string | null): string {
  return unknown ? "(not known yet)" : JSON.stringify(value ?? fallback);
}
