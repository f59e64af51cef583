/** The checks of the API server's admission by the words of its refusals, and the policies that carry them out. */
export const POLICIES_OF_CHECKS: Readonly<Record<string, readonly string[]>> = {
  "allowPrivilegeEscalation != false": ["container-disallow-privilege-escalation"],
  "forbidden AppArmor profile": ["pod-limit-apparmor"],
  "forbidden sysctls": ["pod-limit-sysctls"],
  "host namespaces": ["pod-disallow-host-namespaces"],
  "hostPath volumes": ["pod-disallow-host-path"],
  // In the node's network the API server itself makes every port a port of the node.
  hostPort: ["container-disallow-host-ports", "pod-disallow-host-namespaces"],
  hostProcess: ["pod-disallow-host-process"],
  "non-default capabilities": ["container-require-dropped-capabilities"],
  privileged: ["container-disallow-privileged"],
  "probe or lifecycle host": ["container-disallow-probe-hosts"],
  procMount: ["container-require-default-proc-mount"],
  "restricted volume types": ["pod-limit-volume-types", "pod-disallow-host-path"],
  "runAsNonRoot != true": ["container-require-non-root"],
  "runAsUser=0": ["container-disallow-root-user"],
  seLinuxOptions: ["pod-limit-selinux"],
  seccompProfile: ["pod-require-seccomp"],
  "unrestricted capabilities": ["container-require-dropped-capabilities"],
};

/** The checks that a refusal names, such as `violates PodSecurity "baseline:latest": hostPort (…), privileged (…)`. */
export function checksIn(refusal: string): string[] {
  const [, said = ""] = /violates PodSecurity "[^"]*": (.*)/s.exec(refusal) ?? [];
  // Some are written with an s where they name several values.
  return Object.keys(POLICIES_OF_CHECKS).filter((check) =>
    [check, `${check}s`].some((words) => `, ${said}`.includes(`, ${words} (`)),
  );
}
