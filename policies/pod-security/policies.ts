import type { PolicyGroup } from "../pack/policy.ts";
import { containerDisallowHostPorts } from "./container-disallow-host-ports.ts";
import { containerDisallowPrivilegeEscalation } from "./container-disallow-privilege-escalation.ts";
import { containerDisallowPrivileged } from "./container-disallow-privileged.ts";
import { containerDisallowProbeHosts } from "./container-disallow-probe-hosts.ts";
import { containerDisallowRootUser } from "./container-disallow-root-user.ts";
import { containerRequireDefaultProcMount } from "./container-require-default-proc-mount.ts";
import { containerRequireDroppedCapabilities } from "./container-require-dropped-capabilities.ts";
import { containerRequireNonRoot } from "./container-require-non-root.ts";
import { podDisallowHostNamespaces } from "./pod-disallow-host-namespaces.ts";
import { podDisallowHostPath } from "./pod-disallow-host-path.ts";
import { podDisallowHostProcess } from "./pod-disallow-host-process.ts";
import { podLimitApparmor } from "./pod-limit-apparmor.ts";
import { podLimitSelinux } from "./pod-limit-selinux.ts";
import { podLimitSysctls } from "./pod-limit-sysctls.ts";
import { podLimitVolumeTypes } from "./pod-limit-volume-types.ts";
import { podRequireSeccomp } from "./pod-require-seccomp.ts";

/** Every check of the Pod Security Standards, one policy each. */
export const POD_SECURITY: PolicyGroup = {
  title: "Pod security",
  folder: "pod-security",
  policies: [
    containerDisallowHostPorts,
    containerDisallowPrivilegeEscalation,
    containerDisallowPrivileged,
    containerDisallowProbeHosts,
    containerDisallowRootUser,
    containerRequireDefaultProcMount,
    containerRequireDroppedCapabilities,
    containerRequireNonRoot,
    podDisallowHostNamespaces,
    podDisallowHostPath,
    podDisallowHostProcess,
    podLimitApparmor,
    podLimitSelinux,
    podLimitSysctls,
    podLimitVolumeTypes,
    podRequireSeccomp,
  ],
};
