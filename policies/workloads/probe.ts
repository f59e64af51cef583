import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { notWhole, wholeNumber } from "./whole-number.ts";

const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc"];

/** The figures of a probe, each with what Kubernetes fills in and with the least that means what it says. */
const FIGURES = [
  { name: "initialDelaySeconds", fallback: 0, minimum: 0 },
  { name: "periodSeconds", fallback: 10, minimum: 1 },
  { name: "timeoutSeconds", fallback: 1, minimum: 1 },
  { name: "failureThreshold", fallback: 3, minimum: 1 },
] as const;

/** What is wrong with a probe in itself: no handler or several, and figures that are none. Nothing where it is missing. */
export function judgeProbe(probe: Field, name: string): Finding[] {
  if (probe.missing) return [];
  return [...judgeHandlers(probe, name), ...FIGURES.flatMap((figure) => judgeFigure(probe, name, figure))];
}

function judgeHandlers(probe: Field, name: string): Finding[] {
  const handlers = HANDLERS.map((handler) => probe.at(handler));
  const known = handlers.filter((handler) => !handler.unknown && !handler.missing);
  const unknown = handlers.filter((handler) => handler.unknown);
  if (known.length < 2 && unknown.length > 0) return unknown.map(undecided);
  if (known.length === 1) return [];
  const reason = `${name} has ${known.length} handlers, and a probe asks exactly one question.`;
  return [violation(probe, reason, `Keep one of ${HANDLERS.join(", ")}.`)];
}

function judgeFigure(
  probe: Field,
  name: string,
  { name: figure, fallback, minimum }: (typeof FIGURES)[number],
): Finding[] {
  const field = probe.at(figure);
  const value = wholeNumber(field, fallback);
  if (value === undefined) return [notWhole(field, `${figure} of ${name}`)];
  if (value >= minimum) return [];
  const reason = `${figure} of ${name} is ${value}, and Kubernetes puts its own default in the place of such a figure.`;
  return [violation(field, reason, `Set it to ${minimum} or more, or leave it out for ${fallback}.`)];
}

/** For how long a probe must fail until it has an effect, in seconds; not a number where that cannot be told. */
export function secondsToFail(probe: Field): number {
  const period = wholeNumber(probe.at("periodSeconds"), 10) ?? Number.NaN;
  const threshold = wholeNumber(probe.at("failureThreshold"), 3) ?? Number.NaN;
  return period * threshold;
}

/** How long after the container's start a probe has its effect at the earliest, in seconds, or not a number. */
export function secondsFromStart(probe: Field): number {
  return (wholeNumber(probe.at("initialDelaySeconds"), 0) ?? Number.NaN) + secondsToFail(probe);
}
