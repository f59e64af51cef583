import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { createRotatingPassword, type Rotation } from "./rotating-password.ts";

const KEY_LENGTH = 48;

/** The key with which clients call the gateway: one for all regions, so that a failover does not lock anybody out. */
export class GatewayKey extends pulumi.ComponentResource {
  /** The key itself, for the people who hand it out. A secret. */
  readonly key: pulumi.Output<string>;
  /**
   * Lower-case hex of the SHA-256 of each key that is accepted, separated by commas; all that the runtime gets. A secret
   * as well.
   */
  readonly sha256: pulumi.Output<string>;

  constructor(name: string, rotation: Rotation, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:auth:GatewayKey", name, {}, opts);

    const password = createRotatingPassword(name, { ...rotation, length: KEY_LENGTH }, { parent: this });

    this.key = password.current;
    this.sha256 = password.accepted.apply((keys) => keys.map(sha256).join(","));
    this.registerOutputs({ key: this.key, sha256: this.sha256 });
  }
}

const sha256 = (key: string) => createHash("sha256").update(key).digest("hex");
