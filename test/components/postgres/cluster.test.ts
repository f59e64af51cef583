import { Cluster } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/Cluster";
import { ScheduledBackup } from "@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1/ScheduledBackup";
import { PodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import { describe, expect, test } from "vitest";
import { only, passwordOf, type Recorded, settled } from "../record-stack.ts";
import { BACKUP, buildCluster } from "./build-postgres.ts";

const MONITOR = { region: "eu", environment: "staging" };
const SERVER = { name: "barman-cloud.cloudnative-pg.io" };

const objectOf = (children: readonly Recorded[], kind: string, name: string) =>
  only(children, `kubernetes:${kind}`, name).inputs;

const clusterOf = (children: readonly Recorded[]) =>
  objectOf(children, "postgresql.cnpg.io/v1:Cluster", "database-cluster").spec;

async function cluster(...args: Parameters<typeof buildCluster>) {
  return clusterOf((await buildCluster(...args)).children);
}

describe("a cluster", () => {
  test("is one object, its network policy, its password and the Secret for it, without backups and metrics", async () => {
    const { names } = await buildCluster();
    expect(names).toEqual(["database-cluster", "database-network", "database-password", "database-secret-1"]);
  });

  test("has three servers apart from each other, and its operator keeps two of them from eviction at once", async () => {
    expect(await cluster()).toMatchObject({
      instances: 3,
      enablePDB: true,
      affinity: { podAntiAffinityType: "required", topologyKey: "kubernetes.io/hostname" },
      topologySpreadConstraints: [
        {
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "DoNotSchedule",
          labelSelector: { matchLabels: { "cnpg.io/cluster": "claude-agent-postgres" } },
        },
      ],
    });
  });

  test("with soft spread may share nodes and zones where there are no others", async () => {
    const spec = await cluster({}, { spread: "soft" });
    expect(spec.affinity.podAntiAffinityType).toBe("preferred");
    expect(spec.topologySpreadConstraints[0].whenUnsatisfiable).toBe("ScheduleAnyway");
  });

  test("confirms a write when two servers have it, and takes no connection that is not encrypted", async () => {
    expect((await cluster()).postgresql).toMatchObject({
      synchronous: { method: "any", number: 1, dataDurability: "required" },
      pg_hba: ["hostnossl all all all reject"],
    });
  });

  test("has no superuser with a password", async () => {
    expect((await cluster()).enableSuperuserAccess).toBe(false);
  });

  test("carries the labels that our network policies select by", async () => {
    expect((await cluster()).inheritedMetadata.labels).toEqual({
      app: "claude-agent-postgres",
      tier: "database",
    });
  });

  test("has the image, volumes, resources and priority that are stated", async () => {
    const spec = await cluster(
      { storage: "100Gi", walStorage: "30Gi", storageClass: "fast" },
      { priorityClassName: "claude-agents-store", imagePullSecrets: ["registry"] },
    );
    expect(spec).toMatchObject({
      imageName: expect.stringMatching(/^ghcr\.io\/cloudnative-pg\/postgresql:17.*@sha256:[0-9a-f]{64}$/),
      imagePullSecrets: [{ name: "registry" }],
      storage: { size: "100Gi", storageClass: "fast" },
      walStorage: { size: "30Gi", storageClass: "fast" },
      priorityClassName: "claude-agents-store",
      resources: { limits: { memory: "2Gi", "ephemeral-storage": "1Gi" } },
    });
    expect(spec.postgresql.parameters.shared_buffers).toBe("512MB");
  });

  test("has a URL to the server that takes writes", async () => {
    const { result } = await buildCluster();
    if (result.url === undefined) throw new Error("no URL");
    expect(new URL(await settled(result.url)).host).toBe(
      "claude-agent-postgres-rw.ai-agents.svc.cluster.local:5432",
    );
    expect(await Reflect.get(result.url, "isSecret")).toBe(true);
  });
});

describe("the roles of a cluster", () => {
  const OWNER = { name: "app", ensure: "present", login: false, comment: "Owns the application's data" };
  const accepted = (generation: number) => ({
    name: `app_${generation}`,
    ensure: "present",
    login: true,
    inherit: true,
    inRoles: ["app"],
    passwordSecret: { name: `claude-agent-postgres-password-${generation}` },
  });
  const retired = (generation: number) => ({ name: `app_${generation}`, ensure: "absent" });

  test.each([
    ["at first", { use: 1, accept: [1] }, [accepted(1)]],
    ["while the next password is accepted as well", { use: 1, accept: [1, 2] }, [accepted(1), accepted(2)]],
    ["when the first is retired", { use: 2, accept: [2] }, [retired(1), accepted(2)]],
    ["later", { use: 4, accept: [3, 4] }, [retired(1), retired(2), accepted(3), accepted(4)]],
  ])("%s are those of the accepted generations, none of which owns anything", async (_, rotation, roles) => {
    const { children, names } = await buildCluster({}, { rotation });
    expect(clusterOf(children).managed.roles).toEqual([OWNER, ...roles]);
    expect(names.filter((name) => name.startsWith("database-secret"))).toEqual(
      rotation.accept.map((generation) => `database-secret-${generation}`),
    );
  });

  test("have each a Secret of the kind that the operator reads and watches", async () => {
    const { children } = await buildCluster();
    const secret = only(children, "kubernetes:core/v1:Secret", "database-secret-1");
    expect(secret.inputs).toMatchObject({
      metadata: { name: "claude-agent-postgres-password-1", labels: { "cnpg.io/reload": "true" } },
      type: "kubernetes.io/basic-auth",
      stringData: { username: "app_1", password: passwordOf("database-password", 40) },
    });
    expect(secret.secretInputs).toEqual(["stringData"]);
  });
});

describe("the backups of a cluster", () => {
  test("go to the bucket by the plugin, archived all the time and made every night, with a role and no key", async () => {
    const { children, names } = await buildCluster({ backup: BACKUP });
    expect(names).toEqual([
      "database-backups",
      "database-cluster",
      "database-network",
      "database-password",
      "database-schedule",
      "database-secret-1",
    ]);
    expect(objectOf(children, "barmancloud.cnpg.io/v1:ObjectStore", "database-backups")).toMatchObject({
      metadata: { name: "claude-agent-postgres-backups", namespace: "ai-agents" },
      spec: {
        configuration: {
          destinationPath: "s3://agents-backups/postgres",
          s3Credentials: { inheritFromIAMRole: true },
        },
        retentionPolicy: "30d",
      },
    });
    expect(clusterOf(children)).toMatchObject({
      plugins: [
        {
          ...SERVER,
          isWALArchiver: true,
          parameters: { barmanObjectName: "claude-agent-postgres-backups", serverName: "eu.server-1" },
        },
      ],
      serviceAccountTemplate: { metadata: { annotations: { "eks.amazonaws.com/role-arn": BACKUP.roleArn } } },
    });
    expect(clusterOf(children)).not.toHaveProperty("backup");
    expect(objectOf(children, "postgresql.cnpg.io/v1:ScheduledBackup", "database-schedule").spec).toEqual({
      cluster: { name: "claude-agent-postgres" },
      schedule: "0 0 2 * * *",
      immediate: true,
      backupOwnerReference: "self",
      method: "plugin",
      pluginConfiguration: SERVER,
      target: "prefer-standby",
    });
  });

  test("of two regions go to folders of their own", async () => {
    const folderOf = async (region: string) =>
      (await cluster({ backup: BACKUP }, { region })).plugins[0].parameters.serverName;
    expect(await folderOf("eu")).not.toBe(await folderOf("us"));
  });

  test("may use an access key in a Secret at another object storage", async () => {
    const credentials = {
      accessKeyId: { name: "minio", key: "id" },
      secretAccessKey: { name: "minio", key: "secret" },
    };
    const { destination } = BACKUP;
    const backup = { destination, endpoint: "https://minio.example.com", credentials };
    const { children } = await buildCluster({ backup });
    const store = objectOf(children, "barmancloud.cnpg.io/v1:ObjectStore", "database-backups");
    expect(store.spec.configuration).toMatchObject({
      endpointURL: "https://minio.example.com",
      s3Credentials: credentials,
    });
    expect(clusterOf(children)).not.toHaveProperty("serviceAccountTemplate");
  });

  test("make a cluster again as it was at a moment, which then archives into another folder", async () => {
    const spec = await cluster({
      backup: { ...BACKUP, serverName: "server-2" },
      recovery: { serverName: "server-1", targetTime: "2026-01-31T12:00:00Z" },
    });
    expect(spec.bootstrap).toEqual({
      recovery: {
        database: "app",
        owner: "app",
        source: "origin",
        recoveryTarget: { targetTime: "2026-01-31T12:00:00Z" },
      },
    });
    expect(spec.externalClusters).toMatchObject([
      { name: "origin", plugin: { parameters: { serverName: "eu.server-1" } } },
    ]);
    expect(spec.plugins[0].parameters.serverName).toBe("eu.server-2");
  });
});

describe("the network of a cluster", () => {
  const SERVERS = { podSelector: { matchLabels: { "cnpg.io/cluster": "claude-agent-postgres" } } };
  const PORTS = [
    { protocol: "TCP", port: 5432 },
    { protocol: "TCP", port: 8000 },
  ];
  const policyOf = async (settings: Parameters<typeof buildCluster>[0]) =>
    objectOf(
      (await buildCluster(settings)).children,
      "networking.k8s.io/v1:NetworkPolicy",
      "database-network",
    ).spec;

  test("opens the servers to each other and to the operator, and the API to them", async () => {
    const operator = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "cnpg-system" } } };
    expect(await policyOf({ apiServerCidrs: ["10.1.0.0/24"] })).toEqual({
      ...SERVERS,
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [SERVERS, operator], ports: PORTS }],
      egress: [
        { to: [SERVERS], ports: PORTS },
        {
          to: [{ ipBlock: { cidr: "10.1.0.0/24" } }],
          ports: [
            { protocol: "TCP", port: 443 },
            { protocol: "TCP", port: 6443 },
          ],
        },
      ],
    });
  });

  test("opens the object storage with backups, never the addresses of cloud metadata", async () => {
    const { egress } = await policyOf({ backup: { ...BACKUP, endpoint: "https://minio.example.com:9000" } });
    expect(egress[2]).toEqual({
      to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
      ports: [{ protocol: "TCP", port: 9000 }],
    });
  });
});

