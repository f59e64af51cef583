import { z } from "zod";
import { CONTROLLER_NAMES } from "../exposure/controllers.ts";
import {
  completeTls,
  expressedLimit,
  expressedTls,
  ownGatewayOnly,
  servedKind,
} from "./exposure-relations.ts";
import { label, objectName } from "./fields.ts";

const EXPOSURE_DEFAULTS = { requestsPerMinute: 100, trustedHops: 0 } as const;

/** Leaves room for the name of a region or of a class of agents, and a dot, within the 253 characters of a name. */
const MAX_HOST_LENGTH = 253 - 33;

const host = z
  .string()
  .max(MAX_HOST_LENGTH)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/)
  .meta({
    allowed: `a DNS name such as agents.example.com, of up to ${MAX_HOST_LENGTH} lower-case letters, digits, dashes and dots, without wildcard, scheme and port`,
    fix: "state the plain name: those of regions and classes of agents are made from it, so no wildcard is needed",
  });

const arn = (service: string, resource: string, example: string) =>
  z
    .string()
    .max(512)
    .regex(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${resource}/[A-Za-z0-9_/-]+$`))
    .meta({ allowed: `an ARN such as ${example}` });

const port = z.int().min(1).max(65_535);

const issuer = z.strictObject({
  kind: z
    .enum(["Issuer", "ClusterIssuer"])
    .default("ClusterIssuer")
    .describe("Issuer is one of namespace ai-agents, ClusterIssuer one of the whole cluster"),
  name: objectName.describe("Name of the issuer of cert-manager"),
});

const tls = z.strictObject({
  mode: z
    .enum(["cert-manager", "secret", "acm", "shared", "none"])
    .default("none")
    .describe(
      "Whose certificate it is: cert-manager obtains one, secret takes an existing Secret, acm one of AWS, shared leaves it to the Gateway of exposure.parentRef; none is plain HTTP, refused in production. With any but none, plain HTTP is redirected",
    ),
  issuer: issuer.exactOptional().describe("With mode cert-manager: who issues the certificate"),
  secretName: objectName
    .exactOptional()
    .describe("With mode secret: TLS Secret in namespace ai-agents of every region, for all host names"),
  certificateArn: arn("acm", "certificate", "arn:aws:acm:eu-central-1:123456789012:certificate/<id>")
    .exactOptional()
    .describe("With mode acm: certificate for all host names"),
});

const parentRef = z.strictObject({
  name: objectName.describe("Name of the Gateway"),
  namespace: label(63).describe("Its namespace"),
  httpListener: label(63).default("http").describe("Name of its listener for HTTP"),
  httpsListener: label(63).default("https").describe("Name of its listener for HTTPS"),
});

const listenerPorts = z.strictObject({
  http: port.describe("Port of plain HTTP"),
  https: port.describe("Port of HTTPS"),
});

/** How clients outside the cluster reach the platform. */
export const exposureSchema = z
  .strictObject({
    kind: z
      .enum(["gateway", "ingress", "none"])
      .default("gateway")
      .describe("gateway makes a Gateway and HTTPRoutes, ingress an Ingress, none leaves it to you"),
    controller: z
      .enum(CONTROLLER_NAMES)
      .default("traefik")
      .meta({
        fix: "use one of them: each other one would drop the edge limit or a time-out without a word. ingress-nginx was retired in March 2026 and gets no security fixes",
      })
      .describe("What carries it out in every region; it fixes how limits and time-outs are expressed"),
    controllerNamespace: label(63)
      .exactOptional()
      .describe(
        "Namespace of the controller's proxies, which networkPolicy.ingressNamespaces has to hold; when not stated traefik or envoy-gateway-system",
      ),
    className: objectName
      .exactOptional()
      .describe("GatewayClass or IngressClass; when not stated traefik, eg (Envoy Gateway) or alb"),
    host: host
      .exactOptional()
      .describe(
        "Host name of the platform. Each region answers to <region>.<host> as well, each class of agents to <class>.<host>; not stated: to every name, and classes of agents within the cluster alone",
      ),
    tls: tls.prefault({}).describe("Encryption on the way in"),
    parentRef: parentRef
      .exactOptional()
      .describe("Existing Gateway to attach the routes to, instead of one of the platform's own"),
    listenerPorts: listenerPorts
      .exactOptional()
      .describe(
        "Ports of the own Gateway; when not stated 80 and 443, with Traefik 8000 and 8443: it wants those of its entry points",
      ),
    requestsPerMinute: z
      .union([z.int().min(1).max(1_000_000), z.literal("none")])
      .meta({ allowed: "a whole number from 1 to 1000000, or none" })
      .default(EXPOSURE_DEFAULTS.requestsPerMinute)
      .describe(
        "Requests a minute that each replica of the controller takes from one client address on one route, as many of them at once; none is no limit at the edge",
      ),
    trustedHops: z
      .int()
      .min(0)
      .max(10)
      .default(EXPOSURE_DEFAULTS.trustedHops)
      .describe(
        "Proxies before the controller that append to X-Forwarded-For: the client is the entry that the first of them has made; 0 takes the address of the connection",
      ),
    loadBalancerScheme: z
      .enum(["internal", "internet-facing"])
      .exactOptional()
      .describe("With controller aws-alb: who may reach the load balancer; internal when not stated"),
    wafAclArn: arn(
      "wafv2",
      "regional/webacl",
      "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/<name>/<id>",
    )
      .exactOptional()
      .describe(
        "With controller aws-alb: web ACL before the load balancer, the place of a limit for each client",
      ),
  })
  .check(servedKind, ...completeTls, expressedTls, ownGatewayOnly, expressedLimit);

/** Exposure as configured, with every default filled in. */
export type ExposureConfig = z.output<typeof exposureSchema>;
