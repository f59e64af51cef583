import type { Identity } from "../auth/identity.ts";
import { GatewayError } from "../errors.ts";
import type { KeyPort, KeyReading } from "./ports.ts";

/** Policies permit an action; whose keys it may be done to is decided here. */
export const isAdmin = ({ roles }: Identity) => roles.includes("admin");

/**
 * The key that an operator wants to do something to.
 *
 * @throws {GatewayError} `not_found`; `permission_denied` for one of another tenant.
 */
export async function requireKey(id: string, operator: Identity, keys: KeyPort): Promise<KeyReading> {
  const found = (await keys.list()).find((key) => key.id === id);
  if (found === undefined) {
    throw new GatewayError(
      "not_found",
      `No key has the id ${JSON.stringify(id)}. List them with: agentctl keys list`,
    );
  }
  refuseOtherTenant(operator, found.tenant);
  return found;
}

/** Whoever may make keys of another tenant could spend its money; who may end them could lock it out. */
export function refuseOtherTenant(operator: Identity, tenant: string): void {
  if (isAdmin(operator) || operator.tenant === tenant) return;
  throw new GatewayError(
    "permission_denied",
    `${operator.keyId} belongs to tenant ${operator.tenant} and may manage the keys of that one alone, not those of ${tenant}. Ask with a key of role admin.`,
  );
}

/** Who may make keys could otherwise make one that may more than they, or rotate one that does and use it. */
export function refuseRolesBeyond(operator: Identity, wanted: readonly string[]): void {
  if (isAdmin(operator)) return;
  const beyond = wanted.filter((role) => !operator.roles.includes(role));
  if (beyond.length === 0) return;
  throw new GatewayError(
    "permission_denied",
    `${operator.keyId} cannot hand out roles that it does not have (${beyond.join(", ")}). Ask with a key of role admin.`,
  );
}

/** Rows of keys hold their hashes, and one that is taken over may have any tenant and role. */
export function requireAdmin(operator: Identity): void {
  if (isAdmin(operator)) return;
  throw new GatewayError(
    "permission_denied",
    `Rows of keys are for role admin alone, which ${operator.keyId} does not have.`,
  );
}
