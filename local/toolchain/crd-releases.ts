/** The CustomResourceDefinitions of one release of an operator. */
export interface CrdRelease {
  /** As messages name it. */
  readonly title: string;
  readonly version: string;
  /** Where its repository's files can be had, in folders by tag: the version behind a `v`. */
  readonly repository: string;
  /** Go module with the repository's files; the wrapper module pins it by its `go.sum`. */
  readonly module: string;
  /** Files with the definitions, from the root of repository and module. */
  readonly files: readonly string[];
  /** Of the file that is composed of them. */
  readonly sha256: string;
}

export type CrdSet =
  | "gateway-api-crds"
  | "prometheus-operator-crds"
  | "keda-crds"
  | "argo-rollouts-crds"
  | "cert-manager-crds"
  | "external-secrets-crds"
  | "traefik-crds";

const GITHUB = "https://raw.githubusercontent.com";

/**
 * The operators whose objects the stack can hold. CloudNativePG is missing, as its module cannot be had from the package
 * registries: its objects are checked by their published types alone.
 */
export const CRD_RELEASES: Readonly<Record<CrdSet, CrdRelease>> = {
  /** The version that Traefik is built against. */
  "gateway-api-crds": {
    title: "the Gateway API",
    version: "1.4.0",
    repository: `${GITHUB}/kubernetes-sigs/gateway-api`,
    module: "sigs.k8s.io/gateway-api",
    files: files("config/crd/standard/gateway.networking.k8s.io_*.yaml", [
      "backendtlspolicies",
      "gatewayclasses",
      "gateways",
      "grpcroutes",
      "httproutes",
      "referencegrants",
    ]),
    sha256: "3aa64475489d71e0500ee4d78a02109a21f5b343a22215c44650fbd114621fd4",
  },
  /** Without the kinds that describe its servers, which are as large as all others together. */
  "prometheus-operator-crds": {
    title: "Prometheus Operator",
    version: "0.85.0",
    repository: `${GITHUB}/prometheus-operator/prometheus-operator`,
    module: "github.com/prometheus-operator/prometheus-operator",
    files: files("example/prometheus-operator-crd/monitoring.coreos.com_*.yaml", [
      "alertmanagerconfigs",
      "podmonitors",
      "probes",
      "prometheusrules",
      "scrapeconfigs",
      "servicemonitors",
    ]),
    sha256: "6c4c393ea5fb2805a3ddb30d0f6ca7c5f6982ba0b6787eede72a917a754cfa2f",
  },
  "keda-crds": {
    title: "KEDA",
    version: "2.21.0",
    repository: `${GITHUB}/kedacore/keda`,
    module: "github.com/kedacore/keda/v2",
    files: files("config/crd/bases/*.yaml", [
      "eventing.keda.sh_cloudeventsources",
      "eventing.keda.sh_clustercloudeventsources",
      "keda.sh_clustertriggerauthentications",
      "keda.sh_scaledjobs",
      "keda.sh_scaledobjects",
      "keda.sh_triggerauthentications",
    ]),
    sha256: "419136f0dc4de41639e1a1285f65d8bdac974a77d4bf7140df771813cf4d2765",
  },
  "argo-rollouts-crds": {
    title: "Argo Rollouts",
    version: "1.9.2",
    repository: `${GITHUB}/argoproj/argo-rollouts`,
    module: "github.com/argoproj/argo-rollouts",
    files: files("manifests/crds/*-crd.yaml", [
      "analysis-run",
      "analysis-template",
      "cluster-analysis-template",
      "experiment",
      "rollout",
    ]),
    sha256: "5189010fb81124fbc72877eca179db2548bfb0c1442f58fe0598f0b75126b8c8",
  },
  "cert-manager-crds": {
    title: "cert-manager",
    version: "1.21.2",
    repository: `${GITHUB}/cert-manager/cert-manager`,
    module: "github.com/cert-manager/cert-manager",
    files: files("deploy/crds/*.yaml", [
      "acme.cert-manager.io_challenges",
      "acme.cert-manager.io_orders",
      "cert-manager.io_certificaterequests",
      "cert-manager.io_certificates",
      "cert-manager.io_clusterissuers",
      "cert-manager.io_issuers",
    ]),
    sha256: "f6b36a781c6551f87cd37802ffeeaf5196f612ceb6408ff670a86e758e3a6dc9",
  },
  /** Without its generators. */
  "external-secrets-crds": {
    title: "External Secrets",
    version: "1.3.2",
    repository: `${GITHUB}/external-secrets/external-secrets`,
    module: "github.com/external-secrets/external-secrets",
    files: files("config/crds/bases/external-secrets.io_*.yaml", [
      "clusterexternalsecrets",
      "clusterpushsecrets",
      "clustersecretstores",
      "externalsecrets",
      "pushsecrets",
      "secretstores",
    ]),
    sha256: "886761e17aa30202ae3924b3019b72dd78b081ed142d04dbce783e34651f1c38",
  },
  "traefik-crds": {
    title: "Traefik",
    version: "3.6.12",
    repository: `${GITHUB}/traefik/traefik`,
    module: "github.com/traefik/traefik/v3",
    files: ["docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"],
    sha256: "723de6b6d48199dc0bb920784265a0fe842452e8f54e2a18ffb8821f61924d64",
  },
};

/** What the local stack's objects need. */
export const LOCAL_CRDS = [
  "gateway-api-crds",
  "prometheus-operator-crds",
] as const satisfies readonly CrdSet[];

/** The kinds among them that the local stack has objects of; what a cluster must serve for it. */
export const LOCAL_KINDS = [
  "alertmanagerconfigs.monitoring.coreos.com",
  "gateways.gateway.networking.k8s.io",
  "httproutes.gateway.networking.k8s.io",
  "prometheusrules.monitoring.coreos.com",
  "servicemonitors.monitoring.coreos.com",
];

/** What the objects of any stack can need. */
export const ALL_CRDS = Object.keys(CRD_RELEASES) as CrdSet[];

function files(pattern: string, names: readonly string[]): string[] {
  return names.map((name) => pattern.replace("*", name));
}
