import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** The key with which clients call the gateway: one for all regions, so that a failover does not lock anybody out. */
export class GatewayKey extends pulumi.ComponentResource {
  /** The key itself, for the people who hand it out. A secret. */
  readonly key: pulumi.Output<string>;
  /** Lower-case hex of the key's SHA-256; all that the runtime gets. A secret as well. */
  readonly sha256: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:auth:GatewayKey", name, {}, opts);

    const password = new random.RandomPassword(
      `${name}-password`,
      { length: 48, special: false },
      { parent: this },
    );

    this.key = pulumi.secret(password.result);
    this.sha256 = this.key.apply((key) => createHash("sha256").update(key).digest("hex"));
    this.registerOutputs({ key: this.key, sha256: this.sha256 });
  }
}
