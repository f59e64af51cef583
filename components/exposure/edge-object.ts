import type * as pulumi from "@pulumi/pulumi";
import type { ExposureConfig } from "../config/exposure-schema.ts";
import type { Tier } from "../naming.ts";
import type { Route } from "./routes.ts";

/** What is exposed, and how. */
export interface ExposedPlatform {
  readonly namespace: pulumi.Input<string>;
  readonly settings: ExposureConfig;
  /** The coordinator's first. */
  readonly routes: readonly Route[];
  readonly maxTurnSeconds: number;
  /** TLS Secret for all hosts. Undefined where the platform has none. */
  readonly secretName: string | undefined;
}

/** An object of the platform's namespace that some controller of the cluster carries out. */
export interface EdgeObject {
  /** What it is called among the resources of the stack. */
  readonly role: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Whom it belongs to. Default: the coordinator. */
  readonly tier?: Tier;
  readonly spec: object;
}

/** What a time limit of the edge is longer than that of the runtime, which then comes first and says why. */
export const EDGE_MARGIN_SECONDS = 15;
