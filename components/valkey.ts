import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  clusterHost,
  type Labels,
  labelsOf,
  selectorOf,
  VALKEY,
  VALKEY_EXPORTER_PORT,
  VALKEY_MASTER_NAME,
  VALKEY_PORTS,
} from "./naming.ts";
import type { Rotation } from "./rotating-password.ts";
import type { StoreUser } from "./valkey/access-lists.ts";
import { createCredentials } from "./valkey/credentials.ts";
import { buildValkeyPod, DATA_VOLUME, SCRIPTS, type ValkeyPodArgs } from "./valkey/valkey-pod.ts";

export interface ValkeyArgs extends ValkeyPodArgs {
  /** Namespace of the platform, which has to be there before. */
  readonly namespace: pulumi.Input<string>;
  /** Size of each volume. */
  readonly storage: pulumi.Input<string>;
  /** Storage class of the volumes. Default: the cluster's. */
  readonly storageClass?: pulumi.Input<string>;
  /** Generations of the passwords of all users. Default: the first alone. */
  readonly rotation?: Rotation;
}

const FIRST_GENERATION: Rotation = { use: 1, accept: [1] };

/** The Sentinels take a restarted replica for dead for up to 10 s; the next pod must not go before. */
const MIN_READY_SECONDS = 15;

/**
 * The store of budgets, limits and queues: replicating servers, each with a Sentinel beside it, that elect a new master
 * within seconds when the old one is lost. It is no cache: nothing is evicted, writes fail when the memory is full.
 *
 * Replication is asynchronous: a master that is cut off can lose the writes of the last seconds, although they were
 * acknowledged. Writes that must survive that wait for a replica (`WAIT`).
 *
 * Volumes keep the size and class that they were made with: a changed one takes hold on new volumes only.
 *
 * Who connects does so as one of three users, each with passwords of its own and no more rights than it needs: the runtime,
 * the pods among themselves, the exporter. All passwords are replaced at once while the store is in use, in three updates:
 * see {@link Rotation}. Each rolls the pods one after the other, with at most one failover. Pods that knew no users do
 * not replicate with those that do: once, before they are updated, the set must be scaled to 0. So it must be when TLS is
 * switched on or off. A renewed certificate counts from the next start of a pod on.
 */
export class Valkey extends pulumi.ComponentResource {
  /** `redis+sentinel://` URL of the master, or `rediss+sentinel://`, with the runtime's user, without its password. */
  readonly url: pulumi.Output<string>;
  /** The generated password of the runtime's user. A secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: ValkeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:store:Valkey", name, {}, opts);
    const child = { parent: this };
    const labels = labelsOf("valkey");
    const metadata = { name: VALKEY, namespace: args.namespace, labels };
    const generated = { namespace: args.namespace, labels };

    const { password, stringData } = createCredentials(name, args.rotation ?? FIRST_GENERATION, child);
    const secret = new k8s.core.v1.Secret(`${name}-secret`, { metadata: generated, stringData }, child);
    const scripts = new k8s.core.v1.ConfigMap(
      `${name}-scripts`,
      { metadata: generated, data: readScripts() },
      child,
    );
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-account`,
      { metadata, automountServiceAccountToken: false },
      child,
    );
    new k8s.core.v1.Service(`${name}-service`, { metadata, spec: headlessServiceSpec(args) }, child);
    new k8s.policy.v1.PodDisruptionBudget(
      `${name}-disruption`,
      { metadata, spec: { selector: { matchLabels: selectorOf("valkey") }, maxUnavailable: 1 } },
      child,
    );
    const pod = buildValkeyPod(args, {
      secret: secret.metadata.name,
      scripts: scripts.metadata.name,
      account: account.metadata.name,
    });
    new k8s.apps.v1.StatefulSet(
      `${name}-set`,
      { metadata, spec: statefulSetSpec(args, labels, pod) },
      // Immutable in the API: a change would replace the whole set, and the volumes would stay as they are.
      { ...child, ignoreChanges: ["spec.volumeClaimTemplates"] },
    );

    this.url = pulumi.output(urlFor("app", args.tls !== undefined));
    this.password = password;
    this.registerOutputs({ url: this.url, password: this.password });
  }
}

function urlFor(user: StoreUser, hasTls: boolean): string {
  const scheme = hasTls ? "rediss+sentinel" : "redis+sentinel";
  return `${scheme}://${user}@${clusterHost(VALKEY)}:${VALKEY_PORTS.sentinel}/${VALKEY_MASTER_NAME}`;
}

function readScripts(): Record<string, string> {
  return Object.fromEntries(
    SCRIPTS.map((script) => [script, readFileSync(new URL(`valkey/${script}`, import.meta.url), "utf8")]),
  );
}

function headlessServiceSpec({ exporter }: ValkeyArgs): k8s.types.input.core.v1.ServiceSpec {
  const ports = exporter === undefined ? VALKEY_PORTS : { ...VALKEY_PORTS, exporter: VALKEY_EXPORTER_PORT };
  return {
    clusterIP: "None",
    // Pods must find each other before they are ready: readiness depends on replication.
    publishNotReadyAddresses: true,
    selector: selectorOf("valkey"),
    ports: Object.entries(ports).map(([name, port]) => ({ name, port })),
  };
}

function statefulSetSpec(
  args: ValkeyArgs,
  labels: Labels,
  pod: k8s.types.input.core.v1.PodSpec,
): k8s.types.input.apps.v1.StatefulSetSpec {
  return {
    // A literal: the Service is not waited for, as it has no addresses before these pods exist.
    serviceName: VALKEY,
    replicas: args.replicas,
    podManagementPolicy: "Parallel",
    minReadySeconds: MIN_READY_SECONDS,
    selector: { matchLabels: selectorOf("valkey") },
    template: { metadata: { labels }, spec: pod },
    volumeClaimTemplates: [dataVolume(args, labels)],
  };
}

function dataVolume(args: ValkeyArgs, labels: Labels): k8s.types.input.core.v1.PersistentVolumeClaim {
  return {
    metadata: { name: DATA_VOLUME, labels },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: args.storage } },
      ...(args.storageClass === undefined ? {} : { storageClassName: args.storageClass }),
    },
  };
}
