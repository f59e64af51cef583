import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Identity } from "./identity.ts";
import { rolesSchema, tenantSchema } from "./names.ts";

const time = z.iso.datetime();

/** A row of the table `api-keys`. What a newer version adds to it is kept. */
const recordSchema = z.looseObject({
  id: z.string(),
  tenant: tenantSchema,
  name: z.string().min(1).max(100),
  roles: rolesSchema,
  /** Keyed hash of the whole key, in base64url. */
  hash: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  createdAt: time,
  expiresAt: time.exactOptional(),
  revokedAt: time.exactOptional(),
  /** Id of the key that took this one's place. */
  rotatedTo: z.string().exactOptional(),
});

/** An API key as it is stored: no trace of the key itself but its keyed hash. Times are ISO 8601 in UTC. */
export type ApiKeyRecord = z.output<typeof recordSchema>;

/**
 * Id of the row that revokes a key: the key's own row as it then was, with `revokedAt`. Revocation alone writes it and
 * nothing removes it, so that whatever another process does to the key at the same time cannot take a revocation back.
 */
export const revocationIdOf = (id: string) => `revoked:${id}`;

/** Fits every region whose keys are hashed under the same secret, and lets nobody in who does not have the key. */
export const apiKeyCopySchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/, "must be the id of a key: 16 hexadecimal digits"),
  tenant: recordSchema.shape.tenant,
  name: recordSchema.shape.name,
  roles: recordSchema.shape.roles,
  hash: recordSchema.shape.hash,
  hashedUnder: z
    .string()
    .max(64)
    .describe("Fingerprint of KEY_HASH_SECRET; only a region with the same one takes the key"),
  createdAt: recordSchema.shape.createdAt,
  expiresAt: recordSchema.shape.expiresAt,
  rotatedTo: recordSchema.shape.rotatedTo,
});

/** A key's row on its way to another region. */
export type ApiKeyCopy = z.output<typeof apiKeyCopySchema>;

/** What callers choose about a key. */
export const newApiKeySchema = z.strictObject({
  tenant: tenantSchema,
  name: recordSchema.shape.name.describe("For people; need not be unique"),
  roles: rolesSchema.default([]),
  expiresAt: time.exactOptional().describe("ISO 8601 in UTC. Absent: the key does not expire"),
});

export type NewApiKey = z.input<typeof newApiKeySchema>;

/**
 * The key that a row of the table is of.
 *
 * @param revocation the row of `revocationIdOf(id)`, where there is one.
 * @returns nothing for a revocation, and for a row that no version of this program writes.
 */
export function readApiKey(
  id: string,
  row: string,
  revocation: string | undefined,
): ApiKeyRecord | undefined {
  const record = readRow(row);
  if (record?.id !== id) return undefined;
  const revokedAt = revocation === undefined ? undefined : readRow(revocation)?.revokedAt;
  return revokedAt === undefined ? record : { ...record, revokedAt };
}

function readRow(row: string): ApiKeyRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(row)).data;
  } catch {
    return undefined;
  }
}

/** A key as requests are checked against it. */
export interface KnownKey {
  readonly hash: Buffer;
  readonly identity: Identity;
  readonly expiresAtMs: number;
  readonly isRevoked: boolean;
}

/**
 * Reads a row for the mirror: `new SharedTable({ table: "api-keys", parse: parseKnownKey, … })`.
 *
 * @throws {SyntaxError} for a row that no version of this program writes. It does not quote the row.
 */
export function parseKnownKey(row: string): KnownKey {
  const record = readRow(row);
  if (record === undefined) throw new SyntaxError("this is no row of an API key");
  const { id, tenant, roles, hash, expiresAt, revokedAt } = record;
  return {
    hash: Buffer.from(hash, "base64url"),
    identity: { tenant, keyId: id, roles, provider: "api-key" },
    expiresAtMs: expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt),
    isRevoked: revokedAt !== undefined,
  };
}

const KEY = /^cak_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** A new key: `cak_`, its id, and 256 random bits. The id is no secret; it finds the row without trying all. */
export function mintApiKey(): { readonly id: string; readonly key: string } {
  const id = randomBytes(8).toString("hex");
  return { id, key: `cak_${id}_${randomBytes(32).toString("base64url")}` };
}

/** The id in a key, or nothing when this is not the form of a key. */
export function idOfApiKey(presented: string): string | undefined {
  return KEY.exec(presented)?.[1];
}
