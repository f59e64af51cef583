import { z } from "zod";
import { isSwitchScope } from "../limits/switches.ts";

/** Printable ASCII without space, so that nothing in it can break a log line or a terminal. */
const printable = (max: number) => new RegExp(`^[\\x21-\\x7e]{1,${max}}$`);

export const modelName = z
  .string()
  .regex(printable(256), "must be 1 to 256 printable characters without spaces");

export const keyId = z.string().regex(printable(256), "must be 1 to 256 printable characters without spaces");

const BUDGET_SCOPE = /^(fleet|(tenant|agent|key|session):[\x21-\x7e]{1,256})$/;

/** What can have a budget. */
export const budgetScope = z
  .string()
  .regex(
    BUDGET_SCOPE,
    "must be fleet, tenant:<name>, agent:<tenant>/<type>, key:<id> or session:<tenant>/<session>",
  );

/** What can have a kill switch. */
export const switchScope = z
  .string()
  .refine(isSwitchScope, "must be fleet, tenant:<name>, agent:<type> or model:<id>");

/** Text for people. A line break or a control character could forge a line of a log or of a terminal. */
export const oneLine = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(
      new RegExp(`^[^\\p{Cc}\\p{Zl}\\p{Zp}]{${min},${max}}$`, "u"),
      `must be ${min} to ${max} characters on one line`,
    );

/** Why somebody did something, for whoever reads the record. */
export const reason = oneLine(3, 500);
