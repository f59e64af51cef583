import type { Container, PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { sleepInCommand } from "./sleep-in-command.ts";
import { notWhole, wholeNumber } from "./whole-number.ts";

interface Config {
  readonly marginSeconds: number;
  readonly maxSeconds: number;
}

/** What Kubernetes fills in. */
const DEFAULT_SECONDS = 30;

const REMEDY =
  "Set terminationGracePeriodSeconds to the longest preStop sleep, plus the longest work in progress, plus a margin.";

export const podRequireGracePeriod = podPolicy<Config>({
  name: "pod-require-grace-period",
  description: "A pod that is stopped has time to end its work, and not without end.",
  severity: "medium",
  controls: [{ framework: "nist", control: "CP-10, SC-24" }],
  reason:
    "The sleep before the stop counts against the grace period: where it takes all of it, work in progress is killed. Where the period " +
    "is endless, a node cannot be drained and an update does not end.",
  remedy: REMEDY,
  parameters: {
    marginSeconds: {
      type: "integer",
      minimum: 0,
      default: 15,
      description: "Seconds that a process must have left after the longest preStop sleep.",
    },
    maxSeconds: {
      type: "integer",
      minimum: 0,
      // Managed node groups of EKS drain a node for 15 minutes, then an update of the group fails.
      default: 900,
      description: "The longest grace period in seconds.",
    },
  },
  examples: {
    pass: [
      { what: "left out, which means 30", pod: { terminationGracePeriodSeconds: null } },
      { what: "time for a long turn", pod: { terminationGracePeriodSeconds: 620 } },
    ],
    fail: [
      { what: "killed at once", pod: { terminationGracePeriodSeconds: 0 } },
      { what: "an hour, for which no drain waits", pod: { terminationGracePeriodSeconds: 3600 } },
      {
        what: "a sleep that takes all of it",
        container: { lifecycle: { preStop: { sleep: { seconds: 55 } } } },
      },
      {
        what: "a sleep in a command",
        container: { lifecycle: { preStop: { sleep: null, exec: { command: ["sh", "-c", "sleep 55"] } } } },
      },
      {
        what: "a sleep without end in a command",
        container: { lifecycle: { preStop: { sleep: null, exec: { command: ["sleep", "infinity"] } } } },
      },
    ],
  },
  judge: judgePod,
});

function judgePod({ spec, containers }: PodTemplate, { marginSeconds, maxSeconds }: Config): Finding[] {
  const ownPeriods = containers.flatMap((container) => judgeOwnPeriods(container, maxSeconds));
  const field = spec.at("terminationGracePeriodSeconds");
  const grace = wholeNumber(field, DEFAULT_SECONDS);
  if (grace === undefined) return [notWhole(field, "terminationGracePeriodSeconds"), ...ownPeriods];
  const got = `the grace period is ${field.missing ? `not set, which means ${grace} s` : `${grace} s`}`;
  if (grace > maxSeconds)
    return [violation(field, `${got}; allowed: up to ${maxSeconds} s.`, REMEDY), ...ownPeriods];
  const sleeps = containers.map(sleepOf);
  const longest = Math.max(0, ...sleeps.map(({ seconds }) => seconds));
  const problems = sleeps.flatMap(({ problems }) => problems);
  if (grace >= longest + marginSeconds) return [...problems, ...ownPeriods];
  const needs =
    longest === Number.POSITIVE_INFINITY
      ? "a preStop hook sleeps for ever"
      : `the longest preStop sleep of ${longest} s with a margin of ${marginSeconds} s needs ${longest + marginSeconds} s`;
  return [violation(field, `${got}, and ${needs}.`, REMEDY), ...ownPeriods];
}

/** A probe that kills may bring a period of its own, which then holds in place of the pod's. */
function judgeOwnPeriods({ label, field }: Container, maxSeconds: number): Finding[] {
  return ["startupProbe", "livenessProbe"].flatMap((probe) => {
    const own = field.at(probe, "terminationGracePeriodSeconds");
    const seconds = wholeNumber(own, 0);
    const name = `terminationGracePeriodSeconds of the ${probe} of ${label}`;
    if (seconds === undefined) return [notWhole(own, name)];
    if (seconds <= maxSeconds) return [];
    const reason = `${name} is ${seconds} s; allowed: up to ${maxSeconds} s.`;
    return [violation(own, reason, "Remove it, so that the pod's own period holds.")];
  });
}

interface Sleep {
  readonly seconds: number;
  readonly problems: readonly Finding[];
}

/** How long a container surely sleeps before it is stopped; nothing is known of other commands and of requests. */
function sleepOf({ label, field }: Container): Sleep {
  const preStop = field.at("lifecycle", "preStop");
  const sleep = preStop.at("sleep", "seconds");
  const seconds = wholeNumber(sleep, 0);
  if (seconds === undefined)
    return { seconds: 0, problems: [notWhole(sleep, `the preStop sleep of ${label}`)] };
  const command = preStop.at("exec", "command").items();
  const problems = command.filter((word) => word.unknown).map(undecided);
  return { seconds: seconds + sleepInCommand(command.map((word) => word.text ?? "")), problems };
}
