import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/**
 * The secret under which the runtime hashes API keys before it stores them: one for all regions. It lasts, whatever
 * becomes of the gateway's own key: with another one every key that was created is unknown.
 */
export class KeyHashSecret extends pulumi.ComponentResource {
  /** 48 letters and digits. A secret. */
  readonly value: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:auth:KeyHashSecret", name, {}, opts);

    const password = new random.RandomPassword(
      `${name}-password`,
      { length: 48, special: false },
      { parent: this },
    );

    this.value = pulumi.secret(password.result);
    this.registerOutputs({ value: this.value });
  }
}
