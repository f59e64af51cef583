import type { FastifyReply, FastifyRequest } from "fastify";
import type { Identity } from "../auth/identity.ts";
import { HEADERS } from "../contract.ts";
import { GatewayError } from "../errors.ts";
import type { AccessPort, AdminAction } from "./ports.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks the ops server; there only once the request was let in. */
    operator: Identity | undefined;
  }

  interface FastifyContextConfig {
    /** What a route of the ops server does. Every one of them has it. */
    action?: AdminAction;
  }
}

/** Lets a request in when the caller is known and a policy permits what its route does. Runs before the body is read. */
export function createAccessCheck({ authenticate, authorize }: AccessPort) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    // What there is no route for has no action to ask a policy about.
    if (request.is404) throw new GatewayError("not_found");
    const { action } = request.routeOptions.config;
    if (action === undefined) throw new Error(`${request.routeOptions.url} has no action`);
    const identity = await authenticate(request.headers);
    const { allowed, decidedBy } = authorize(identity, action);
    reply.header(HEADERS.decidedBy, decidedBy);
    if (!allowed) {
      throw new GatewayError(
        "permission_denied",
        `${action} by ${identity.keyId} was refused (${decidedBy}). Ask with a key whose roles permit it.`,
      );
    }
    request.operator = identity;
  };
}

/** @throws {Error} when the request was not let in, which no route's handler sees. */
export function operatorOf(request: FastifyRequest): Identity {
  if (request.operator === undefined) throw new Error(`${request.url} has no operator`);
  return request.operator;
}
