import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";
import { violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { asksForOperator, OPERATOR_PARAMETERS, type OperatorConfig } from "./operator-pods.ts";
import { PodIndex } from "./pod-index.ts";
import { judgeTargetPort } from "./target-port.ts";
import { undecidedValues } from "./undecided-values.ts";

const REMEDY = "Copy the labels of the pod template into spec.selector.";

const METADATA = { name: "agent", namespace: "ai-agents" };
const DEPLOYMENT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: METADATA,
  spec: {
    template: {
      metadata: { labels: { app: "agent" } },
      spec: { containers: [{ name: "main", ports: [{ name: "http", containerPort: 8080 }] }] },
    },
  },
};
const service = (spec: object) => ({ apiVersion: "v1", kind: "Service", metadata: METADATA, spec });

export const serviceRequirePods = stackPolicy<OperatorConfig>({
  name: "service-require-pods",
  description: "A Service selects pods of the stack, and its target ports are ports of their containers.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-6, SC-5" }],
  reason:
    "A Service that selects nothing, or whose port nobody opens, is accepted by the API server and refuses every connection.",
  remedy: REMEDY,
  parameters: OPERATOR_PARAMETERS,
  examples: {
    pass: [
      {
        what: "a port by its name",
        objects: [
          DEPLOYMENT,
          service({ selector: { app: "agent" }, ports: [{ port: 80, targetPort: "http" }] }),
        ],
      },
      {
        what: "a Service whose endpoints somebody else writes",
        objects: [service({ ports: [{ port: 80 }] })],
      },
      {
        what: "pods of an operator",
        objects: [service({ selector: { "cnpg.io/cluster": "main" }, ports: [{ port: 5432 }] })],
      },
    ],
    fail: [
      {
        what: "a label that no pod has",
        objects: [DEPLOYMENT, service({ selector: { app: "agents" }, ports: [{ port: 8080 }] })],
      },
      {
        what: "a port that no container has",
        objects: [
          DEPLOYMENT,
          service({ selector: { app: "agent" }, ports: [{ port: 80, targetPort: "web" }] }),
        ],
      },
    ],
  },
  judge: (stack, config) => {
    const pods = new PodIndex(stack);
    return stack.ofKind("Service").flatMap((service) => judgeService(service, pods, config));
  },
});

function judgeService(placed: Placed, pods: PodIndex, config: OperatorConfig): StackFinding[] {
  const spec = placed.manifest.root.at("spec");
  const [selector, type] = [spec.at("selector"), spec.at("type")];
  if (selector.unknown) return undecidedValues([{ placed, field: selector }]);
  if (!hasLabels(selector) || type.value === "ExternalName") return [];
  if (asksForOperator(selector, config)) return [];
  const findings = judgeSelection(placed, selector, pods);
  // It may be but a name for a host elsewhere.
  return type.unknown && findings.length > 0 ? undecidedValues([{ placed, field: type }]) : findings;
}

function judgeSelection(placed: Placed, selector: Field, pods: PodIndex): StackFinding[] {
  const { groups, unknown } = pods.selectedByLabels(placed, selector);
  if (groups.length > 0) return groups.flatMap((group) => judgePorts(placed, group.placed));
  if (unknown.length > 0) {
    return undecidedValues(unknown.map(({ value }) => value));
  }
  const reason =
    "it selects no pods of any workload of its namespace and region, so it refuses every connection.";
  return [{ placed, finding: violation(selector, reason, REMEDY) }];
}

function hasLabels(selector: Field): boolean {
  return selector.entries().some(([, value]) => !value.missing);
}

function judgePorts(service: Placed, pods: Placed): StackFinding[] {
  // Of an operator's object only the labels of its pods are known.
  if (pods.manifest.kind === "Cluster") return [];
  const ports = service.manifest.root.at("spec", "ports").items();
  return ports.flatMap((port) => judgeTargetPort(port, service, pods));
}
