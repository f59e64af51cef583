import { z } from "zod";
import { CONTROLLER_NAMES, CONTROLLERS, serves } from "../exposure/controllers.ts";
import { label } from "./fields.ts";
import { PRODUCTION } from "./production-relations.ts";
import { type Contradiction, relation } from "./relations.ts";

const kind = z.enum(["gateway", "ingress", "none"]);
const controller = z.enum(CONTROLLER_NAMES);
const tls = z.looseObject({ mode: z.enum(["cert-manager", "secret", "acm", "shared", "none"]) });
const requestsPerMinute = z.union([z.number(), z.literal("none")]);

export const servedKind = relation(z.looseObject({ kind, controller }), (exposure) => {
  const { kind, controller } = exposure;
  if (kind === "none" || serves(controller, kind)) return [];
  const able = CONTROLLER_NAMES.filter((name) => serves(name, kind));
  return [
    {
      path: ["controller"],
      got: `${controller}, with kind ${kind}`,
      allowed: `one of ${able.join(", ")} with kind ${kind}`,
      fix: `name one of them, or use kind ${CONTROLLERS[controller].kinds.join(" or ")}`,
    },
  ];
});

/** What each mode is made from: that, and nothing that belongs to another one. */
const MODE_KEYS = { "cert-manager": "issuer", secret: "secretName", acm: "certificateArn" } as const;

const named = z.looseObject({ tls, host: z.unknown().optional() });

export const completeTls = [
  relation(z.looseObject({ tls }), ({ tls }) =>
    Object.entries(MODE_KEYS).flatMap(([mode, key]): Contradiction[] => {
      const path = ["tls", key];
      const isStated = tls[key] !== undefined;
      if (isStated === (tls.mode === mode)) return [];
      if (isStated) {
        return [
          {
            path,
            got: `a value, although tls.mode is ${tls.mode}`,
            allowed: `nothing: it belongs to mode ${mode}`,
            fix: `remove ${key}, or set tls.mode to ${mode}`,
          },
        ];
      }
      return [
        {
          path,
          got: "nothing",
          allowed: `a value with tls.mode ${mode}`,
          fix: `state ${key}, or another mode`,
        },
      ];
    }),
  ),
  relation(named, ({ tls, host }) =>
    tls.mode === "none" || host !== undefined
      ? []
      : [
          {
            path: ["host"],
            got: `no host, with tls.mode ${tls.mode}`,
            allowed: "the DNS name that the certificate is for",
            fix: "state host, or set tls.mode to none",
          },
        ],
  ),
] as const;

/** Certificates of AWS never leave it, and its load balancers take no others. */
export const expressedTls = relation(
  z.looseObject({ kind, controller, tls, parentRef: z.unknown().optional() }),
  ({ kind, controller, tls: { mode }, parentRef }): Contradiction[] => {
    if (kind === "none") return [];
    const path = ["tls", "mode"];
    if (parentRef !== undefined || mode === "shared") {
      if (parentRef !== undefined && (mode === "shared" || mode === "none")) return [];
      return [
        {
          path,
          got: parentRef === undefined ? "shared, without parentRef" : `${mode}, with parentRef`,
          allowed: "shared, exactly with a parentRef: the certificate is then that of the shared Gateway",
          fix: parentRef === undefined ? "name the Gateway in parentRef" : "set tls.mode to shared, or none",
        },
      ];
    }
    if (mode === "none" || (mode === "acm") === (controller === "aws-alb")) return [];
    return [
      {
        path,
        got: `${mode}, with controller ${controller}`,
        allowed: controller === "aws-alb" ? "acm" : "cert-manager or secret",
        fix:
          controller === "aws-alb"
            ? "name a certificate of ACM: load balancers of AWS take no Secret"
            : "use the controller aws-alb: certificates of ACM cannot be had by any other",
      },
    ];
  },
);

export const ownGatewayOnly = relation(z.looseObject({ kind }), (exposure): Contradiction[] => {
  const isGateway = exposure.kind === "gateway";
  const { parentRef, listenerPorts } = exposure;
  return [
    ...(parentRef === undefined || isGateway
      ? []
      : [
          {
            path: ["parentRef"],
            got: `a Gateway, with kind ${exposure.kind}`,
            allowed: "nothing: only routes of kind gateway have a parent",
            fix: "remove parentRef, or set kind to gateway",
          },
        ]),
    ...(listenerPorts === undefined || (isGateway && parentRef === undefined)
      ? []
      : [
          {
            path: ["listenerPorts"],
            got: "ports, without a Gateway of the platform's own",
            allowed: "nothing: there are no listeners to give ports to",
            fix: "remove listenerPorts",
          },
        ]),
  ];
});

const limited = z.looseObject({ kind, controller, requestsPerMinute, trustedHops: z.number() });

