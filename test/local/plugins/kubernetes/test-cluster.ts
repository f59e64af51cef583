import type { PropertyMap } from "../../../../local/plugins/protocol/property-value.ts";
import { startTemporaryRegions } from "../../region/temporary-regions.ts";
import { namespace } from "./sample-objects.ts";
import { SmallEngine } from "./small-engine.ts";

/** A namespace for one test, in a real API server. */
export interface TestSpace {
  readonly name: string;
  readonly engine: SmallEngine;
  /** An engine whose provider has further arguments. */
  engineWith(args: PropertyMap): SmallEngine;
  /** kubectl in this namespace: somebody else who works in the cluster. */
  kubectl(...args: string[]): Promise<string>;
}

export interface TestCluster {
  newSpace(labels?: Record<string, string>): Promise<TestSpace>;
  stop(): Promise<void>;
}

/** Starts a throw-away cluster with simulated nodes for one test file. */
export async function startTestCluster(name: string): Promise<TestCluster> {
  const regions = await startTemporaryRegions(name);
  const providerArgs = { kubeconfig: regions.place.kubeconfig, context: name };
  let spaces = 0;
  return {
    async newSpace(labels = {}) {
      const space = `case-${++spaces}`;
      const engine = new SmallEngine(providerArgs);
      await engine.up(namespace(space, labels));
      return {
        name: space,
        engine,
        engineWith: (args) => new SmallEngine({ ...providerArgs, ...args }),
        kubectl: (...args) => regions.kubectl(name).run(["--namespace", space, ...args]),
      };
    },
    stop: () => regions.stop(),
  };
}
