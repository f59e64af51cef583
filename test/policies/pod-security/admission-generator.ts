import fc from "fast-check";
import {
  CONTAINER_CONTEXT,
  DEFAULT,
  MAIN,
  placed,
  podOf,
  type Sample,
  UNCONFINED,
} from "./admission-samples.ts";
import { SYSCTLS } from "./admission-sysctls.ts";
import { VOLUMES } from "./admission-volumes.ts";

/** Fixed, so that what was found once is found again. */
const SEED = 20_261_125;
const PODS = 320;
const EPHEMERAL = 80;

/** One value nearly always, so that most pods break few rules and some none. */
function mostly(usual: unknown, ...others: readonly unknown[]) {
  const rare = others.map((value) => ({ weight: 1, arbitrary: fc.constant(value) }));
  return fc.oneof({ weight: 8 * others.length, arbitrary: fc.constant(usual) }, ...rare);
}

const LEVELS = {
  runAsNonRoot: mostly(undefined, true, false, null),
  runAsUser: mostly(undefined, 0, 1000, null),
  seccompProfile: mostly(undefined, DEFAULT, UNCONFINED, null),
  seLinuxOptions: mostly(undefined, { level: "s0:c1,c2" }, { type: "spc_t" }, { user: "system_u" }),
  appArmorProfile: mostly(undefined, DEFAULT, UNCONFINED),
  windowsOptions: mostly(undefined, {}, { hostProcess: false }, null),
};