test("metrics of a cluster say where they are from, by a PodMonitor of our own", async () => {
  const { children } = await buildCluster({}, { monitor: MONITOR });
  expect(clusterOf(children)).not.toHaveProperty("monitoring");
  expect(objectOf(children, "monitoring.coreos.com/v1:PodMonitor", "database-monitor").spec).toEqual({
    selector: { matchLabels: { "cnpg.io/cluster": "claude-agent-postgres" } },
    podMetricsEndpoints: [
      {
        port: "metrics",
        interval: "15s",
        relabelings: [
          { targetLabel: "region", replacement: "eu" },
          { targetLabel: "environment", replacement: "staging" },
          { targetLabel: "job", replacement: "claude-agent-postgres" },
        ],
      },
    ],
  });
});

test("fault 9: the password stands in its Secret alone", async () => {
  const { children } = await buildCluster({ backup: BACKUP }, { monitor: MONITOR });
  const canary = passwordOf("database-password", 40);
  const holders = children.filter(({ inputs }) => JSON.stringify(inputs).includes(canary));
  expect(holders.map(({ name }) => name)).toEqual(["database-secret-1"]);
});

describe("by the published models, which stand in for the operator's own definitions", () => {
  const MODELS = { Cluster, ScheduledBackup, PodMonitor };

  test("every object of the operators is valid", async () => {
    const recovery = { serverName: "server-1", targetTime: "2026-01-31T12:00:00Z" };
    const { children } = await buildCluster(
      { storageClass: "fast", backup: { ...BACKUP, serverName: "server-2" }, recovery },
      { monitor: MONITOR, priorityClassName: "claude-agents-store", rotation: { use: 2, accept: [2] } },
    );
    const known = children.filter(({ inputs }) => inputs.kind in MODELS);
    for (const { inputs } of known) new MODELS[inputs.kind as keyof typeof MODELS](inputs).validate();
    expect(known).toHaveLength(3);
  });

  test("an invalid one would be told", () => {
    const spec = { instances: 0, storage: { size: "1Gi" } };
    expect(() => new Cluster({ metadata: { name: "x" }, spec }).validate()).toThrow();
  });
});
