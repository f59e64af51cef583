import type { Container, ContainerList, PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { judgeProbe, secondsFromStart, secondsToFail } from "./probe.ts";
import { CEILING_PARAMETERS, judgeCeilings, type ProbeCeilings } from "./probe-ceilings.ts";

interface Config extends ProbeCeilings {
  readonly minStartupSeconds: number;
  readonly livenessOnly: readonly string[];
}

const PROBES = ["startupProbe", "livenessProbe", "readinessProbe"] as const;
const REMEDY =
  "Give the container a startupProbe that waits for the slowest start, a livenessProbe that asks the process alone, and a " +
  "readinessProbe that also asks for what it needs to answer.";

/**
 * Workloads that go on until somebody ends them. Not Jobs and what makes them, which end by themselves; not a Pod that
 * stands alone, of which nobody expects that it serves.
 */
const LONG_RUNNING = [
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "ReplicationController",
  "Rollout",
];
const lists: readonly ContainerList[] = ["containers"];

const policy = podPolicy<Config>({
  name: "container-require-probes",
  description:
    "Every container of a long-running workload has startup, liveness and readiness probes that fit together.",
  severity: "high",
  controls: [{ framework: "nist", control: "CP-10, SI-13" }],
  reason:
    "Without a readiness probe clients are sent to pods that cannot answer; without a liveness probe a hung process stays; without a " +
    "startup probe a slow start is killed again and again. Liveness that is quicker than readiness kills a busy pod in place of sparing it.",
  remedy: REMEDY,
  parameters: {
    minStartupSeconds: {
      type: "integer",
      minimum: 0,
      default: 30,
      description: "How many seconds a container must have to start before a probe may kill it.",
    },
    ...CEILING_PARAMETERS,
    livenessOnly: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: ["exporter"],
      description:
        "Names of containers that clients do not wait for, such as exporters of metrics: they need a liveness probe alone, because " +
        "their trouble must not take the pod out of its Service. In a pod of nothing else it does not count.",
    },
  },
  examples: {
    pass: [
      {
        what: "an exporter with a liveness probe alone",
        container: liveness("exporter", { periodSeconds: 30 }),
      },
    ],
    fail: [
      { what: "no startup probe", container: { startupProbe: null } },
      { what: "no liveness probe", container: { livenessProbe: null } },
      { what: "no readiness probe", container: { readinessProbe: null } },
      { what: "a start of 10 seconds", container: { startupProbe: { failureThreshold: 5 } } },
      { what: "liveness quicker than readiness", container: { livenessProbe: { periodSeconds: 1 } } },
      {
        what: "an hour until a hung process is killed",
        container: { livenessProbe: { periodSeconds: 1200 } },
      },
      {
        what: "a probe that never fails",
        container: { livenessProbe: { httpGet: null, exec: { command: ["sh", "-c", "check || true"] } } },
      },
      { what: "a probe that asks nothing", container: { readinessProbe: { httpGet: null } } },
    ],
  },
  kinds: LONG_RUNNING,
  judge: judgePod,
});

export const containerRequireProbes = { ...policy, lists };

function liveness(name: string, timing: object) {
  return { name, startupProbe: null, readinessProbe: null, livenessProbe: timing };
}

function judgePod({ containers }: PodTemplate, configured: Config): Finding[] {
  const isServed = containers.some(
    ({ list, field }) =>
      list === "containers" && !configured.livenessOnly.includes(field.at("name").text ?? ""),
  );
  const config = isServed ? configured : { ...configured, livenessOnly: [] };
  return containers.flatMap((container) => {
    const restartPolicy = container.field.at("restartPolicy");
    if (container.list === "containers") return judgeContainer(container, config);
    // The API refuses probes of ephemeral containers and of init containers that end.
    if (container.list === "ephemeralContainers") return [];
    if (restartPolicy.value === "Always") return judgeContainer(container, config);
    const isOpen = restartPolicy.unknown && judgeContainer(container, config).length > 0;
    return isOpen ? [undecided(restartPolicy)] : [];
  });
}

function judgeContainer(container: Container, config: Config): Finding[] {
  const problems = [
    ...judgePresence(container, config),
    ...PROBES.flatMap((name) => judgeProbe(container.field.at(name), `${name} of ${container.label}`)),
  ];
  return [
    ...problems,
    ...judgeStart(container, config),
    ...judgeOrder(container),
    ...judgeCeilings(container, config),
  ];
}

function judgePresence({ label, field }: Container, { livenessOnly }: Config): Finding[] {
  const name = field.at("name");
  const needed = livenessOnly.includes(name.text ?? "") ? (["livenessProbe"] as const) : PROBES;
  const missing = needed.filter((probe) => field.at(probe).missing);
  if (missing.length === 0) return [];
  if (name.unknown && livenessOnly.length > 0 && !missing.includes("livenessProbe")) return [undecided(name)];
  return [violation(field, `${label} has no ${missing.join(" and no ")}.`, REMEDY)];
}

/** Liveness is not asked before the startup probe has passed; without one it kills by itself. */
function judgeStart({ label, field }: Container, { minStartupSeconds }: Config): Finding[] {
  const startup = field.at("startupProbe");
  const killer = startup.missing ? field.at("livenessProbe") : startup;
  const seconds = killer.missing ? Number.NaN : secondsFromStart(killer);
  // Nothing is below what is not a number.
  if (!(seconds < minStartupSeconds)) return [];
  const reason = `${label} is killed when it has not started after ${seconds} s; it must have ${minStartupSeconds} s.`;
  return [violation(killer, reason, "Raise failureThreshold of its startupProbe.")];
}

function judgeOrder({ label, field }: Container): Finding[] {
  const [liveness, readiness] = [field.at("livenessProbe"), field.at("readinessProbe")];
  if (liveness.missing || readiness.missing) return [];
  const [killed, spared] = [secondsToFail(liveness), secondsToFail(readiness)];
  if (!(killed < spared)) return [];
  const reason = `${label} is killed after ${killed} s of failures and taken out of its Service only after ${spared} s.`;
  const remedy =
    "Raise periodSeconds or failureThreshold of the livenessProbe above those of the readinessProbe.";
  return [violation(liveness, reason, remedy)];
}
