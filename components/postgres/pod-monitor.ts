import type { IPodMonitorSpec } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitorSpec";
import { POSTGRES } from "../naming.ts";
import { CLUSTER_LABEL } from "./cluster-spec.ts";

/** What the series say of where they are from. */
export interface MonitorArgs {
  readonly region: string;
  readonly environment: string;
}

/** What is scraped of the cluster's pods. One of our own: the operator's is deprecated. */
export function buildPodMonitor({ region, environment }: MonitorArgs): IPodMonitorSpec {
  const fixed = (targetLabel: string, replacement: string) => ({ targetLabel, replacement });
  return {
    selector: { matchLabels: { [CLUSTER_LABEL]: POSTGRES } },
    podMetricsEndpoints: [
      {
        port: "metrics",
        interval: "15s",
        relabelings: [fixed("region", region), fixed("environment", environment), fixed("job", POSTGRES)],
      },
    ],
  };
}
