import { DEFAULT_PRE_STOP_SECONDS, PATHS } from "../../../../agent-runtime/src/contract.ts";
import { RUN_AS_USER } from "../../../../components/defaults.ts";
import { CONTROLLERS } from "../../../../components/exposure/controllers.ts";
import { gatewayAccess } from "./gateway-access.ts";

/** Traefik and all that belongs to it. The stack's network policy lets this namespace call the coordinator. */
export const CONTROLLER = { name: "traefik", namespace: CONTROLLERS.traefik.namespace } as const;

/** Ports of the container. The stack's Gateway states the entry point's port, not that of a Service. */
export const CONTROLLER_PORTS = { web: CONTROLLERS.traefik.listenerPorts.http, management: 9000 } as const;

/** The longest turn that the stack's configuration allows. */
export const LONGEST_TURN_SECONDS = 3600;

/** Time between the last moment at which a turn may end and the one at which it is given up. */
const MARGIN_SECONDS = 15;

/** The runtime gives a caller 120 s to send its request. */
const READ_TIMEOUT_SECONDS = 150;

const SELECTOR = { app: CONTROLLER.name };
const SETTINGS_FOLDER = "/etc/traefik";
const SETTINGS_FILE = "middlewares.yaml";

/**
 * Another pod is tried when no connection can be had to the first; nothing was sent then. Here and not as a Middleware
 * object, which would need ten more CRDs, another provider and the right to read them. For the same reason the stack
 * states no limit of requests here, which would be one.
 */
const MIDDLEWARES = { http: { middlewares: { retry: { retry: { attempts: 3 } } } } };

/** The namespace, its Pod Security standard and nothing in it. */
export function controllerNamespace(): object {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: CONTROLLER.namespace, labels } };
}

/**
 * Traefik as Gateway API controller: one on each worker, so that a worker that is gone takes no other one's port with it.
 * There is no PodDisruptionBudget: drains leave DaemonSets alone.
 *
 * @param image its reference
 * @param routesNamespace namespace of Gateway, routes and backends; the only one that it may look into
 */
export function gatewayController(image: string, routesNamespace: string): object[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: CONTROLLER },
    ...gatewayAccess(CONTROLLER, routesNamespace),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: CONTROLLER,
      data: { [SETTINGS_FILE]: JSON.stringify(MIDDLEWARES) },
    },
    {
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: CONTROLLER,
      spec: {
        selector: { matchLabels: SELECTOR },
        // The new one serves before the old one drains: a worker's port is never without anybody behind it.
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: { metadata: { labels: SELECTOR }, spec: podSpec(image, routesNamespace) },
      },
    },
  ];
}

/**
 * The port of every worker that leads to the Traefik of this very worker, which sees the caller's own address. Plain HTTP:
 * the port is open on the bridge of this machine alone, where certificates would guard nothing.
 */
export function gatewayPort(nodePort: number): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: CONTROLLER,
    spec: {
      type: "NodePort",
      externalTrafficPolicy: "Local",
      selector: SELECTOR,
      ports: [{ name: "http", port: 80, targetPort: "web", nodePort }],
    },
  };
}

function podSpec(image: string, routesNamespace: string): object {
  const { web, management } = CONTROLLER_PORTS;
  return {
    serviceAccountName: CONTROLLER.name,
    terminationGracePeriodSeconds: DEFAULT_PRE_STOP_SECONDS + LONGEST_TURN_SECONDS + 2 * MARGIN_SECONDS,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: RUN_AS_USER,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: CONTROLLER.name,
        image,
        args: settings(routesNamespace),
        ports: [
          { name: "web", containerPort: web },
          { name: "management", containerPort: management },
        ],
        ...probes(),
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        volumeMounts: [{ name: "settings", mountPath: SETTINGS_FOLDER, readOnly: true }],
      },
    ],
    volumes: [{ name: "settings", configMap: { name: CONTROLLER.name } }],
  };
}

/** `/ping` says ready before any route is known; a request through the route tells when one is. */
function probes(): object {
  const get = (path: string, port: string) => ({ httpGet: { path, port }, timeoutSeconds: 3 });
  return {
    startupProbe: { ...get(PATHS.health, "web"), periodSeconds: 1, failureThreshold: 600 },
    readinessProbe: { ...get("/ping", "management"), periodSeconds: 2, failureThreshold: 3 },
    livenessProbe: { ...get("/ping", "management"), periodSeconds: 10, failureThreshold: 3 },
  };
}

function settings(routesNamespace: string): string[] {
  const { web, management } = CONTROLLER_PORTS;
  const longestSeconds = LONGEST_TURN_SECONDS + MARGIN_SECONDS;
  const options: Record<string, string | number | boolean> = {
    "global.checknewversion": false,
    "global.sendanonymoususage": false,
    "log.format": "json",
    // Front door and runtime log every request; what fails in between would be seen by neither.
    accesslog: true,
    "accesslog.format": "json",
    "accesslog.filters.statuscodes": "500-599",
    ping: true,
    "entrypoints.traefik.address": `:${management}`,
    "entrypoints.web.address": `:${web}`,
    "entrypoints.web.http.middlewares": "retry@file",
    // Requests go on arriving until every worker has heard that this pod leaves.
    "entrypoints.web.transport.lifecycle.requestacceptgracetimeout": `${DEFAULT_PRE_STOP_SECONDS}s`,
    // Time limits are the runtime's. These are longer, so that none of them ever comes first.
    "entrypoints.web.transport.lifecycle.gracetimeout": `${longestSeconds}s`,
    "entrypoints.web.transport.respondingtimeouts.readtimeout": `${READ_TIMEOUT_SECONDS}s`,
    "serverstransport.forwardingtimeouts.responseheadertimeout": `${longestSeconds}s`,
    // Its default is 30 s, for which every request to a worker that is gone would hang.
    "serverstransport.forwardingtimeouts.dialtimeout": "500ms",
    // No connection is used twice: on one to a pod that is gone a request would vanish instead of being tried elsewhere.
    "serverstransport.maxidleconnsperhost": -1,
    // Its default is 2 s, in which a pod that leaves could be gone already.
    "providers.providersthrottleduration": "500ms",
    "providers.file.filename": `${SETTINGS_FOLDER}/${SETTINGS_FILE}`,
    "providers.kubernetesgateway": true,
    "providers.kubernetesgateway.namespaces": routesNamespace,
  };
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`);
}
