import { z } from "zod";

/** A tenant's name, as in `gateway.yaml`. */
export const tenantSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "must be 1 to 63 lower-case letters, digits, `.`, `_` or `-`");

/** What a policy may ask for by `principal.roles.contains("…")`. */
export const rolesSchema = z
  .array(
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,62}$/, "must be letters, digits, `:`, `.`, `_` or `-`"),
  )
  .max(32);
