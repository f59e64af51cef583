import { ANNOTATIONS } from "./admission-annotations.ts";
import {
  CONTAINER_PLACES,
  containerWith,
  DEFAULT,
  MAIN,
  placed,
  podOf,
  podWith,
  type Row,
  type Sample,
  samples,
  UNCONFINED,
  values,
} from "./admission-samples.ts";
import { SYSCTLS } from "./admission-sysctls.ts";
import { VOLUMES } from "./admission-volumes.ts";
import { SYSTEMS } from "./admission-windows.ts";

const AT_BOTH_LEVELS = [
  ...values("windowsOptions", null, {}, { hostProcess: null }, { hostProcess: false }),
  ...values("appArmorProfile", null, DEFAULT, UNCONFINED, { type: "Localhost", localhostProfile: "agent" }),
  ...values(
    "seLinuxOptions",
    null,
    {},
    { level: "s0:c1,c2" },
    { type: "" },
    { type: null },
    { type: "spc_t" },
  ),
  ...values("seLinuxOptions", { user: "" }, { user: "system_u" }, { role: "" }, { role: "system_r" }),
  ...values(
    "seLinuxOptions",
    ...["container_t", "container_init_t", "container_kvm_t", "container_engine_t"].map((type) => ({ type })),
  ),
  ...values("seccompProfile", null, undefined, DEFAULT, UNCONFINED, {
    type: "Localhost",
    localhostProfile: "a.json",
  }),
  ...values("runAsNonRoot", null, undefined, true, false),
  ...values("runAsUser", null, 0, 1000),
];

/** What the baseline standard allows to add. */
const BASELINE_CAPABILITIES = [
  ...["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE"],
  ...["SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"],
];

/** What the standards say nothing of. */
const ALLOWED_IN_PODS: readonly Row[] = [
  ...values("runAsGroup", 0, 1000),
  ...values("fsGroup", 0, 1000),
  ...values("fsGroupChangePolicy", "OnRootMismatch"),
  ...values("supplementalGroups", [0]),
  ...values("supplementalGroupsPolicy", "Strict"),
  ...values("seLinuxChangePolicy", "Recursive"),
].map(([what, context]): Row => [what, podWith(context)]);
const ALLOWED_IN_CONTAINERS: readonly Row[] = [
  ...values("runAsGroup", 0, 1000),
  ...values("readOnlyRootFilesystem", true, false),
].map(([what, context]): Row => [what, containerWith(context)]);

const IN_CONTAINERS: readonly Row[] = [
  [
    "every capability of the baseline standard",
    containerWith({ capabilities: { drop: ["ALL"], add: BASELINE_CAPABILITIES } }),
  ],
  ...ALLOWED_IN_CONTAINERS,
  ...values("securityContext", null, undefined, {}),
  ...values("privileged", null, false).map(([what, context]): Row => [what, containerWith(context)]),
  ["privileged: true", containerWith({ privileged: true, allowPrivilegeEscalation: null })],
  ...[
    ...values("allowPrivilegeEscalation", null, undefined, true, false),
    ...values("procMount", null, "Default"),
    ...values("capabilities", null, undefined, {}, { drop: null }, { drop: [] }, { drop: ["NET_RAW"] }),
    ...values("capabilities", { drop: ["all"] }, { drop: ["All"] }, { drop: ["NET_RAW", "ALL"] }),
    ...values("capabilities", { add: ["NET_BIND_SERVICE"] }, { add: ["CHOWN"] }, { add: ["ALL"] }),
    ...[
      null,
      [],
      ["NET_BIND_SERVICE"],
      ["net_bind_service"],
      ["CAP_NET_BIND_SERVICE"],
      ["CHOWN"],
      ["ALL"],
    ].flatMap((add) => values("capabilities", { drop: ["ALL"], add })),
    ...values("capabilities", { drop: ["ALL"], add: ["NET_BIND_SERVICE", "SYS_ADMIN"] }),
  ].map(([what, context]): Row => [what, containerWith(context)]),
];

const PORTS: readonly Row[] = [0, null, undefined, 9090].flatMap((hostPort) =>
  values("ports", [{ containerPort: 8080 }, { containerPort: 9090, hostPort }]),
);

const GRPC = { grpc: { port: 8080 } };

const PROBES: readonly Row[] = [
  ...values("livenessProbe", GRPC),
  ...values("readinessProbe", GRPC),
  ...values("startupProbe", GRPC),
  ...values("lifecycle", { preStop: { sleep: { seconds: 5 } } }),
  ...["httpGet", "tcpSocket"].flatMap((action) =>
    ["", null, undefined, "127.0.0.1"].flatMap((host) => {
      const handler = { [action]: { host, port: 8080 } };
      return [
        ...values("livenessProbe", handler),
        ...values("readinessProbe", handler),
        ...values("startupProbe", handler),
        ...values("lifecycle", { postStart: handler }, { preStop: handler }),
      ];
    }),
  ),
];

