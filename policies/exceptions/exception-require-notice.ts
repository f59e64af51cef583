import { exceptionsOf, isLive, type StatedException } from "../pack/exceptions.ts";
import { type Finding, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { exampleOf } from "./example.ts";

export const exceptionRequireNotice = objectPolicy({
  name: "exception-require-notice",
  description: "Every exception that holds today is shown in every report.",
  severity: "low",
  enforcement: "advisory",
  neverDisabled: "reports would list no exceptions, as if there were none.",
  controls: [{ framework: "nist", control: "CA-5, CA-7" }],
  reason: "What is excepted is out of sight otherwise, and an exception that nobody sees is never ended.",
  remedy: "Mend the object and remove the annotation before its last day; nothing fails until then.",
  parameters: {},
  examples: {
    pass: [
      { what: "an object without exceptions", objects: [exampleOf({})] },
      {
        what: "an exception of the past, which is reported as such",
        objects: [exampleOf({ owner: "payments", reason: "audit", expires: "2020-01-31" })],
      },
    ],
    fail: [
      {
        what: "an exception that holds (a notice, which fails nothing)",
        objects: [
          exampleOf({
            owner: "payments",
            reason: "The vendor's image has no such endpoint.",
            expires: "2999-12-31",
          }),
        ],
      },
    ],
  },
  judge: (manifest) => exceptionsOf(manifest).flatMap(noticeOf),
});

function noticeOf(stated: StatedException): Finding[] {
  if (stated.type !== "stated" || !isLive(stated.exception)) return [];
  const { owner, reason, expires } = stated.exception;
  const notice = `it is excepted from ${stated.policy} until ${expires}, by ${owner}: ${reason}`;
  return [violation(stated.field, notice, "Mend the object before that day.")];
}
