import { APP, DEFAULT_MAX_TURN_SECONDS, ENV } from "../../agent-runtime/src/contract.ts";
import type { Stack } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import type { RouteTime } from "./route-times.ts";
import { type RuntimePod, runtimePodsOf, secondsOf, variableOf } from "./runtime-pods.ts";
import { routeTimesOf } from "./runtime-routes.ts";

const METADATA = { name: "claude-agent-coordinator", namespace: "ai-agents" };

export const turnRequireRouteTime = stackPolicy({
  name: "turn-require-route-time",
  description:
    "No route, proxy or load balancer before an agent ends a request before its longest turn is over.",
  severity: "medium",
  controls: [{ framework: "nist", control: "CM-6, SC-24" }],
  reason:
    "A turn that is cut off on its way costs what a whole one does, and the client that tries again pays twice. Traefik ignores the " +
    "time-outs of routes; other controllers keep them.",
  remedy: "Leave time-outs of routes out, or set them above MAX_TURN_SECONDS.",
  parameters: {},
  examples: {
    pass: [
      { what: "a route without time-out", objects: [...backend(), route({})] },
      { what: "one above the longest turn", objects: [...backend(), route({ request: "615s" })] },
      { what: "one that is switched off", objects: [...backend(), route({ request: "0s" })] },
    ],
    fail: [
      { what: "a minute", objects: [...backend(), route({ request: "1m" })] },
      { what: "an Ingress of NGINX as it comes", objects: [...backend(), ingress("nginx", {})] },
      {
        what: "a load balancer of AWS that waits for two minutes",
        objects: [
          ...backend(),
          ingress("alb", {
            "alb.ingress.kubernetes.io/load-balancer-attributes": "idle_timeout.timeout_seconds=120",
          }),
        ],
      },
    ],
  },
  judge: (stack) => {
    const { pods, open } = runtimePodsOf(stack);
    return [...open, ...pods.flatMap((pod) => judgePod(stack, pod))];
  },
});

function judgePod(stack: Stack, pod: RuntimePod): StackFinding[] {
  const times = routeTimesOf(stack, pod);
  if (times.length === 0) return [];
  const turn = secondsOf(
    ENV.maxTurnSeconds,
    variableOf(stack, pod, ENV.maxTurnSeconds),
    DEFAULT_MAX_TURN_SECONDS,
  );
  if (typeof turn !== "number") return [{ placed: pod.placed, finding: turn }];
  return times.flatMap((time) => judgeTime(time, turn).map((finding) => ({ placed: time.placed, finding })));
}

function judgeTime({ field, what, seconds }: RouteTime, turn: number): Finding[] {
  if ((seconds ?? 0) > turn) return [];
  if (field.unknown) return [undecided(field)];
  const got = seconds === undefined ? JSON.stringify(field.value) : `${seconds} s`;
  const reason = `${what} is ${got}, and a turn may take ${turn} s.`;
  return [violation(field, reason, `Write more than ${turn} s.`)];
}

function backend(): object[] {
  const labels = { app: APP, tier: "coordinator" };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: METADATA,
      spec: { template: { metadata: { labels }, spec: { containers: [{ name: "coordinator" }] } } },
    },
    { apiVersion: "v1", kind: "Service", metadata: METADATA, spec: { selector: labels } },
  ];
}

function route(timeouts: object): object {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: METADATA,
    spec: { rules: [{ backendRefs: [{ name: METADATA.name, port: 80 }], timeouts }] },
  };
}

function ingress(ingressClassName: string, annotations: object): object {
  const service = { name: METADATA.name, port: { number: 80 } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...METADATA, annotations },
    spec: {
      ingressClassName,
      rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", backend: { service } }] } }],
    },
  };
}
