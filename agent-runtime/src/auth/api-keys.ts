import { timingSafeEqual } from "node:crypto";
import { GatewayError } from "../errors.ts";
import type { Table } from "../store/contract.ts";
import type { SharedTable } from "../store/shared-table.ts";
import {
  type ApiKeyCopy,
  type ApiKeyRecord,
  type KnownKey,
  mintApiKey,
  type NewApiKey,
  newApiKeySchema,
  readApiKey,
  revocationIdOf,
} from "./api-key-record.ts";
import type { Identity } from "./identity.ts";
import type { KeyHash } from "./key-hash.ts";

interface ApiKeysOptions {
  /** For commands. */
  readonly table: Pick<Table, "all" | "get" | "set">;
  /** For requests: the table as this process last heard of it, read with `parseKnownKey`. */
  readonly mirror: Pick<SharedTable<KnownKey>, "get" | "isLoaded" | "ageMs">;
  readonly hash: KeyHash;
  readonly now?: () => number;
}

/**
 * How long keys are taken from a mirror that no push reaches. A failover of the store takes seconds and must not lock
 * every caller out; but a key that was revoked meanwhile works for as long, so it is a minute and no more.
 */
export const MAX_MIRROR_AGE_MS = 60_000;

/** A key as operators see it: without its hash. */
export type ApiKeyFacts = Pick<
  ApiKeyRecord,
  "id" | "tenant" | "name" | "roles" | "createdAt" | "expiresAt" | "revokedAt" | "rotatedTo"
>;

/** A key in clear: shown once, stored nowhere. */
export interface CreatedApiKey {
  readonly id: string;
  readonly key: string;
}

/**
 * The API keys of all tenants. A request is checked against the mirror, without a round trip. A revoked key stops new
 * requests of every process as soon as the push arrives, within a second. While no push can arrive, keys work as last
 * known for `MAX_MIRROR_AGE_MS`; then, and before the table was ever read, every API key is refused with
 * `store_unavailable`. The bootstrap key is not in the table and works throughout.
 */
export class ApiKeys {
  readonly #options: ApiKeysOptions;
  readonly #now: () => number;
  /** Commands of this process on keys, one after the other: each reads a row and writes it back. */
  #commands: Promise<unknown> = Promise.resolve();

