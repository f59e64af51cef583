import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";

/** A time-out that an edge object states, or that its controller has where it states none. */
export interface RouteTime {
  readonly placed: Placed;
  readonly field: Field;
  /** For example `the time-out of a request`. */
  readonly what: string;
  /** Undefined where the text is no duration. */
  readonly seconds: number | undefined;
}

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds of a duration of the Gateway API (GEP-2257), such as `1h30m`; undefined where it is none. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^(?:\d{1,5}(?:h|ms|m|s)){1,4}$/.test(value)) return undefined;
  const parts = [...value.matchAll(/(\d{1,5})(h|ms|m|s)/g)];
  return parts.reduce((sum, [, amount, unit = ""]) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}

/** The time-outs of a rule of an HTTPRoute. */
export function timesOfRule(placed: Placed, rule: Field): RouteTime[] {
  const timeouts = rule.at("timeouts");
  return [
    duration(placed, timeouts.at("request"), "the time-out of a request"),
    duration(placed, timeouts.at("backendRequest"), "the time-out of a request to a pod"),
  ].flat();
}

/** The time-outs of a BackendTrafficPolicy of Envoy Gateway that can end a turn. */
export function timesOfTrafficPolicy(placed: Placed): RouteTime[] {
  const http = placed.manifest.root.at("spec", "timeout", "http");
  return [
    duration(placed, http.at("requestTimeout"), "the time-out of a request"),
    duration(placed, http.at("maxStreamDuration"), "the longest stream"),
    duration(placed, http.at("maxConnectionDuration"), "the longest connection"),
  ].flat();
}

/** Zero switches a time-out off. */
function duration(placed: Placed, field: Field, what: string): RouteTime[] {
  const seconds = parseDuration(field.value);
  return field.missing || seconds === 0 ? [] : [{ placed, field, what, seconds }];
}

/** What controllers of Ingresses wait in silence, in seconds, where no annotation says more. */
const DEFAULT_SILENCE = "60";

const NGINX = "nginx.ingress.kubernetes.io/proxy-read-timeout";
const ALB = "alb.ingress.kubernetes.io/load-balancer-attributes";
const ALB_IDLE = "idle_timeout.timeout_seconds=";

/**
 * The time in which an Ingress ends a request that is silent, as a turn without streaming is to its end. Traefik has none;
 * of other controllers nothing is known. While the class is not known, any controller may take the Ingress as it comes.
 */
export function timesOfIngress(placed: Placed): RouteTime[] {
  const { root } = placed.manifest;
  const annotations = root.at("metadata", "annotations");
  const className = root.at("spec", "ingressClassName");
  return [
    { controller: "nginx", field: annotations.at(NGINX), secondsIn: (text: string) => text },
    { controller: "alb", field: annotations.at(ALB), secondsIn: idleIn },
  ]
    .filter(({ controller, field }) => className.unknown || className.text === controller || !field.missing)
    .map(({ field, secondsIn }) => {
      const text = field.text === undefined ? undefined : secondsIn(field.text);
      const seconds = wholeSeconds(field.missing ? DEFAULT_SILENCE : text);
      const deciding = field.missing && className.unknown ? className : field;
      return { placed, field: deciding, what: "the time-out of a silent request", seconds };
    });
}

/** Of `idle_timeout.timeout_seconds=615,…` */
function idleIn(attributes: string): string {
  const parts = attributes.split(",").map((part) => part.trim());
  return parts.find((part) => part.startsWith(ALB_IDLE))?.slice(ALB_IDLE.length) ?? DEFAULT_SILENCE;
}

function wholeSeconds(text = ""): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
