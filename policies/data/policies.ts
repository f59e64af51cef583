import type { PolicyGroup } from "../pack/policy.ts";
import { manifestDisallowSecretLiterals } from "./manifest-disallow-secret-literals.ts";

export const DATA: PolicyGroup = {
  title: "Secrets and data",
  folder: "data",
  policies: [manifestDisallowSecretLiterals],
};
