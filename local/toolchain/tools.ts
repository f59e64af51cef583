import path from "node:path";
import type { Platform } from "./platform.ts";

/** Every external program that the local environment may need. */
export const toolNames = [
  "pulumi",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubectl",
  "kubelet",
  "kube-proxy",
  "coredns",
  "metrics-server",
  "traefik",
  "oras",
  "promtool",
  "prometheus",
  "argo-rollouts",
  "keda-operator",
  "keda-metrics-adapter",
  "kwok",
  "kwokctl",
] as const;

export type ToolName = (typeof toolNames)[number];

/** Where a tool is published, checked against the checksum that its publisher states. */
export interface DownloadSpec {
  /** Templates: `{version}`, `{os}`, `{arch}` (amd64, arm64) and `{nodeArch}` (x64, arm64) are filled in. */
  readonly url: string;
  readonly checksum: {
    readonly url: string;
    readonly algorithm: "sha256" | "sha512";
    /** `single`: the digest alone; `list`: lines of digest and file name; `github-release`: the release's JSON. */
    readonly format: "single" | "list" | "github-release";
  };
  /** Set when the download is a tar archive: pattern of the base names that are taken out of it. */
  readonly archiveMembers?: RegExp;
  /** Systems that the publisher serves. */
  readonly systems: readonly Platform["os"][];
}

/** How a tool is built from source through the Go module proxy. */
export interface GoModuleSpec {
  /** Folder of the wrapper module whose `go.mod` and `go.sum` pin everything that goes into the build. */
  readonly directory: string;
  readonly packagePath: string;
  /** Version of the module where it is not the tool's. */
  readonly moduleVersion?: string;
  readonly tags: readonly string[];
  /** Variables stamped at link time, by full name. */
  readonly stamps: Readonly<Record<string, string>>;
  /** Seconds with an empty build cache on two cores, in the order in which the resolver builds. */
  readonly estimateSeconds: number;
}

/** One row of the table: what is wanted and every way of getting it. */
export interface ToolSpec {
  readonly name: string;
  /** Version that is downloaded or built. */
  readonly version: string;
  /** Range of versions that will do when the tool is already on `PATH`. */
  readonly accepts: string;
  readonly probe: {
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** First group is the version. */
    readonly pattern: RegExp;
  };
  readonly download?: DownloadSpec;
  readonly goModule?: GoModuleSpec;
  /** Page that tells how to install the tool by hand. */
  readonly homepage: string;
}

/** Oldest Go that the wrapper modules can be built with. */
export const minimumGoVersion = "1.26.4";

const KUBERNETES_VERSION = "1.35.4";
const PULUMI_VERSION = "3.259.0";
const ETCD_VERSION = "3.6.14";
const KWOK_VERSION = "0.8.0";
const COREDNS_VERSION = "1.14.7";
const METRICS_SERVER_VERSION = "0.9.0";
const TRAEFIK_VERSION = "3.6.12";
const ORAS_VERSION = "1.3.4";
const ARGO_ROLLOUTS_VERSION = "1.9.2";
const KEDA_VERSION = "2.21.0";
const PROMETHEUS_VERSION = "3.15.0";
/** Prometheus counts its releases differently as a module. */
const PROMETHEUS_MODULE_VERSION = "0.315.0";

