import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "./agent-pod.ts";
import { type ClusterArgs, createCluster } from "./postgres/cluster.ts";
import { createSingleServer, type SingleServerArgs } from "./postgres/single-server.ts";

/** Where the database of a region comes from. */
export type PostgresArgs =
  /** There is none. */
  | {
      /** Where the database comes from: none, one server, several that replicate, or one that exists. */
      readonly mode: "none";
    }
  /** One server on one volume, for stages that may be down for a minute. */
  | ({ readonly mode: "single" } & SingleServerArgs)
  /** Servers that replicate, by the operator CloudNativePG, which the cluster must have. */
  | ({ readonly mode: "cluster" } & ClusterArgs)
  /** One that exists, by the URL in a Secret. */
  | {
      readonly mode: "external";
      /** Secret with its URL. */
      readonly urlSecret: SecretReference;
    };

/**
 * The database of a region.
 *
 * Its password is replaced without anybody being locked out: each accepted generation has a login role of its own that acts
 * as the role which owns the data.
 */
export class Postgres extends pulumi.ComponentResource {
  /** `postgresql://` URL with user and password, of a database that is made here. A secret. */
  readonly url?: pulumi.Output<string>;
  /** The Secret that holds the URL of one that exists. */
  readonly urlSecret?: SecretReference;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:store:Postgres", name, {}, opts);
    const child = { parent: this };

    switch (args.mode) {
      case "none":
        break;
      case "single":
        this.url = createSingleServer(name, args, child);
        break;
      case "cluster":
        this.url = createCluster(name, args, child);
        break;
      case "external":
        this.urlSecret = args.urlSecret;
        break;
    }
    this.registerOutputs({ url: this.url, urlSecret: this.urlSecret });
  }
}
