import { GatewayError } from "../errors.ts";
import type { TenantsAtHand } from "./tenants-at-hand.ts";

/** What one tenant's turns take. */
export interface TenantUse {
  turns: number;
  bytes: number;
}

/** Bounds the bytes of requests and answers that all turns together, and those of one tenant, hold in memory. */
export class ByteBudget {
  readonly #max: number;
  readonly #maxOfTenant: number;
  readonly #tenants: Pick<TenantsAtHand, "areSeveral">;
  #held = 0;

  constructor(maxBytes: number, maxBytesOfTenant: number, tenants: Pick<TenantsAtHand, "areSeveral">) {
    this.#max = maxBytes;
    this.#maxOfTenant = maxBytesOfTenant;
    this.#tenants = tenants;
  }

  /**
   * Takes so many bytes more for a tenant, or gives some back when negative.
   *
   * @throws {GatewayError} `too_many_bytes_at_once`, and takes nothing.
   */
  take(bytes: number, use: TenantUse): void {
    if (bytes > 0) this.#refuseBeyond(this.#held + bytes, use.bytes + bytes);
    this.#held += bytes;
    use.bytes += bytes;
  }

  #refuseBeyond(held: number, ofTenant: number): void {
    if (held > this.#max) {
      throw new GatewayError("too_many_bytes_at_once", `At most ${this.#max} bytes are held at once.`);
    }
    if (ofTenant > this.#maxOfTenant && this.#tenants.areSeveral) {
      throw new GatewayError(
        "too_many_bytes_at_once",
        `At most ${this.#maxOfTenant} bytes are held at once for one tenant.`,
      );
    }
  }
}