  constructor(options: ApiKeysOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Who presents this key. Only who has the key itself learns that it has expired or was revoked.
   *
   * @param id the id in the key.
   * @throws {GatewayError} `invalid_key`, `key_revoked`, `key_expired`, `store_unavailable`.
   */
  verify(id: string, key: string): Identity {
    this.#refuseStaleMirror();
    const known = this.#options.mirror.get(id);
    if (known === undefined || !timingSafeEqual(this.#options.hash(key), known.hash)) {
      throw new GatewayError("invalid_key");
    }
    if ((this.#options.mirror.get(revocationIdOf(id)) ?? known).isRevoked)
      throw new GatewayError("key_revoked", `Its id is ${id}.`);
    if (known.expiresAtMs <= this.#now()) throw new GatewayError("key_expired", `Its id is ${id}.`);
    return known.identity;
  }

  /** @throws {GatewayError} `invalid_request`. @throws {StoreUnavailableError} */
  async create(request: NewApiKey): Promise<CreatedApiKey> {
    const parsed = newApiKeySchema.safeParse(request);
    if (!parsed.success) {
      const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
      throw new GatewayError("invalid_request", faults.join("; "));
    }
    const { expiresAt } = parsed.data;
    if (expiresAt !== undefined && Date.parse(expiresAt) <= this.#now()) {
      throw new GatewayError("invalid_request", `expiresAt: got ${expiresAt}; it must be in the future.`);
    }
    const { id, key } = mintApiKey();
    const hash = this.#options.hash(key).toString("base64url");
    await this.#write({ ...parsed.data, id, hash, createdAt: toIso(this.#now()) });
    return { id, key };
  }

  /** Every key, as the store has it now, the oldest first; revoked and expired ones too. @throws {StoreUnavailableError} */
  async list(): Promise<readonly ApiKeyFacts[]> {
    const rows = await this.#options.table.all();
    return [...rows]
      .flatMap(([id, row]) => readApiKey(id, row, rows.get(revocationIdOf(id))) ?? [])
      .map(({ hash: _, ...facts }) => facts)
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  /**
   * Ends a key for good, whatever another process does to it at the same time. Doing so again changes nothing.
   *
   * @throws {GatewayError} `not_found`. @throws {StoreUnavailableError}
   */
  revoke(id: string): Promise<void> {
    return this.#inTurn(async () => {
      const record = await this.#read(id);
      if (record.revokedAt !== undefined) return;
      await this.#write({ ...record, revokedAt: toIso(this.#now()) }, revocationIdOf(id));
    });
  }

  /**
   * Makes a key for the same tenant, name and roles, with the same end if there is one. The old one goes on working for
   * the overlap, unless it ends before.
   *
   * @throws {GatewayError} `not_found`; `invalid_request` for a key that no longer works or was rotated before.
   * @throws {StoreUnavailableError} when the store went away between the two writes a new key may be listed that nobody
   * has; revoke it.
   */
  rotate(id: string, overlapSeconds: number): Promise<CreatedApiKey> {
    return this.#inTurn(async () => {
      const old = await this.#read(id);
      const { tenant, name, roles, expiresAt, revokedAt, rotatedTo } = old;
      if (revokedAt !== undefined) throw new GatewayError("invalid_request", `Key ${id} was revoked.`);
      if (rotatedTo !== undefined) {
        throw new GatewayError("invalid_request", `Key ${id} was rotated before; rotate ${rotatedTo}.`);
      }
      const created = await this.create({
        tenant,
        name,
        roles,
        ...(expiresAt === undefined ? {} : { expiresAt }),
      });
      const overlapEndMs = this.#now() + overlapSeconds * 1000;
      const endMs = Math.min(overlapEndMs, expiresAt === undefined ? overlapEndMs : Date.parse(expiresAt));
      await this.#write({ ...old, expiresAt: toIso(endMs), rotatedTo: created.id });
      return created;
    });
  }

  /**
   * What another region needs to take the key as well: its row, without a trace of the key itself but its keyed hash.
   *
   * @throws {GatewayError} `not_found`; `invalid_request` for a revoked key. @throws {StoreUnavailableError}
   */
  async exportRecord(id: string): Promise<ApiKeyCopy> {
    const { tenant, name, roles, hash, createdAt, expiresAt, revokedAt, rotatedTo } = await this.#read(id);
    if (revokedAt !== undefined) throw new GatewayError("invalid_request", `Key ${id} was revoked.`);
    const base = { id, tenant, name, roles, hash, hashedUnder: this.#fingerprint(), createdAt };
    return {
      ...base,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(rotatedTo === undefined ? {} : { rotatedTo }),
    };
  }

  /**
   * Takes a key that another region has made. One that is here already is never made to last longer: it takes over an
   * earlier end and its successor alone, and stays revoked if it was. Doing so again changes nothing.
   *
   * @throws {GatewayError} `invalid_request` for a key of another hash secret, or another key of the same id.
   * @throws {StoreUnavailableError}
   */
  importRecord({ hashedUnder, ...copy }: ApiKeyCopy): Promise<void> {
    return this.#inTurn(async () => {
      if (hashedUnder !== this.#fingerprint()) {
        throw new GatewayError(
          "invalid_request",
          `Key ${copy.id} was hashed under another KEY_HASH_SECRET than this region's, so nobody could use it here. Give all regions the same.`,
        );
      }
      const own = await this.#find(copy.id);
      if (own === undefined) return this.#write(copy);
      if (own.hash !== copy.hash || own.tenant !== copy.tenant) {
        throw new GatewayError("invalid_request", `Another key has the id ${copy.id} here.`);
      }
      if (own.revokedAt === undefined) await this.#write({ ...own, ...earlierEnd(own, copy) });
    });
  }

  /** Tells hash secrets apart without telling anything about them. */
  #fingerprint(): string {
    return this.#options.hash("fingerprint of KEY_HASH_SECRET").toString("base64url").slice(0, 16);
  }

  #refuseStaleMirror(): void {
    const { isLoaded, ageMs } = this.#options.mirror;
    if (isLoaded && ageMs <= MAX_MIRROR_AGE_MS) return;
    const since = isLoaded ? `${Math.round(ageMs / 1000)} s ago` : "never";
    throw new GatewayError("store_unavailable", `API keys were last read ${since}.`);
  }

  async #read(id: string): Promise<ApiKeyRecord> {
    const record = await this.#find(id);
    if (record === undefined) throw new GatewayError("not_found", `No key has the id ${JSON.stringify(id)}.`);
    return record;
  }

  async #find(id: string): Promise<ApiKeyRecord | undefined> {
    const { table } = this.#options;
    const [row, revocation] = await Promise.all([table.get(id), table.get(revocationIdOf(id))]);
    return row === undefined ? undefined : readApiKey(id, row, revocation);
  }

  #write(record: ApiKeyRecord, rowId = record.id): Promise<void> {
    return this.#options.table.set(rowId, JSON.stringify(record));
  }

  #inTurn<T>(command: () => Promise<T>): Promise<T> {
    const result = this.#commands.then(command, command);
    this.#commands = result.catch(() => undefined);
    return result;
  }
}

type End = Pick<ApiKeyRecord, "expiresAt" | "rotatedTo">;

function earlierEnd(own: End, copy: End): End {
  const ends = [own.expiresAt, copy.expiresAt].filter((end) => end !== undefined);
  const [expiresAt] = ends.sort((a, b) => Date.parse(a) - Date.parse(b));
  const rotatedTo = own.rotatedTo ?? copy.rotatedTo;
  return {
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(rotatedTo === undefined ? {} : { rotatedTo }),
  };
}

const toIso = (timeMs: number) => new Date(timeMs).toISOString();
