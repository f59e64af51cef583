import type { Container } from "../manifests/pod-templates.ts";
import { containerPolicy } from "../pack/container-policy.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { unlessWindows } from "../pod-security/operating-system.ts";

interface Config {
  readonly exemptContainers: readonly string[];
}

const REMEDY =
  "Set securityContext.readOnlyRootFilesystem: true in the container, and mount an emptyDir with a sizeLimit where it writes.";

export const containerRequireReadOnlyRoot = containerPolicy<Config>({
  name: "container-require-read-only-root",
  description: "No container can write to its root file system.",
  severity: "medium",
  controls: [
    { framework: "nsa", control: "Kubernetes Pod security: Immutable container file systems" },
    { framework: "nist", control: "CM-5, SI-7" },
  ],
  reason:
    "Whoever breaks into a process that may write changes its program or brings tools along, and nothing of it is in the image that was reviewed.",
  remedy: REMEDY,
  parameters: {
    exemptContainers: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: [],
      description: "Names of containers that may write to their root file system.",
    },
  },
  examples: {
    pass: [
      { what: "a read-only root", container: { securityContext: { readOnlyRootFilesystem: true } } },
      {
        what: "a pod for Windows, where the API refuses the setting",
        pod: { os: { name: "windows" }, containers: [{ name: "main" }] },
      },
    ],
    fail: [
      {
        what: "a root that may be written",
        container: { securityContext: { readOnlyRootFilesystem: false } },
      },
      {
        what: "nothing said, which means it may",
        container: { securityContext: { readOnlyRootFilesystem: null } },
      },
      { what: "no security context", container: { securityContext: null } },
    ],
  },
  judge: (container, config) => unlessWindows(container.pod, judgeContainer(container, config)),
});

function judgeContainer({ label, field }: Container, { exemptContainers }: Config): Finding[] {
  const setting = field.at("securityContext", "readOnlyRootFilesystem");
  const name = field.at("name");
  if (setting.value === true || exemptContainers.includes(name.text ?? "")) return [];
  const open = [setting, ...(exemptContainers.length === 0 ? [] : [name])].find((value) => value.unknown);
  if (open) return [undecided(open)];
  const got = setting.missing ? "not set, which means false" : JSON.stringify(setting.value);
  return [violation(setting, `${label} can write to its root: readOnlyRootFilesystem is ${got}.`, REMEDY)];
}