/** A limit that nobody enforces, or that counts the wrong address, is worse than none: it is believed. */
export const expressedLimit = relation(limited, (exposure): Contradiction[] => {
  const { kind, controller, requestsPerMinute, trustedHops } = exposure;
  if (kind === "none") return [];
  const isAlb = controller === "aws-alb";
  const albOnly = ["wafAclArn", "loadBalancerScheme"].filter((key) => !isAlb && exposure[key] !== undefined);
  return [
    ...(isAlb && requestsPerMinute !== "none" ? [limitOfAlb(requestsPerMinute)] : []),
    ...(isAlb && trustedHops > 0 ? [hopsThatCountNothing(trustedHops, "a web ACL counts by itself")] : []),
    ...(controller === "envoy-gateway" && exposure["parentRef"] !== undefined && trustedHops > 0
      ? [
          hopsThatCountNothing(
            trustedHops,
            "they are said in the ClientTrafficPolicy beside the shared Gateway",
          ),
        ]
      : []),
    ...albOnly.map((key) => ({
      path: [key],
      got: `a value, with controller ${controller}`,
      allowed: "nothing: only load balancers of AWS know it",
      fix: `remove ${key}, or use the controller aws-alb`,
    })),
  ];
});

function limitOfAlb(figure: number): Contradiction {
  return {
    path: ["requestsPerMinute"],
    got: `${figure}, with controller aws-alb`,
    allowed: "none: load balancers of AWS limit no client by themselves",
    fix: "set it to none, and make the limit a rate-based rule of the web ACL in wafAclArn",
  };
}

function hopsThatCountNothing(trustedHops: number, reason: string): Contradiction {
  return {
    path: ["trustedHops"],
    got: String(trustedHops),
    allowed: `0: ${reason}`,
    fix: "remove trustedHops",
  };
}

const exposed = z.looseObject({
  kind,
  controller,
  controllerNamespace: z.string().optional(),
  tls,
  host: z.string().optional(),
});

const labelled = z.looseObject({ environment: z.string(), exposure: exposed });

/** Keys of clients must not cross a network in clear text; health checks of DNS need a name. */
export const safeInProduction = relation(labelled, ({ environment, exposure }): Contradiction[] => {
  if (environment !== PRODUCTION || exposure.kind === "none") return [];
  return [
    ...(exposure.host === undefined
      ? [
          {
            path: ["exposure", "host"],
            got: "no host, in environment production",
            allowed: "the DNS name of the platform",
            fix: "state exposure.host, or set exposure.kind to none when something else exposes the platform",
          },
        ]
      : []),
    ...(exposure.tls.mode === "none"
      ? [
          {
            path: ["exposure", "tls", "mode"],
            got: "none, in environment production",
            allowed: "cert-manager, secret, acm or shared: keys must not travel in clear text",
            fix: "name an issuer of cert-manager, a TLS Secret or a certificate of ACM",
          },
        ]
      : []),
  ];
});

const networked = z.looseObject({
  exposure: exposed,
  networkPolicy: z.looseObject({
    ingressNamespaces: z.array(label(63)),
    ingressCidrs: z.array(z.string()).default([]),
  }),
});

/** Whoever passes requests on must get through the network policy. */
export const admittedController = relation(networked, ({ exposure, networkPolicy }): Contradiction[] => {
  if (exposure.kind === "none") return [];
  if (exposure.controller === "aws-alb") {
    if (networkPolicy.ingressCidrs.length > 0) return [];
    return [
      {
        path: ["networkPolicy", "ingressCidrs"],
        got: "no ranges, with exposure.controller aws-alb",
        allowed: "1 to 50 IPv4 ranges: the subnets of the load balancer, from which it calls the pods",
        fix: "state these ranges, or every request ends in 504",
      },
    ];
  }
  const { controllerNamespace = CONTROLLERS[exposure.controller].namespace } = exposure;
  if (networkPolicy.ingressNamespaces.includes(controllerNamespace)) return [];
  return [
    {
      path: ["networkPolicy", "ingressNamespaces"],
      got: `${JSON.stringify(networkPolicy.ingressNamespaces)}, without the namespace of ${exposure.controller}`,
      allowed: `a list that holds ${controllerNamespace}`,
      fix: `add ${controllerNamespace}, or state the namespace of its proxies in exposure.controllerNamespace`,
    },
  ];
});

const addressed = z.looseObject({
  exposure: exposed,
  regions: z.array(z.looseObject({ name: z.string() })),
  agents: z.array(z.looseObject({ name: z.string() })),
});

/** What an issuer that speaks ACME puts into one certificate at most. */
const MAX_CERTIFICATE_NAMES = 100;

/** Regions and classes of agents have their names below the same host. */
export const distinctHosts = relation(addressed, ({ exposure, regions, agents }): Contradiction[] => {
  if (exposure.kind === "none" || exposure.host === undefined) return [];
  const { host } = exposure;
  const names = regions.map(({ name }) => name);
  const taken = agents.flatMap(({ name }, index): Contradiction[] =>
    names.includes(name)
      ? [
          {
            path: ["agents", index, "name"],
            got: `${JSON.stringify(name)}, whose host ${name}.${host} is that of the region`,
            allowed: "a name that no region has",
            fix: "rename the class of agents",
          },
        ]
      : [],
  );
  // Beside the classes of agents: the platform's own and the region's.
  const count = agents.length + 2;
  if (exposure.tls.mode !== "cert-manager" || count <= MAX_CERTIFICATE_NAMES) return taken;
  return [
    ...taken,
    {
      path: ["exposure", "tls", "mode"],
      got: `cert-manager, for ${count} host names`,
      allowed: `up to ${MAX_CERTIFICATE_NAMES} names in its one certificate`,
      fix: "use mode secret with a wildcard certificate, or fewer classes of agents",
    },
  ];
});
