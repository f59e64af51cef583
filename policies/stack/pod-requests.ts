import type { Field } from "../manifests/field.ts";
import type { Quantities } from "./quantities.ts";

/** What the scheduler sets aside for a pod or a container. */
export interface Requests {
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

const NOTHING: Requests = { cpuCores: 0, memoryBytes: 0 };

/**
 * The requests of one pod, as kube-scheduler reckons them: those of its containers and sidecars together, or of an init
 * container and the sidecars that run by then, where that is more; what the pod asks for as a whole, where it does; and
 * the overhead of its runtime.
 */
export function podRequests(spec: Field, quantities: Quantities): Requests {
  const { sidecars, start } = startRequests(spec, quantities);
  const running = spec
    .at("containers")
    .items()
    .map((container) => requestsOf(container.at("resources"), quantities))
    .reduce(add, sidecars);
  const containers = larger(running, start);
  return add(wholePod(spec.at("resources"), containers, quantities), {
    cpuCores: quantities.read(spec.at("overhead", "cpu")),
    memoryBytes: quantities.read(spec.at("overhead", "memory")),
  });
}

/** The requests of a container; without a request its limit counts, as the API server has it. */
export function requestsOf(resources: Field, quantities: Quantities): Requests {
  const read = (resource: "cpu" | "memory") => {
    const request = resources.at("requests", resource);
    return quantities.read(request.missing ? resources.at("limits", resource) : request);
  };
  return { cpuCores: read("cpu"), memoryBytes: read("memory") };
}

/** What the sidecars ask for, which are init containers that go on, and the most while the pod starts. */
function startRequests(spec: Field, quantities: Quantities): { sidecars: Requests; start: Requests } {
  let sidecars = NOTHING;
  let start = NOTHING;
  for (const container of spec.at("initContainers").items()) {
    const running = add(sidecars, requestsOf(container.at("resources"), quantities));
    const restartPolicy = container.at("restartPolicy");
    // Where nobody knows, it goes on: then the sum is an upper bound.
    if (quantities.isOpen(restartPolicy) || restartPolicy.value === "Always") sidecars = running;
    else start = larger(start, running);
  }
  return { sidecars, start };
}

/** Resources of the pod as such hold for all its containers; its limits are requests where no container has one. */
function wholePod(resources: Field, containers: Requests, quantities: Quantities): Requests {
  const read = (resource: "cpu" | "memory", sum: number) => {
    const request = resources.at("requests", resource);
    if (!request.missing) return Math.max(sum, quantities.read(request));
    return sum > 0 ? sum : quantities.read(resources.at("limits", resource));
  };
  return { cpuCores: read("cpu", containers.cpuCores), memoryBytes: read("memory", containers.memoryBytes) };
}

function add(one: Requests, other: Requests): Requests {
  return {
    cpuCores: one.cpuCores + other.cpuCores,
    memoryBytes: one.memoryBytes + other.memoryBytes,
  };
}

function larger(one: Requests, other: Requests): Requests {
  return {
    cpuCores: Math.max(one.cpuCores, other.cpuCores),
    memoryBytes: Math.max(one.memoryBytes, other.memoryBytes),
  };
}
