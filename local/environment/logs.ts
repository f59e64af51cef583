import { APP, NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { type TailOptions, tailLog } from "../process/log-file.ts";
import { Kubectl } from "../region/kubectl.ts";
import { CONTROLLER } from "../region/real/addons/gateway-controller.ts";
import { coordinatorLog } from "./coordinators.ts";
import { frontDoorLog } from "./front-door.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord, EnvironmentRegion } from "./record.ts";
import { regionStatus } from "./regions.ts";

/** Containers of a region of real nodes, by the name of their part. */
const POD_PARTS: Readonly<Record<string, { namespace: string; selector: string; container?: string }>> = {
  coordinator: { namespace: NAMESPACE, selector: `app=${APP},tier=coordinator` },
  valkey: { namespace: NAMESPACE, selector: "tier=store", container: "valkey" },
  sentinel: { namespace: NAMESPACE, selector: "tier=store", container: "sentinel" },
  coredns: { namespace: "kube-system", selector: "k8s-app=kube-dns" },
  "metrics-server": { namespace: "kube-system", selector: "k8s-app=metrics-server" },
  traefik: { namespace: CONTROLLER.namespace, selector: `app=${CONTROLLER.name}` },
};

/**
 * The log of a source (`front-door` or a region) and, for a region, of one of its parts: a container where pods are
 * real, a process of a machine, or the process that stands in for the coordinator.
 *
 * @throws Error that names the sources and parts there are
 */
export async function openLog(
  instance: Instance,
  environment: EnvironmentRecord,
  { source, part }: { readonly source: string; readonly part: string },
  options: TailOptions,
): Promise<AsyncIterable<string>> {
  if (source === "front-door") return tailLog(frontDoorLog(instance), options);
  const region = environment.regions.find(({ name }) => name === source);
  if (region === undefined) {
    const allowed = [...environment.regions.map(({ name }) => name), "front-door"].join(", ");
    throw new Error(`There is no ${JSON.stringify(source)} in this environment; allowed are ${allowed}.`);
  }
  const inPods = environment.nodes === "real";
  const pods = inPods ? POD_PARTS[part] : undefined;
  if (pods !== undefined) return podLog(region, environment, pods, options);
  if (part === "coordinator") return tailLog(coordinatorLog(instance, source), options);
  const parts = (await regionStatus(instance)).find(({ name }) => name === source)?.parts ?? [];
  const found = parts.find(({ name }) => name === part);
  if (found !== undefined) return tailLog(found.logFile, options);
  const others = inPods ? Object.keys(POD_PARTS) : ["coordinator"];
  const allowed = [...others, ...parts.map(({ name }) => name)].join(", ");
  throw new Error(`Region ${source} has no part ${JSON.stringify(part)}; allowed are ${allowed}.`);
}

/** Pods of one part that are followed at once. */
const MAX_PODS = 20;

function podLog(
  { kubeconfig, context }: EnvironmentRegion,
  { tools }: EnvironmentRecord,
  { namespace, selector, container }: { namespace: string; selector: string; container?: string },
  { lines, follow, signal }: TailOptions,
): AsyncIterable<string> {
  const kubectl = new Kubectl({ kubectl: tools.kubectl, kubeconfig, context });
  const args = [
    ...["logs", "--selector", selector, "--tail", String(lines), `--max-log-requests=${MAX_PODS}`],
    ...(container === undefined ? [] : ["--container", container]),
    ...(follow ? ["--follow"] : []),
  ];
  return kubectl.lines(args, { namespace, signal });
}
