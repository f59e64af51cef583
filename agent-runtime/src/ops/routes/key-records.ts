import { z } from "zod";
import { apiKeyCopySchema } from "../../auth/api-key-record.ts";
import { operatorOf } from "../access.ts";
import { requireAdmin } from "../key-access.ts";
import type { OpsApp } from "../ops-app.ts";
import type { OpsDeps } from "../ports.ts";
import { keyId } from "../scopes.ts";

export const keyImport = z.object({ imported: z.string() });

/** Rows of keys, from the region that made them to another one: the key itself is in none of them. For role `admin`. */
export function addKeyRecordRoutes(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/keys/:id/record",
    {
      config: { action: "admin:keys:read" },
      schema: {
        tags: ["keys"],
        summary: "The row of a key, for another region of the same KEY_HASH_SECRET. Role admin alone",
        params: z.strictObject({ id: keyId }),
        response: { 200: apiKeyCopySchema },
      },
    },
    async (request) => {
      requireAdmin(operatorOf(request));
      return await deps.keys.exportRecord(request.params.id);
    },
  );
  app.post(
    "/keys/import",
    {
      config: { action: "admin:keys:write" },
      schema: {
        tags: ["keys"],
        summary: "Takes a key that another region has made. Role admin alone",
        body: apiKeyCopySchema,
        response: { 200: keyImport },
      },
    },
    async (request) => {
      requireAdmin(operatorOf(request));
      await deps.keys.importRecord(request.body);
      return { imported: request.body.id };
    },
  );
}
