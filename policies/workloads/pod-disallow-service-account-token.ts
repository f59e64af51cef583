import type { Field } from "../manifests/field.ts";
import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";
import { write } from "../pack/write.ts";
import { unlessElsewhere } from "./template-elsewhere.ts";

interface Config {
  readonly serviceAccounts: readonly string[];
}

const REMEDY =
  "Set automountServiceAccountToken: false in the pod. A pod that has to talk to the API server gets a service account of its " +
  "own, which the policy's parameter names.";

/** Names under which the API server takes tokens, in any cluster domain; a projected token without audience is for it too. */
const API_SERVER = /^(?:https?:\/\/)?kubernetes(?:\.default(?:\.svc(?:\.[\w.-]+)?)?)?(?::\d+)?\/?$/;

export const podDisallowServiceAccountToken = podPolicy<Config>({
  name: "pod-disallow-service-account-token",
  description: "No pod carries a token for the API server that it has no use for.",
  severity: "high",
  controls: [
    { framework: "cis-kubernetes", control: "5.1.6" },
    { framework: "nsa", control: "Kubernetes Pod security: Protecting Pod service account tokens" },
    { framework: "nist", control: "AC-6" },
  ],
  reason:
    "Whoever breaks into a pod, or makes an agent read a file, has the token and asks the cluster with it. Not said in the pod, it is " +
    "mounted wherever the service account does not forbid it.",
  remedy: REMEDY,
  parameters: {
    serviceAccounts: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [],
      description: "Names of service accounts whose pods talk to the API server and may carry its token.",
    },
  },
  examples: {
    pass: [
      { what: "no token", pod: { automountServiceAccountToken: false } },
      { what: "a token for somebody else", pod: projected({ audience: "sts.amazonaws.com", path: "token" }) },
    ],
    fail: [
      { what: "a token", pod: { automountServiceAccountToken: true } },
      { what: "nothing said, which means a token", pod: { automountServiceAccountToken: null } },
      { what: "the API server's token in a volume", pod: projected({ path: "token" }) },
    ],
  },
  judge: (pod, config) => unlessElsewhere(pod, judgePod(pod, config)),
  remediate: repair,
});

function projected(serviceAccountToken: object) {
  return { volumes: [{ name: "token", projected: { sources: [{ serviceAccountToken }] } }] };
}

function judgePod({ spec }: PodTemplate, config: Config): Finding[] {
  const findings = [...judgeMount(spec), ...spec.at("volumes").items().flatMap(judgeVolume)];
  return findings.length === 0 ? [] : exempted(spec, findings, config);
}

function exempted(spec: Field, findings: Finding[], { serviceAccounts }: Config): Finding[] {
  if (serviceAccounts.length === 0) return findings;
  const account = accountOf(spec);
  if (account.unknown) return [undecided(account)];
  return serviceAccounts.includes(account.text ?? "default") ? [] : findings;
}

/** A volume is not repaired: what would read its file would not start. */
function repair({ spec }: PodTemplate, config: Config): boolean {
  const findings = exempted(spec, judgeMount(spec), config);
  const isWrong = findings.some(({ type }) => type === "violation");
  return isWrong && write(spec, ["automountServiceAccountToken"], false);
}

/** The second is the older name of the same. */
function accountOf(spec: Field): Field {
  const account = spec.at("serviceAccountName");
  return account.missing ? spec.at("serviceAccount") : account;
}

function judgeMount(spec: Field): Finding[] {
  const mount = spec.at("automountServiceAccountToken");
  if (mount.unknown) return [undecided(mount)];
  if (mount.value === false) return [];
  const got = mount.missing ? "not set, which means true" : JSON.stringify(mount.value);
  const reason = `the pod carries the token of its service account: automountServiceAccountToken is ${got}.`;
  return [violation(mount, reason, REMEDY)];
}

function judgeVolume(volume: Field): Finding[] {
  return volume
    .at("projected", "sources")
    .items()
    .flatMap((source) => judgeSource(source.at("serviceAccountToken")));
}

function judgeSource(token: Field): Finding[] {
  if (token.missing) return [];
  const audience = token.at("audience");
  if (audience.unknown) return [undecided(audience)];
  if (audience.text !== undefined && audience.text !== "" && !API_SERVER.test(audience.text)) return [];
  const got = audience.missing ? "without audience" : `with the audience ${JSON.stringify(audience.value)}`;
  const reason = `the volume has a token ${got}, which is one for the API server.`;
  return [violation(token, reason, "Remove it, or name the audience that the token is for.")];
}
