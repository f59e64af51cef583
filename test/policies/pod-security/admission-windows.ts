import { CONTAINER_CONTEXT, MAIN, type Row, values } from "./admission-samples.ts";

const SYSTEM = { os: { name: "windows" } };
/** A container without the settings that the API refuses on Windows. */
const BARE = { ...MAIN, securityContext: undefined };
const NON_ROOT = { runAsNonRoot: true };

const onWindows = (context: object | null, changes: object = {}) => ({
  ...SYSTEM,
  securityContext: context,
  containers: [BARE],
  ...changes,
});
const withContainer = (changes: object) => onWindows(NON_ROOT, { containers: [{ ...BARE, ...changes }] });

/** Pods that name their operating system. What admission leaves out on Windows it still demands of everything else. */
export const SYSTEMS: readonly Row[] = [
  ...values("os", null, { name: "linux" }),
  ["bare containers on Linux", { ...onWindows(NON_ROOT), os: { name: "linux" } }],
  ["bare containers on Windows", onWindows(NON_ROOT)],
  ["bare containers on Windows, perhaps root", onWindows(null)],
  ["on Windows, all containers without root", withContainer({ securityContext: NON_ROOT })],
  ["on Windows, one that takes it back", withContainer({ securityContext: { runAsNonRoot: false } })],
  ...["initContainers", "sidecar"].map(
    (place): Row => [
      `on Windows, a bare container in ${place}`,
      onWindows(NON_ROOT, {
        initContainers: [
          { ...BARE, name: "changed", ...(place === "sidecar" ? { restartPolicy: "Always" } : {}) },
        ],
      }),
    ],
  ),
  ...[true, false, null].map(
    (hostProcess): Row => [
      `on Windows, hostProcess: ${hostProcess}`,
      onWindows({ ...NON_ROOT, windowsOptions: { hostProcess } }, { hostNetwork: hostProcess }),
    ],
  ),
  [
    "on Windows, an administrator",
    onWindows({ windowsOptions: { runAsUserName: "ContainerAdministrator" } }),
  ],
  ["on Windows, the node's network", onWindows(NON_ROOT, { hostNetwork: true })],
  [
    "on Windows, a folder of the node",
    onWindows(NON_ROOT, { volumes: [{ name: "node", hostPath: { path: "C:\\" } }] }),
  ],
  [
    "on Windows, a folder of a file server",
    onWindows(NON_ROOT, {
      volumes: [{ name: "data", azureFile: { secretName: "share", shareName: "data" } }],
    }),
  ],
  ["on Windows, a port of the node", withContainer({ ports: [{ containerPort: 80, hostPort: 80 }] })],
  [
    "on Windows, a probe of another host",
    withContainer({ livenessProbe: { tcpSocket: { host: "169.254.169.254", port: 80 } } }),
  ],
  [
    "Linux settings in a pod that names no system",
    { containers: [{ ...MAIN, securityContext: CONTAINER_CONTEXT }] },
  ],
];
