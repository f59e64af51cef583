import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ObservabilitySettings } from "./config/observability-schema.ts";
import { labelsOf } from "./naming.ts";
import { buildAlerting } from "./observability/alerting.ts";
import { buildDashboards } from "./observability/dashboards/index.ts";
import type { ObservabilityFacts } from "./observability/facts.ts";
import { buildMonitors } from "./observability/monitors.ts";
import { buildRules } from "./observability/rules.ts";

export interface ObservabilityArgs {
  /** Namespace of the platform, which has to be there before. */
  readonly namespace: pulumi.Input<string>;
  /** What rules and dashboards have to know about the region. */
  readonly facts: ObservabilityFacts;
  /** Labels by which Prometheus selects the objects, and who is told of alerts: the key `observability` of the stack. */
  readonly settings: Pick<ObservabilitySettings, "labels" | "alerting">;
}

const MONITORING = "monitoring.coreos.com";

/** Name of the rules and of the routes of alerts. */
const NAME = "claude-agents";

/** By which Grafana's sidecar finds dashboards, and the folder that it puts them into. */
const DASHBOARD_LABEL = { grafana_dashboard: "1" };
const DASHBOARD_FOLDER = { grafana_folder: "Claude agents" };

/**
 * What a region tells about itself: what Prometheus scrapes and evaluates, whom Alertmanager tells, what Grafana shows.
 * All of it is data for operators that run elsewhere; nothing runs here.
 */
export class Observability extends pulumi.ComponentResource {
  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:observability:Observability", name, {}, opts);
    const { namespace, facts, settings } = args;
    const child = { parent: this };
    const labels = { ...labelsOf("coordinator"), ...settings.labels };
    const metadata = (objectName: string) => ({ name: objectName, namespace, labels });
    const add = (role: string, apiVersion: string, kind: string, objectName: string, spec: object) =>
      new k8s.apiextensions.CustomResource(
        `${name}-${role}`,
        { apiVersion: `${MONITORING}/${apiVersion}`, kind, metadata: metadata(objectName), spec },
        child,
      );

    for (const monitor of buildMonitors(facts)) {
      add(`monitor-${monitor.name}`, "v1", "ServiceMonitor", monitor.name, monitor.spec);
    }
    add("rules", "v1", "PrometheusRule", NAME, buildRules(facts));
    add("alerting", "v1alpha1", "AlertmanagerConfig", NAME, buildAlerting(settings.alerting));
    for (const [file, json] of Object.entries(buildDashboards(facts))) {
      const dashboard = file.replace(/\.json$/, "");
      new k8s.core.v1.ConfigMap(
        `${name}-dashboard-${dashboard}`,
        {
          metadata: {
            namespace,
            labels: { ...labels, ...DASHBOARD_LABEL },
            annotations: DASHBOARD_FOLDER,
          },
          data: { [file]: json },
        },
        child,
      );
    }

    this.registerOutputs({});
  }
}
