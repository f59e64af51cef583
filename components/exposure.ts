import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { APP } from "../agent-runtime/src/contract.ts";
import type { ExposureConfig } from "./config/exposure-schema.ts";
import { certificate } from "./exposure/certificate.ts";
import type { EdgeObject, ExposedPlatform } from "./exposure/edge-object.ts";
import { gatewayEdge } from "./exposure/gateway-edge.ts";
import { coordinatorHosts, urlOf } from "./exposure/hosts.ts";
import { type EdgeIngress, ingressEdge, ingressMiddlewares } from "./exposure/ingress-edge.ts";
import { type AgentRoute, agentRoute, coordinatorRoute } from "./exposure/routes.ts";
import { labelsOf } from "./naming.ts";

export interface ExposureArgs {
  /** Namespace of the platform, which has to be there before. */
  readonly namespace: pulumi.Input<string>;
  /** Name of the region, which stands before the host name of the platform. */
  readonly region: string;
  /** How the platform is reached: the key `exposure` of the stack. */
  readonly settings: ExposureConfig;
  /** The coordinator's Service, which listens on port 80. */
  readonly coordinator: pulumi.Input<string>;
  /** Classes of agents with a host name of their own. */
  readonly agents: readonly AgentRoute[];
  /** Longest turn; nothing on the way may end one sooner. */
  readonly maxTurnSeconds: number;
}

/**
 * The way from outside to the region's Services: host names, TLS, a redirect from plain HTTP, and a limit of requests for
 * each client address. Nothing on it holds back the events of a stream, and no time limit of it comes before the
 * runtime's.
 *
 * The controller itself is not part of the platform: it has to be in the cluster, with its CRDs and its class.
 */
export class Exposure extends pulumi.ComponentResource {
  /** Base URLs of the coordinator, that of all regions first. Empty where it is not exposed, or under every name. */
  readonly urls: readonly string[];
  /** TLS Secret in the platform's namespace. Absent where TLS ends with a certificate from elsewhere, or is not used. */
  readonly secretName?: string;

  constructor(name: string, args: ExposureArgs, opts?: pulumi.ComponentResourceOptions) {
    super("claude-agents:network:Exposure", name, {}, opts);
    const { settings } = args;
    const hosts = settings.kind === "none" ? [] : coordinatorHosts(settings, args.region);
    const secretName = secretNameOf(settings);
    const platform: ExposedPlatform = {
      ...args,
      routes: [coordinatorRoute(args.coordinator, hosts), ...args.agents.map(agentRoute)],
      secretName,
    };

    for (const object of objectsOf(platform)) this.#addObject(name, platform, object);
    if (settings.kind === "ingress") {
      for (const ingress of ingressEdge(platform)) this.#addIngress(name, platform, ingress);
    }

    this.urls = hosts.map((host) => urlOf(settings, host));
    if (secretName !== undefined) this.secretName = secretName;
    this.registerOutputs({ urls: this.urls, secretName });
  }

  #addObject(name: string, { namespace }: ExposedPlatform, object: EdgeObject): void {
    const { role, apiVersion, kind, spec, tier = "coordinator" } = object;
    const metadata = { name: object.name, namespace, labels: labelsOf(tier) };
    const args = { apiVersion, kind, metadata, spec };
    new k8s.apiextensions.CustomResource(`${name}-${role}`, args, { parent: this });
  }

  #addIngress(name: string, { namespace }: ExposedPlatform, ingress: EdgeIngress): void {
    const { role, annotations, spec } = ingress;
    const metadata = { name: ingress.name, namespace, labels: labelsOf("coordinator"), annotations };
    new k8s.networking.v1.Ingress(`${name}-${role}`, { metadata, spec }, { parent: this });
  }
}

function objectsOf(platform: ExposedPlatform): EdgeObject[] {
  switch (platform.settings.kind) {
    case "gateway":
      return [...certificate(platform), ...gatewayEdge(platform)];
    case "ingress":
      return [...certificate(platform), ...ingressMiddlewares(platform)];
    case "none":
      return [];
  }
}

function secretNameOf({ kind, tls }: ExposureConfig): string | undefined {
  if (kind === "none") return undefined;
  return tls.mode === "cert-manager" ? `${APP}-tls` : tls.secretName;
}
