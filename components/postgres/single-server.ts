import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { clusterHost, labelsOf, POSTGRES, POSTGRES_PORTS, selectorOf } from "../naming.ts";
import type { Rotation } from "../rotating-password.ts";
import { createCredentials } from "./credentials.ts";
import {
  buildPostgresPod,
  DATA_VOLUME,
  EXPORTER_ROLE,
  type PostgresPodArgs,
  SCRIPTS,
} from "./postgres-pod.ts";

export interface SingleServerArgs extends PostgresPodArgs {
  /** Namespace of the platform, which has to be there before. */
  readonly namespace: pulumi.Input<string>;
  /** Generations of the application's password. */
  readonly rotation: Rotation;
  /** Size of the volume. */
  readonly storage: string;
  /** Storage class of the volume. Default: the cluster's. */
  readonly storageClass?: string;
}

/**
 * One server on one volume, for stages that may be down for a minute: that is what the loss of its node or a change of
 * its pod costs, the new generation of a password among them. There is no PodDisruptionBudget: one that protected the
 * only pod would keep its node from being drained.
 *
 * @returns the URL for clients. A secret.
 */
export function createSingleServer(
  name: string,
  args: SingleServerArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const labels = labelsOf("postgres");
  const metadata = { name: POSTGRES, namespace: args.namespace, labels };
  const generated = { namespace: args.namespace, labels };
  const { passwords, url } = createCredentials(name, args.rotation, clusterHost(POSTGRES), opts);

  const credentials = new k8s.core.v1.Secret(
    `${name}-credentials`,
    { metadata: generated, stringData: { ...passwords, ...exporterPassword(name, args, opts) } },
    opts,
  );
  const scripts = new k8s.core.v1.ConfigMap(
    `${name}-scripts`,
    { metadata: generated, data: readScripts() },
    opts,
  );
  const account = new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    { metadata, automountServiceAccountToken: false },
    opts,
  );
  new k8s.core.v1.Service(`${name}-service`, { metadata, spec: serviceSpec(args) }, opts);
  const pod = buildPostgresPod(args, {
    credentials: credentials.metadata.name,
    scripts: scripts.metadata.name,
    account: account.metadata.name,
  });
  new k8s.apps.v1.StatefulSet(
    `${name}-set`,
    { metadata, spec: statefulSetSpec(args, pod) },
    // Immutable in the API: a change would replace the set, and the volume would stay as it is.
    { ...opts, ignoreChanges: ["spec.volumeClaimTemplates"] },
  );
  return url;
}

function exporterPassword(
  name: string,
  { exporter }: SingleServerArgs,
  opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Output<string>> {
  if (exporter === undefined) return {};
  const password = new random.RandomPassword(
    `${name}-exporter-password`,
    { length: 40, special: false },
    opts,
  );
  return { [EXPORTER_ROLE]: password.result };
}

function readScripts(): Record<string, string> {
  return Object.fromEntries(
    SCRIPTS.map((script) => [script, readFileSync(new URL(script, import.meta.url), "utf8")]),
  );
}

function serviceSpec({ exporter }: SingleServerArgs): k8s.types.input.core.v1.ServiceSpec {
  const { postgres, ...rest } = POSTGRES_PORTS;
  return {
    selector: selectorOf("postgres"),
    ports: Object.entries(exporter === undefined ? { postgres } : { postgres, ...rest }).map(
      ([name, port]) => ({
        name,
        port,
        targetPort: name,
      }),
    ),
  };
}

function statefulSetSpec(
  args: SingleServerArgs,
  pod: k8s.types.input.core.v1.PodSpec,
): k8s.types.input.apps.v1.StatefulSetSpec {
  const labels = labelsOf("postgres");
  return {
    serviceName: POSTGRES,
    replicas: 1,
    selector: { matchLabels: selectorOf("postgres") },
    template: { metadata: { labels }, spec: pod },
    volumeClaimTemplates: [
      {
        metadata: { name: DATA_VOLUME, labels },
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: args.storage } },
          ...(args.storageClass === undefined ? {} : { storageClassName: args.storageClass }),
        },
      },
    ],
  };
}
