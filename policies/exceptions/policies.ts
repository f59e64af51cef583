import type { PolicyGroup } from "../pack/policy.ts";
import { exceptionRequireExpiry } from "./exception-require-expiry.ts";
import { exceptionRequireNotice } from "./exception-require-notice.ts";

export const EXCEPTIONS: PolicyGroup = {
  title: "Exceptions",
  folder: "exceptions",
  policies: [exceptionRequireExpiry, exceptionRequireNotice],
};