const pulumi: ToolSpec = {
  name: "pulumi",
  version: PULUMI_VERSION,
  // The SDK in package.json must not be newer than the CLI.
  accepts: `>=${PULUMI_VERSION}`,
  probe: { args: ["version"], env: { PULUMI_SKIP_UPDATE_CHECK: "true" }, pattern: /^v?(\d+\.\d+\.\d+\S*)/m },
  download: {
    url: "https://get.pulumi.com/releases/sdk/pulumi-v{version}-{os}-{nodeArch}.tar.gz",
    checksum: {
      url: "https://github.com/pulumi/pulumi/releases/download/v{version}/pulumi-{version}-checksums.txt",
      algorithm: "sha256",
      format: "list",
    },
    // The language host has to sit beside the CLI; hosts of other languages are not needed.
    archiveMembers: /^pulumi(-language-nodejs|-resource-pulumi-nodejs|-analyzer-policy)?$/,
    systems: ["linux", "darwin"],
  },
  goModule: {
    directory: moduleDirectory("pulumi"),
    packagePath: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    tags: ["osusergo", "grpcnotrace"],
    stamps: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${PULUMI_VERSION}` },
    estimateSeconds: 240,
  },
  homepage: "https://www.pulumi.com/docs/install/",
};

const etcd: ToolSpec = {
  name: "etcd",
  version: ETCD_VERSION,
  accepts: "~3.6.0",
  probe: { args: ["--version"], pattern: /^etcd Version: (\S+)/m },
  download: {
    url: "https://github.com/etcd-io/etcd/releases/download/v{version}/etcd-v{version}-{os}-{arch}.tar.gz",
    checksum: {
      url: "https://github.com/etcd-io/etcd/releases/download/v{version}/SHA256SUMS",
      algorithm: "sha256",
      format: "list",
    },
    archiveMembers: /^etcd$/,
    systems: ["linux"],
  },
  goModule: {
    directory: moduleDirectory("etcd"),
    packagePath: "go.etcd.io/etcd/server/v3",
    tags: [],
    stamps: {},
    estimateSeconds: 35,
  },
  homepage: "https://etcd.io/docs/v3.6/install/",
};

const coredns: ToolSpec = {
  name: "coredns",
  version: COREDNS_VERSION,
  accepts: "~1.14.0",
  probe: { args: ["-version"], pattern: /^CoreDNS-(\S+)/m },
  download: {
    url: "https://github.com/coredns/coredns/releases/download/v{version}/coredns_{version}_{os}_{arch}.tgz",
    checksum: {
      url: "https://github.com/coredns/coredns/releases/download/v{version}/coredns_{version}_{os}_{arch}.tgz.sha256",
      algorithm: "sha256",
      format: "list",
    },
    archiveMembers: /^coredns$/,
    systems: ["linux"],
  },
  goModule: {
    directory: moduleDirectory("coredns"),
    packagePath: "github.com/coredns/coredns",
    tags: [],
    stamps: {},
    estimateSeconds: 125,
  },
  homepage: "https://coredns.io/manual/toc/#installation",
};

/** Published as an image alone, so there is nothing to download. */
const metricsServer: ToolSpec = {
  name: "metrics-server",
  version: METRICS_SERVER_VERSION,
  accepts: "~0.9.0",
  probe: { args: ["--version"], pattern: /^v?(\d+\.\d+\.\d+\S*)/m },
  goModule: {
    directory: moduleDirectory("metrics-server"),
    packagePath: "sigs.k8s.io/metrics-server/cmd/metrics-server",
    tags: [],
    stamps: { "k8s.io/client-go/pkg/version.gitVersion": `v${METRICS_SERVER_VERSION}` },
    estimateSeconds: 155,
  },
  homepage: "https://github.com/kubernetes-sigs/metrics-server#installation",
};

const traefik: ToolSpec = {
  name: "traefik",
  version: TRAEFIK_VERSION,
  accepts: "~3.6.12",
  probe: { args: ["version"], pattern: /^Version:\s+v?(\d\S+)/m },
  download: {
    url: "https://github.com/traefik/traefik/releases/download/v{version}/traefik_v{version}_{os}_{arch}.tar.gz",
    checksum: {
      url: "https://github.com/traefik/traefik/releases/download/v{version}/traefik_v{version}_checksums.txt",
      algorithm: "sha256",
      format: "list",
    },
    archiveMembers: /^traefik$/,
    systems: ["linux"],
  },
  goModule: {
    directory: moduleDirectory("traefik"),
    packagePath: "github.com/traefik/traefik/v3/cmd/traefik",
    tags: [],
    stamps: { "github.com/traefik/traefik/v3/pkg/version.Version": TRAEFIK_VERSION },
    estimateSeconds: 460,
  },
  homepage: "https://doc.traefik.io/traefik/getting-started/install-traefik/",
};

/** The newest version that builds with {@link minimumGoVersion}. */
const oras: ToolSpec = {
  name: "oras",
  version: ORAS_VERSION,
  accepts: "~1.3.0",
  probe: { args: ["version"], pattern: /^Version:\s+(\d\S+)/m },
  download: {
    url: "https://github.com/oras-project/oras/releases/download/v{version}/oras_{version}_{os}_{arch}.tar.gz",
    checksum: {
      url: "https://github.com/oras-project/oras/releases/download/v{version}/oras_{version}_checksums.txt",
      algorithm: "sha256",
      format: "list",
    },
    archiveMembers: /^oras$/,
    systems: ["linux", "darwin"],
  },
  goModule: {
    directory: moduleDirectory("oras"),
    packagePath: "oras.land/oras/cmd/oras",
    tags: [],
    stamps: {},
    estimateSeconds: 45,
  },
  homepage: "https://oras.land/docs/installation",
};

/** The controller. Published as an image alone, and needed by `npm run test:controllers` alone. */
const argoRollouts: ToolSpec = {
  name: "argo-rollouts",
  version: ARGO_ROLLOUTS_VERSION,
  accepts: "~1.9.2",
  probe: { args: ["--version"], pattern: /^v(\d+\.\d+\.\d+)/m },
  goModule: {
    directory: moduleDirectory("argo-rollouts"),
    packagePath: "github.com/argoproj/argo-rollouts/cmd/rollouts-controller",
    tags: [],
    stamps: { "github.com/argoproj/argo-rollouts/utils/version.version": ARGO_ROLLOUTS_VERSION },
    estimateSeconds: 195,
  },
  homepage: "https://argoproj.github.io/argo-rollouts/installation/",
};

/** The table. A further tool is one more name above and one more row here. */
export const toolTable: Readonly<Record<ToolName, ToolSpec>> = {
  pulumi,
  etcd,
  "kube-apiserver": kubernetesComponent("kube-apiserver", 245),
  "kube-controller-manager": kubernetesComponent("kube-controller-manager", 65),
  "kube-scheduler": kubernetesComponent("kube-scheduler", 10),
  kubectl: {
    ...kubernetesComponent("kubectl", 25),
    // One minor version of difference to the API server is supported in both directions.
    accepts: ">=1.34.0 <1.37.0-0",
    probe: { args: ["version", "--client", "--output=json"], pattern: /"gitVersion":\s*"v([^"]+)"/ },
    download: kubernetesDownload("kubectl", ["linux", "darwin"]),
    homepage: "https://kubernetes.io/docs/tasks/tools/",
  },
  kubelet: kubernetesComponent("kubelet", 30),
  "kube-proxy": kubernetesComponent("kube-proxy", 10),
  coredns,
  "metrics-server": metricsServer,
  traefik,
  oras,
  promtool: prometheusProgram("promtool", 235),
  prometheus: prometheusProgram("prometheus", 50),
  "argo-rollouts": argoRollouts,
  "keda-operator": kedaProgram("operator", 535),
  "keda-metrics-adapter": kedaProgram("metrics-adapter", 82),
  kwok: kwokProgram("kwok", 85),
  kwokctl: kwokProgram("kwokctl", 15),
};

/** Published as images alone, and needed by `npm run test:controllers` alone. */
function kedaProgram(part: "operator" | "metrics-adapter", estimateSeconds: number): ToolSpec {
  const command = part === "operator" ? "operator" : "adapter";
  return {
    name: `keda-${part}`,
    version: KEDA_VERSION,
    accepts: "~2.21.0",
    // No option prints the version; the place in the source that gives up without a cluster names it.
    probe: {
      args: [],
      env: { KUBECONFIG: "/dev/null", HOME: "/nonexistent" },
      pattern: /keda\/v2@v(\d+\.\d+\.\d+)\/cmd\//,
    },
    goModule: {
      directory: moduleDirectory("keda"),
      packagePath: `github.com/kedacore/keda/v2/cmd/${command}`,
      tags: [],
      stamps: { "github.com/kedacore/keda/v2/version.Version": KEDA_VERSION },
      estimateSeconds,
    },
    homepage: "https://keda.sh/docs/latest/deploy/",
  };
}

function prometheusProgram(name: "promtool" | "prometheus", estimateSeconds: number): ToolSpec {
  return {
    name,
    version: PROMETHEUS_VERSION,
    accepts: "^3.5.0",
    probe: { args: ["--version"], pattern: new RegExp(`^${name}, version (\\S+)`, "m") },
    download: {
      url: "https://github.com/prometheus/prometheus/releases/download/v{version}/prometheus-{version}.{os}-{arch}.tar.gz",
      checksum: {
        url: "https://github.com/prometheus/prometheus/releases/download/v{version}/sha256sums.txt",
        algorithm: "sha256",
        format: "list",
      },
      archiveMembers: new RegExp(`^${name}$`),
      systems: ["linux", "darwin"],
    },
    goModule: {
      directory: moduleDirectory("prometheus"),
      packagePath: `github.com/prometheus/prometheus/cmd/${name}`,
      moduleVersion: PROMETHEUS_MODULE_VERSION,
      // Service discovery of clouds is most of the program, and nothing here is discovered there.
      tags: ["remove_all_sd", "enable_kubernetes_sd"],
      stamps: { "github.com/prometheus/common/version.Version": PROMETHEUS_VERSION },
      estimateSeconds,
    },
    homepage: "https://prometheus.io/docs/prometheus/latest/installation/",
  };
}

function kubernetesComponent(name: string, estimateSeconds: number): ToolSpec {
  return {
    name,
    version: KUBERNETES_VERSION,
    accepts: "~1.35.0",
    probe: { args: ["--version"], pattern: /^Kubernetes v(\S+)/m },
    download: kubernetesDownload(name, ["linux"]),
    goModule: {
      directory: moduleDirectory("kubernetes"),
      packagePath: `k8s.io/kubernetes/cmd/${name}`,
      tags: [],
      stamps: kubernetesStamps(),
      estimateSeconds,
    },
    homepage: "https://kubernetes.io/releases/download/",
  };
}

function kubernetesDownload(name: string, systems: readonly Platform["os"][]): DownloadSpec {
  const url = `https://dl.k8s.io/v{version}/bin/{os}/{arch}/${name}`;
  return { url, checksum: { url: `${url}.sha256`, algorithm: "sha256", format: "single" }, systems };
}

/** An unstamped API server calls itself v0.0.0-master, which feature gates and clients refuse. */
function kubernetesStamps(): Record<string, string> {
  const [major = "", minor = ""] = KUBERNETES_VERSION.split(".");
  const server = "k8s.io/component-base/version";
  return {
    [`${server}.gitVersion`]: `v${KUBERNETES_VERSION}`,
    [`${server}.gitMajor`]: major,
    [`${server}.gitMinor`]: minor,
    [`${server}.gitTreeState`]: "clean",
    "k8s.io/client-go/pkg/version.gitVersion": `v${KUBERNETES_VERSION}`,
  };
}

function kwokProgram(name: "kwok" | "kwokctl", estimateSeconds: number): ToolSpec {
  const releases = "https://github.com/kubernetes-sigs/kwok/releases";
  return {
    name,
    version: KWOK_VERSION,
    accepts: "~0.8.0",
    probe: { args: ["--version"], pattern: /version v?(\d+\.\d+\.\d+\S*)/ },
    download: {
      url: `${releases}/download/v{version}/${name}-{os}-{arch}`,
      // The project publishes no checksum file; GitHub states a digest of every asset.
      checksum: {
        url: "https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v{version}",
        algorithm: "sha256",
        format: "github-release",
      },
      systems: ["linux", "darwin"],
    },
    goModule: {
      directory: moduleDirectory("kwok"),
      packagePath: `sigs.k8s.io/kwok/cmd/${name}`,
      tags: [],
      stamps: { "sigs.k8s.io/kwok/pkg/consts.Version": `v${KWOK_VERSION}` },
      estimateSeconds,
    },
    homepage: "https://kwok.sigs.k8s.io/docs/user/installation/",
  };
}

function moduleDirectory(name: string): string {
  return path.join(import.meta.dirname, "modules", name);
}
