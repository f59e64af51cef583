import { DEFAULT_MAX_TURN_SECONDS, ENV } from "../../agent-runtime/src/contract.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { secondsOf } from "./runtime-pods.ts";
import { VARIABLE_KINDS, type Variable, variablesOf } from "./variables.ts";

interface Config {
  readonly maximumSeconds: number;
}

const NAME = ENV.maxTurnSeconds;

export const turnLimitDuration = objectPolicy<Config>({
  name: "turn-limit-duration",
  description: "No turn of an agent may take longer than was approved.",
  severity: "medium",
  controls: [{ framework: "nist", control: "SC-5(2), SC-10" }],
  reason:
    "The longest turn is how long a pod that leaves may take, so how long an update and the drain of a node take, and how long a " +
    "request that hangs holds memory and money set aside.",
  remedy: `Lower ${NAME}, or have a longer turn approved in maximumSeconds.`,
  parameters: {
    maximumSeconds: {
      type: "integer",
      minimum: 1,
      default: 3600,
      description: "The longest turn, in seconds; the default is the most that the runtime takes.",
    },
  },
  examples: {
    pass: [
      { what: "ten minutes", container: { env: [{ name: NAME, value: "600" }] } },
      { what: "nothing, which means ten minutes", container: { env: [] } },
    ],
    fail: [
      { what: "a day", container: { env: [{ name: NAME, value: "86400" }] } },
      { what: "no time at all", container: { env: [{ name: NAME, value: "0" }] } },
      {
        what: "a unit, in a ConfigMap",
        objects: [
          {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "claude-agent", namespace: "ai-agents" },
            data: { [NAME]: "10m" },
          },
        ],
      },
    ],
  },
  kinds: VARIABLE_KINDS,
  judge: (manifest, config) => {
    const { variables, unknown } = variablesOf(manifest, (name) => name === NAME);
    return [...unknown.map(undecided), ...variables.flatMap((variable) => judgeTurn(variable, config))];
  },
});

function judgeTurn({ value }: Variable, { maximumSeconds }: Config): Finding[] {
  const seconds = secondsOf(NAME, value, DEFAULT_MAX_TURN_SECONDS);
  if (typeof seconds !== "number") return [seconds];
  if (value.missing || (seconds >= 1 && seconds <= maximumSeconds)) return [];
  const reason = `a turn may take ${seconds} s, which is not between 1 s and ${maximumSeconds} s.`;
  return [violation(value, reason, `Write ${NAME} from 1 to ${maximumSeconds}.`)];
}
