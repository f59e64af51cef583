import type { Field } from "../manifests/field.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { cannotFail } from "./probe-command.ts";
import { notWhole, wholeNumber } from "./whole-number.ts";

const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc"];

/** The figures of a probe, each with what Kubernetes fills in and with the least that means what it says. */
const FIGURES = {
  initialDelaySeconds: { fallback: 0, minimum: 0 },
  periodSeconds: { fallback: 10, minimum: 1 },
  timeoutSeconds: { fallback: 1, minimum: 1 },
  failureThreshold: { fallback: 3, minimum: 1 },
} as const;
type Figure = keyof typeof FIGURES;
const FIGURE_NAMES = Object.keys(FIGURES) as Figure[];

/**
 * What is wrong with a probe in itself: no handler or several, a command that cannot fail, and figures that are none.
 * Nothing where it is missing.
 */
export function judgeProbe(probe: Field, name: string): Finding[] {
  if (probe.missing) return [];
  return [
    ...judgeHandlers(probe, name),
    ...judgeCommand(probe.at("exec", "command"), name),
    ...FIGURE_NAMES.flatMap((figure) => judgeFigure(probe, name, figure)),
  ];
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

function judgeCommand(command: Field, name: string): Finding[] {
  const words = command.items();
  const open = words.filter((word) => word.unknown);
  if (open.length > 0) return open.map(undecided);
  if (!cannotFail(words)) return [];
  const reason = `the command of ${name} ends well whatever the container does, so the probe never fails.`;
  return [violation(command, reason, "Let it ask the process that the container runs.")];
}

function judgeFigure(probe: Field, name: string, figure: Figure): Finding[] {
  const { fallback, minimum } = FIGURES[figure];
  const field = probe.at(figure);
  const value = wholeNumber(field, fallback);
  if (value === undefined) return [notWhole(field, `${figure} of ${name}`)];
  if (value >= minimum) return [];
  const reason = `${figure} of ${name} is ${value}, and Kubernetes puts its own default in the place of such a figure.`;
  return [violation(field, reason, `Set it to ${minimum} or more, or leave it out for ${fallback}.`)];
}

/** For how long a probe must fail until it has an effect, in seconds; not a number where that cannot be told. */
export function secondsToFail(probe: Field): number {
  return figureOf(probe, "periodSeconds") * figureOf(probe, "failureThreshold");
}

/** How long after the container's start a probe has its effect at the earliest, in seconds, or not a number. */
export function secondsFromStart(probe: Field): number {
  return secondsOfDelay(probe) + secondsToFail(probe);
}

/** How long it fails at the most, where nothing answers and every question is waited for, in seconds, or not a number. */
export function secondsToFailAtMost(probe: Field): number {
  const interval = Math.max(figureOf(probe, "periodSeconds"), figureOf(probe, "timeoutSeconds"));
  return interval * figureOf(probe, "failureThreshold");
}

/** How long it waits before its first question, in seconds, or not a number. */
export function secondsOfDelay(probe: Field): number {
  return figureOf(probe, "initialDelaySeconds");
}

function figureOf(probe: Field, figure: Figure): number {
  return wholeNumber(probe.at(figure), FIGURES[figure].fallback) ?? Number.NaN;
}
