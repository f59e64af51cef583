/** Where the pods of a region run: nowhere (`simulated`), on this machine (`real`), or where somebody else put them. */
export type NodeKind = "simulated" | "real" | "existing";

/** One Kubernetes cluster that the stack can deploy to. */
export interface RegionCluster {
  /** Region name of the stack file, e.g. `region-a`. */
  name: string;
  /** Context of this cluster in {@link RegionCluster.kubeconfig}. */
  context: string;
  /** Path of the kubeconfig file. */
  kubeconfig: string;
  nodes: NodeKind;
  /** Addresses of its workers as this host reaches them; none where no pod is real. */
  workerAddresses: readonly string[];
  /** What became of it just now. */
  outcome: StartOutcome;
}

/** `unchanged`: ran and was healthy. `repaired`: parts had crashed and run again on the kept data. */
export type StartOutcome = "created" | "repaired" | "unchanged";

/** One process of a region, e.g. its API server. */
export interface RegionPart {
  name: string;
  /** Undefined while it does not run. */
  pid: number | undefined;
  isAlive: boolean;
  /** CPU time used since its start. */
  cpuSeconds: number;
  rssBytes: number;
  logFile: string;
}

/** What all processes of a region use together. */
export interface RegionUsage {
  /** Since its machines were switched on, of ended processes too. */
  cpuSeconds: number;
  /** Memory that would be free without them: what processes share is counted once. */
  pssBytes: number;
}

export interface RegionStatus {
  name: string;
  nodes: NodeKind;
  /** What its machines, pods included, use; absent where pods are none. */
  usage?: RegionUsage;
  /** `partial`: some part is missing, or its making was interrupted; the next start repairs it. */
  state: "running" | "partial" | "absent";
  parts: RegionPart[];
}

/** Hears of each step, e.g. `("region-a", "starting the control plane")`. */
export type RegionProgress = (region: string, step: string) => void;

/** Where the regions of one environment live. */
export interface RegionsPlace {
  /** Folder that holds all of it; no two environments share one. */
  workDir: string;
  /** Kubeconfig file of this environment, mode 0600. */
  kubeconfig: string;
}

export interface StartRegionsOptions<Tools> extends RegionsPlace {
  names: readonly string[];
  tools: Tools;
  onProgress?: RegionProgress | undefined;
  /** Aborted: what is being made is removed or left repairable, and the start rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * A way to have regions on this machine. `start` may be called at any time: it makes what is missing, repairs what
 * is broken and leaves alone what runs. `stop` leaves nothing behind.
 */
export interface RegionBackend<Tools> {
  nodes: NodeKind;
  start(options: StartRegionsOptions<Tools>): Promise<RegionCluster[]>;
  stop(place: RegionsPlace): Promise<void>;
  status(place: RegionsPlace): Promise<RegionStatus[]>;
}