const IN_PODS: readonly Row[] = [
  ["nothing special", {}],
  ...values("securityContext", null, undefined, {}),
  ...ALLOWED_IN_PODS,
  ...values("shareProcessNamespace", true),
  ...["hostNetwork", "hostPID", "hostIPC"].flatMap((key) => values(key, null, false, true)),
  [
    "hostNetwork: true with a port",
    { hostNetwork: true, containers: [{ ...MAIN, ports: [{ containerPort: 80 }] }] },
  ],
  [
    "hostProcess: true in the pod",
    { hostNetwork: true, ...podWith({ windowsOptions: { hostProcess: true } }) },
  ],
  [
    "hostProcess: true in the container",
    {
      hostNetwork: true,
      containers: [{ ...MAIN, ...containerWith({ windowsOptions: { hostProcess: true } }) }],
    },
  ],
  ...values("volumes", null, []),
  ...VOLUMES.map(
    ({ type, source }): Row => [`volume ${type}`, { volumes: [{ name: "data", [type]: source }] }],
  ),
  [
    "an emptyDir beside a folder of a file server",
    {
      volumes: [
        { name: "work", emptyDir: {} },
        { name: "data", nfs: { server: "files.example.com", path: "/" } },
      ],
    },
  ],
  ["volume without type", { volumes: [{ name: "data" }] }],
  ["volume hostPath: null", { volumes: [{ name: "data", hostPath: null }] }],
  ...values("sysctls", null, []).map(([what, context]): Row => [what, podWith(context)]),
  ...SYSCTLS.map(({ name, value }): Row => [`sysctl ${name}`, podWith({ sysctls: [{ name, value }] })]),
];

const USER_NAMESPACES: readonly Row[] = [
  ...values("hostUsers", null, true, false),
  ...values("runAsUser", 0).map(([what, context]): Row => [`user namespace, ${what}`, podWith(context)]),
  ...values("runAsNonRoot", null, false).map(
    ([what, context]): Row => [`user namespace, ${what}`, podWith(context)],
  ),
  ["user namespace, seccompProfile: missing", podWith({ seccompProfile: undefined })],
  [
    "user namespace, procMount: Unmasked",
    { containers: [{ ...MAIN, ...containerWith({ procMount: "Unmasked" }) }] },
  ],
].map(([what, changes]): Row => [what as string, { hostUsers: false, ...(changes as object) }]);

/** Every value of the pod with every value of a container, for what containers inherit. */
function matrix(key: string, list: readonly unknown[]): Sample[] {
  const rows = values(key, ...list).flatMap(([atPod, pod]) =>
    values(key, ...list).map(
      ([atContainer, own]): Row => [
        `pod ${atPod}, container ${atContainer}`,
        { ...podWith(pod), containers: [{ ...MAIN, ...containerWith(own) }] },
      ],
    ),
  );
  return samples(rows, ["pod"]);
}

const POD_FAULTS: readonly Row[] = [
  ["hostPID", { hostPID: true }],
  ["a hostPath", { volumes: [{ name: "node", hostPath: { path: "/" } }] }],
  ["an nfs volume", { volumes: [{ name: "data", nfs: { server: "files.example.com", path: "/" } }] }],
  ["a sysctl", podWith({ sysctls: [{ name: "kernel.msgmax", value: "1" }] })],
  ["root", podWith({ runAsNonRoot: false, runAsUser: 0 })],
  ["no security context", { securityContext: null }],
];
const CONTAINER_FAULTS: readonly Row[] = [
  ["a privileged one", containerWith({ privileged: true, allowPrivilegeEscalation: true })],
  ["one that escalates", containerWith({ allowPrivilegeEscalation: true })],
  ["one with capabilities", containerWith({ capabilities: { drop: ["all"], add: ["SYS_ADMIN"] } })],
  ["one without seccomp", containerWith({ seccompProfile: UNCONFINED })],
  ["one of SELinux's free", containerWith({ seLinuxOptions: { type: "spc_t" } })],
];

const COMBINATIONS: readonly Sample[] = POD_FAULTS.flatMap(([what, pod]) =>
  CONTAINER_FAULTS.flatMap(([which, container]) =>
    (["containers", "sidecar"] as const).map((place) => ({
      row: `${what}, and ${which}`,
      place,
      pod: podOf({ ...pod, ...placed(place, container) }),
    })),
  ),
);

/** Pods for every check of the standards, with what is allowed and what is not, at every place that the API allows. */
export const CORPUS: readonly Sample[] = [
  ...samples(
    AT_BOTH_LEVELS.map(([what, context]): Row => [what, podWith(context)]),
    ["pod"],
  ),
  ...samples(
    AT_BOTH_LEVELS.map(([what, context]): Row => [what, containerWith(context)]),
    CONTAINER_PLACES,
  ),
  ...samples(IN_CONTAINERS, CONTAINER_PLACES),
  ...samples(PORTS, ["containers", "initContainers", "sidecar"]),
  ...samples(PROBES, ["containers", "sidecar"]),
  ...samples([...IN_PODS, ...SYSTEMS, ...USER_NAMESPACES], ["pod"]),
  ...matrix("runAsNonRoot", [undefined, null, true, false]),
  ...matrix("runAsUser", [undefined, null, 0, 1000]),
  ...matrix("seccompProfile", [undefined, null, DEFAULT, UNCONFINED]),
  ...COMBINATIONS,
  ...ANNOTATIONS,
];
