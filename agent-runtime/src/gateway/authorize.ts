import type { FastifyRequest } from "fastify";
import type { Action } from "../auth/identity.ts";
import { NO_POLICY, type PolicySubject } from "../auth/policies.ts";
import { HEADERS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import type { GatewayDeps } from "./deps.ts";
import { identityOf, recordOf } from "./request-record.ts";

/** @throws {GatewayError} `permission_denied`, naming the policy that forbids, if one does. */
export function authorize(
  request: FastifyRequest,
  action: Action,
  subject: PolicySubject,
  { policies }: Pick<GatewayDeps, "policies">,
): void {
  const record = recordOf(request);
  const { allowed, decidedBy } = policies.decide(identityOf(record), action, subject);
  record.decidedBy = decidedBy;
  if (allowed) return;
  const why =
    decidedBy === NO_POLICY ? `No policy permits ${action}.` : `${action} is forbidden by: ${decidedBy}.`;
  throw new GatewayError("permission_denied", why, { headers: { [HEADERS.decidedBy]: decidedBy } });
}
