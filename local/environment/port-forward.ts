import { COORDINATOR, NAMESPACE } from "../../agent-runtime/src/contract.ts";
import { Kubectl } from "../region/kubectl.ts";
import type { EnvironmentRegion } from "./record.ts";

/** A port of this machine that leads to one of a pod. */
export interface PortForward {
  readonly url: string;
  close(): Promise<void>;
}

interface ForwardOptions {
  /** Path of kubectl. */
  readonly kubectl: string;
  readonly region: Pick<EnvironmentRegion, "name" | "kubeconfig" | "context">;
  /** Port in the pod; it may listen on the pod's loopback address alone. */
  readonly port: number;
  readonly signal: AbortSignal;
}

const FORWARDING = /^Forwarding from (127\.0\.0\.1:\d+) ->/;

/**
 * Forwards a free port of this machine to one of the coordinator's pods, until it is closed or the signal ends it.
 *
 * @throws {KubectlError} when the region has no such pod or does not answer.
 */
export async function forwardPort({ kubectl, region, port, signal }: ForwardOptions): Promise<PortForward> {
  const { name, kubeconfig, context } = region;
  const end = new AbortController();
  const lines = new Kubectl({ kubectl, kubeconfig, context }).lines(
    ["port-forward", `deployment/${COORDINATOR}`, `:${port}`, "--address", "127.0.0.1"],
    { namespace: NAMESPACE, signal: AbortSignal.any([signal, end.signal]) },
  );
  const close = async () => {
    end.abort();
    await lines.return(undefined);
  };
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    const address = FORWARDING.exec(line.value)?.[1];
    if (address !== undefined) return { url: `http://${address}`, close };
  }
  signal.throwIfAborted();
  throw new Error(`kubectl forwards no port of ${name}, and does not say why. Try again.`);
}
