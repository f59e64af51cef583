import type { types } from "@pulumi/kubernetes";
import { closedWithin } from "../config/fields.ts";
import { POSTGRES, POSTGRES_PORTS } from "../naming.ts";
import { CLUSTER_LABEL, type ClusterSettings } from "./cluster-spec.ts";

type NetworkPolicySpec = types.input.networking.v1.NetworkPolicySpec;
type Settings = Pick<ClusterSettings, "operatorNamespace" | "apiServerCidrs" | "backup">;

/** Where each server tells the operator and the others how it is. */
const STATUS_PORT = 8000;
const HTTPS_PORT = 443;

/** The API's Service and, behind it, where API servers listen: policies are applied before or after the translation. */
const API_PORTS = [HTTPS_PORT, 6443];

/**
 * What a cluster needs beside its clients: the servers and the jobs that make them reach each other, the API and the object
 * storage, and the operator reaches them.
 */
export function buildClusterNetwork({
  operatorNamespace,
  apiServerCidrs,
  backup,
}: Settings): NetworkPolicySpec {
  const servers = { podSelector: { matchLabels: { [CLUSTER_LABEL]: POSTGRES } } };
  const operator = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": operatorNamespace } },
  };
  const ports = [POSTGRES_PORTS.postgres, STATUS_PORT].map(tcp);
  return {
    ...servers,
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [servers, operator], ports }],
    egress: [
      { to: [servers], ports },
      { to: apiServerCidrs.map(block), ports: API_PORTS.map(tcp) },
      ...(backup === undefined
        ? []
        : [{ to: backup.cidrs.map(block), ports: [tcp(portOf(backup.endpoint))] }]),
    ],
  };
}

function tcp(port: number) {
  return { protocol: "TCP", port };
}

function block(cidr: string) {
  const except = closedWithin(cidr);
  return { ipBlock: { cidr, ...(except.length === 0 ? {} : { except }) } };
}

function portOf(endpoint: string | undefined): number {
  return endpoint === undefined ? HTTPS_PORT : Number(new URL(endpoint).port || HTTPS_PORT);
}