const containerContext = fc.record({
  ...LEVELS,
  allowPrivilegeEscalation: mostly(false, undefined, true, null),
  capabilities: mostly(
    CONTAINER_CONTEXT.capabilities,
    undefined,
    { drop: ["all"] },
    { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
    { drop: ["ALL"], add: ["CHOWN"] },
    { drop: ["NET_RAW", "ALL"], add: ["SYS_ADMIN"] },
  ),
  privileged: mostly(undefined, false, true, null),
  procMount: mostly(undefined, "Default", "Unmasked", null),
});

const podContext = fc.record({
  ...LEVELS,
  runAsNonRoot: mostly(true, false, undefined, null),
  seccompProfile: mostly(DEFAULT, UNCONFINED, undefined, null),
  windowsOptions: mostly(undefined, {}, { hostProcess: true }),
  sysctls: mostly(undefined, [], ...SYSCTLS.map((sysctl) => [sysctl])),
});

const probe = mostly(
  undefined,
  ...["httpGet", "tcpSocket"].flatMap((action) =>
    [undefined, "", "127.0.0.1"].map((host) => ({ [action]: { host, port: 8080 } })),
  ),
);

const container = fc.record({
  securityContext: fc.oneof(
    { weight: 12, arbitrary: containerContext },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  hostPort: mostly(undefined, 0, null, 1),
  livenessProbe: probe,
  preStop: probe,
});

const podSpec = fc.record({
  system: mostly(undefined, "windows"),
  hostNetwork: mostly(undefined, true, false, null),
  hostPID: mostly(undefined, true, false),
  hostIPC: mostly(undefined, true, false),
  hostUsers: mostly(undefined, false, true),
  securityContext: podContext,
  volumes: fc.subarray([...VOLUMES], { maxLength: 2 }),
  containers: fc.array(container, { minLength: 1, maxLength: 2 }),
  sidecars: fc.array(container, { maxLength: 1 }),
  initContainers: fc.array(fc.record({ securityContext: containerContext }), { maxLength: 1 }),
});

type Generated<Source> = Source extends fc.Arbitrary<infer Value> ? Value : never;
type Context = Readonly<Record<string, unknown>>;

/** What decides which settings the API server takes in the containers of a pod. */
interface Surroundings {
  readonly isWindows: boolean;
  readonly isHostProcess: boolean;
  readonly isHostNetwork: boolean;
  readonly sharesHost: boolean;
  readonly hasUserNamespace: boolean;
}

const RUNNING_POD: Surroundings = {
  isWindows: false,
  isHostProcess: false,
  isHostNetwork: false,
  sharesHost: false,
  hasUserNamespace: false,
};

/** Pods with settings of every kind at every level, in mixtures that nobody would write down. */
export const GENERATED: readonly Sample[] = [
  ...fc.sample(podSpec, { seed: SEED, numRuns: PODS }).map((pod) => sampleOf("pod", specOf(pod))),
  ...fc
    .sample(containerContext, { seed: SEED, numRuns: EPHEMERAL })
    .map((context) => ({ securityContext: containerContextOf(context, RUNNING_POD) }))
    .map((changes) => sampleOf("ephemeralContainers", placed("ephemeralContainers", changes))),
].map((sample, index) => ({ ...sample, row: `generated ${index}: ${sample.row}` }));

function sampleOf(place: Sample["place"], spec: object): Sample {
  return { row: JSON.stringify(spec), place, pod: podOf(spec) };
}

/** The pod without what the API server refuses for other reasons than Pod Security. */
function specOf(pod: Generated<typeof podSpec>): object {
  const around = surroundingsOf(pod);
  const { hostPID, hostIPC, hostUsers } = pod;
  return {
    ...(around.isWindows ? { os: { name: "windows" } } : { hostPID, hostIPC }),
    hostUsers: around.isWindows || around.sharesHost ? undefined : hostUsers,
    hostNetwork: around.isHostNetwork ? true : pod.hostNetwork,
    securityContext: podContextOf(pod.securityContext, around),
    volumes: pod.volumes.map(({ type, source }) => ({ name: type.toLowerCase(), [type]: source })),
    containers: pod.containers.map((one, index) => containerOf(one, index, around)),
    initContainers: [
      ...pod.initContainers.map(({ securityContext }) => ({
        ...MAIN,
        name: "init",
        securityContext: containerContextOf(securityContext, around),
      })),
      ...pod.sidecars.map((one) => ({
        ...containerOf(one, pod.containers.length, around),
        restartPolicy: "Always",
      })),
    ],
  };
}

function surroundingsOf(pod: Generated<typeof podSpec>): Surroundings {
  const isWindows = pod.system === "windows";
  const isHostProcess = (pod.securityContext.windowsOptions as Context | undefined)?.["hostProcess"] === true;
  const isHostNetwork = isHostProcess || pod.hostNetwork === true;
  const sharesHost = isHostNetwork || (!isWindows && (pod.hostPID === true || pod.hostIPC === true));
  const hasUserNamespace = pod.hostUsers === false && !isWindows && !sharesHost;
  return { isWindows, isHostProcess, isHostNetwork, sharesHost, hasUserNamespace };
}

function podContextOf(context: Context, { isWindows, sharesHost }: Surroundings): Context {
  if (isWindows) return onWindows(context);
  return sharesHost ? { ...context, sysctls: undefined } : context;
}

function containerContextOf(context: Context, around: Surroundings): Context {
  const windowsOptions = around.isHostProcess ? undefined : context["windowsOptions"];
  if (around.isWindows) return onWindows({ ...context, windowsOptions });
  return {
    ...context,
    windowsOptions,
    ...(context["privileged"] === true ? { allowPrivilegeEscalation: undefined } : {}),
    ...(around.hasUserNamespace || context["procMount"] !== "Unmasked" ? {} : { procMount: undefined }),
  };
}

function onWindows({ runAsNonRoot, windowsOptions }: Context): Context {
  return { runAsNonRoot, windowsOptions };
}

function containerOf(one: Generated<typeof container>, index: number, around: Surroundings): object {
  const { securityContext, hostPort, livenessProbe, preStop } = one;
  const containerPort = 8080 + index;
  // In the node's network the API server fills in the container's port.
  const port = around.isHostNetwork ? {} : { hostPort: hostPort === 1 ? containerPort : hostPort };
  return {
    ...MAIN,
    name: `main-${index}`,
    securityContext: securityContext === null ? null : containerContextOf(securityContext, around),
    ports: [{ containerPort, ...port }],
    livenessProbe,
    lifecycle: preStop === undefined ? undefined : { preStop },
  };
}
