import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { podOf } from "../manifests/pod-templates.ts";
import {
  daysLeft,
  EXCEPTION_PREFIX,
  exceptionsOf,
  isExceptable,
  isLive,
  type StatedException,
} from "../pack/exceptions.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { exampleOf } from "./example.ts";

interface Config {
  readonly maximumDays: number;
}

const REMEDY =
  'Write {"owner": "<team>", "reason": "<why>", "expires": "<yyyy-mm-dd>"}, or remove the annotation and mend the object.';

export const exceptionRequireExpiry = objectPolicy<Config>({
  name: "exception-require-expiry",
  description: "An exception from a policy names its owner, its reason and a last day that is not past.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-3, CA-5" }],
  reason:
    "An exception without end is a policy that does not hold, and one without owner is asked for by nobody when it matters. What " +
    "is malformed or past excepts nothing: the policy itself speaks up again.",
  remedy: REMEDY,
  parameters: {
    maximumDays: {
      type: "integer",
      minimum: 1,
      default: 180,
      description: "Days from today that the last day of an exception may be away.",
    },
  },
  examples: {
    pass: [{ what: "an object without exceptions", objects: [exampleOf({})] }],
    fail: [
      {
        what: "an exception of the past",
        objects: [exampleOf({ owner: "payments", reason: "audit", expires: "2020-01-31" })],
      },
      {
        what: "an exception without owner",
        objects: [exampleOf({ reason: "audit", expires: "2020-01-31" })],
      },
      { what: "an exception without last day", objects: [exampleOf({ owner: "payments", reason: "audit" })] },
    ],
  },
  judge: (manifest, config) => {
    const annotations = manifest.root.at("metadata", "annotations");
    if (annotations.unknown) return [undecided(annotations)];
    return [
      ...exceptionsOf(manifest).flatMap((stated) => judgeException(stated, config)),
      ...misplacedIn(manifest).map(refuseMisplaced),
    ];
  },
});

/** Exceptions of the pods that a workload makes: they are read nowhere, and a reader may trust them. */
function misplacedIn(manifest: Manifest): Field[] {
  if (manifest.kind === "Pod") return [];
  const annotations = podOf(manifest).flatMap(({ metadata }) => metadata.at("annotations").entries());
  return annotations.flatMap(([name, field]) => (name.startsWith(EXCEPTION_PREFIX) ? [field] : []));
}

function refuseMisplaced(field: Field): Finding {
  const reason = "an exception of a pod template holds for nothing: policies read those of the whole object.";
  return violation(field, reason, "Move it to the annotations of the workload.");
}

function judgeException(stated: StatedException, { maximumDays }: Config): Finding[] {
  const { policy, field } = stated;
  const what = `the exception from ${policy || "no policy"}`;
  if (!isExceptable(policy)) {
    const reason = `${what} holds for none: after ${EXCEPTION_PREFIX} stands the name of one policy, and of none about exceptions.`;
    return [violation(field, reason, "Write the policy's name as its messages do.")];
  }
  switch (stated.type) {
    case "unknown":
      return [undecided(field)];
    case "malformed":
      return [violation(field, `${what} does not hold: ${stated.problem}.`, REMEDY)];
    case "stated": {
      const { owner, expires } = stated.exception;
      if (!isLive(stated.exception)) {
        return [violation(field, `${what} ended on ${expires}; its owner is ${owner}.`, REMEDY)];
      }
      if (daysLeft(stated.exception) <= maximumDays) return [];
      const reason = `${what} lasts until ${expires}, which is more than ${maximumDays} days away.`;
      return [
        violation(field, reason, `Choose a last day within ${maximumDays} days and look at it again then.`),
      ];
    }
  }
}
