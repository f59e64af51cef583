import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Above every pod without a class of its own, far below what keeps the cluster itself running. */
const SERVING_PRIORITY = 1_000_000;

/** Where a cluster is full, who goes first: the stores, which everything waits for, then what answers clients. */
export class PriorityClasses extends pulumi.ComponentResource {
  /** Class of the stores. */
  readonly store: pulumi.Output<string>;
  /** Class of the pods that answer clients. */
  readonly serving: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:region:PriorityClasses", name, {}, opts);

    const add = (role: string, value: number, description: string) =>
      new k8s.scheduling.v1.PriorityClass(
        `${name}-${role}`,
        { metadata: { name: `claude-agents-${role}` }, value, globalDefault: false, description },
        { parent: this },
      ).metadata.name;

    this.store = add("store", SERVING_PRIORITY + 1000, "Stores of the Claude agent platform");
    this.serving = add("serving", SERVING_PRIORITY, "Pods of the Claude agent platform that answer clients");
    this.registerOutputs({ store: this.store, serving: this.serving });
  }
}
