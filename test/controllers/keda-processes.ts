import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { findFreePorts } from "../../local/region/free-ports.ts";
import type { Kubectl } from "../../local/region/kubectl.ts";
import type { Authority } from "../../local/region/real/authority.ts";
import { type ControllerProcess, startProcess } from "./controller-process.ts";

/** Namespace that the operator takes itself to be in. */
const NAMESPACE = "keda";

export interface KedaOptions {
  readonly programs: { readonly operator: string; readonly adapter: string };
  /** Namespace whose ScaledObjects it looks after. */
  readonly watched: string;
  readonly folder: string;
  readonly kubectl: Kubectl;
  readonly authority: Authority;
}

/** Starts KEDA's operator and its metrics adapter beside a region, and lets the region's API server ask the adapter. */
export async function startKeda(options: KedaOptions): Promise<ControllerProcess[]> {
  const { programs, folder, kubectl, watched } = options;
  const [grpc = 0, health = 0, secure = 0, own = 0] = await findFreePorts(4);
  const kubeconfig = path.join(folder, "kubeconfig.yaml");
  await writeFile(kubeconfig, await kubectl.run(["config", "view", "--minify", "--flatten"]), {
    mode: 0o600,
  });
  await kubectl.apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }]);
  const certificates = await issueCertificates(options);
  const env = {
    KUBECONFIG: kubeconfig,
    WATCH_NAMESPACE: watched,
    POD_NAMESPACE: NAMESPACE,
    KEDA_CLUSTER_OBJECT_NAMESPACE: NAMESPACE,
  };
  const start = (name: string, program: string, args: readonly string[]) =>
    startProcess(program, args, { logFile: path.join(folder, `${name}.log`), cwd: folder, env });
  const operator = start("keda-operator", programs.operator, [
    "--enable-prometheus-metrics=false",
    `--health-probe-bind-address=127.0.0.1:${health}`,
    `--metrics-service-bind-address=127.0.0.1:${grpc}`,
    `--cert-dir=${certificates.operator}`,
  ]);
  const adapter = start("keda-adapter", programs.adapter, [
    `--port=${own}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${secure}`,
    `--cert-dir=${certificates.adapter}`,
    `--metrics-service-address=localhost:${grpc}`,
    ...["lister", "authentication", "authorization"].map(
      (purpose) => `--${purpose}-kubeconfig=${kubeconfig}`,
    ),
  ]);
  await serveOutside(kubectl, { group: "external.metrics.k8s.io", port: secure });
  return [adapter, operator];
}

/** The two trust each other by certificates of one authority. */
async function issueCertificates({ folder, authority }: KedaOptions) {
  const folders = { operator: path.join(folder, "operator"), adapter: path.join(folder, "adapter") };
  await Promise.all(Object.values(folders).map((each) => mkdir(each, { mode: 0o700 })));
  const server = { commonName: "keda-operator", usage: "server", dnsNames: ["localhost"] } as const;
  await authority.issue(folders.operator, "tls", server);
  await authority.issue(folders.adapter, "tls", { commonName: "keda-metrics-adapter", usage: "client" });
  await Promise.all(Object.values(folders).map((each) => authority.publish(each)));
  return folders;
}

/** Lets the API server answer for a group of metrics by asking a port of the loopback address. */
export async function serveOutside(
  kubectl: Kubectl,
  { group, port }: { group: string; port: number },
): Promise<void> {
  const name = group.replaceAll(".", "-");
  await kubectl.apply([
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: NAMESPACE },
      spec: { type: "ExternalName", externalName: "localhost", ports: [{ port }] },
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `v1beta1.${group}` },
      spec: {
        group,
        version: "v1beta1",
        service: { name, namespace: NAMESPACE, port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ]);
}
