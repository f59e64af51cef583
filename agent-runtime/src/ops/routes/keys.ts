import { z } from "zod";
import { rolesSchema, tenantSchema } from "../../auth/names.ts";
import { operatorOf } from "../access.ts";
import { isAdmin, refuseOtherTenant, refuseRolesBeyond, requireKey } from "../key-access.ts";
import type { OpsApp } from "../ops-app.ts";
import type { KeyReading, OpsDeps } from "../ports.ts";
import { keyId, oneLine } from "../scopes.ts";

const DAY_MS = 86_400_000;
const MAX_OVERLAP_SECONDS = 30 * 86_400;

const time = z.iso.datetime();
const facts = { id: z.string(), tenant: z.string(), name: z.string(), roles: z.array(z.string()) };

const keyState = z
  .enum(["active", "rotated", "expired", "revoked"])
  .describe("rotated: another key took its place, and it is still good until it expires");

export const keyList = z.object({
  keys: z.array(
    z.object({
      ...facts,
      state: keyState,
      createdAt: time,
      expiresAt: time.exactOptional(),
      rotatedTo: z.string().exactOptional().describe("Id of the key that took its place"),
    }),
  ),
});

export const newKey = z.object({
  ...facts,
  key: z.string().describe("Shown this once, and kept nowhere"),
  expiresAt: time.exactOptional(),
  replaces: z.string().exactOptional().describe("Id of the key in whose place it was made"),
});

export const keyRevocation = z.object({ revoked: z.string() });

const params = z.strictObject({ id: keyId });

const createBody = z.strictObject({
  tenant: tenantSchema,
  name: oneLine(1, 100),
  roles: rolesSchema.default([]),
  expiresInDays: z.number().positive().max(3_650).exactOptional().describe("Absent: it does not expire"),
});

const rotateBody = z.strictObject({
  overlapSeconds: z.int().min(0).max(MAX_OVERLAP_SECONDS).describe("How long the old key stays good"),
});

const write = { action: "admin:keys:write" } as const;

/** API keys. Only their hashes are stored, so a key is seen once. */
export function addKeyRoutes(app: OpsApp, deps: OpsDeps): void {
  addListRoute(app, deps);
  addCreateRoute(app, deps);
  addRevokeRoute(app, deps);
  addRotateRoute(app, deps);
}

function addListRoute(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/keys",
    {
      config: { action: "admin:keys:read" },
      schema: {
        tags: ["keys"],
        summary:
          "Keys, without what would let anybody in; only those of the caller's tenant without role admin",
        response: { 200: keyList },
      },
    },
    async (request) => {
      const operator = operatorOf(request);
      const now = deps.now();
      const keys = (await deps.keys.list()).filter(
        ({ tenant }) => isAdmin(operator) || tenant === operator.tenant,
      );
      return { keys: keys.map((key) => ({ ...key, roles: [...key.roles], state: stateOf(key, now) })) };
    },
  );
}

function addCreateRoute(app: OpsApp, deps: OpsDeps): void {
  app.post(
    "/keys",
    {
      config: write,
      schema: { tags: ["keys"], summary: "Makes a key", body: createBody, response: { 201: newKey } },
    },
    async (request, reply) => {
      const { expiresInDays, ...wish } = request.body;
      const operator = operatorOf(request);
      refuseOtherTenant(operator, wish.tenant);
      refuseRolesBeyond(operator, wish.roles);
      const expiry = expiresInDays === undefined ? {} : { expiresAt: daysFrom(deps.now(), expiresInDays) };
      const made = await deps.keys.create({ ...wish, ...expiry });
      return reply.code(201).send({ ...made, ...wish, ...expiry });
    },
  );
}

function addRevokeRoute(app: OpsApp, deps: OpsDeps): void {
  app.post(
    "/keys/:id/revoke",
    {
      config: write,
      schema: {
        tags: ["keys"],
        summary: "Ends a key on every replica within a second",
        params,
        response: { 200: keyRevocation },
      },
    },
    async (request) => {
      const { id } = request.params;
      await requireKey(id, operatorOf(request), deps.keys);
      await deps.keys.revoke(id);
      return { revoked: id };
    },
  );
}

function addRotateRoute(app: OpsApp, deps: OpsDeps): void {
  app.post(
    "/keys/:id/rotate",
    {
      config: write,
      schema: {
        tags: ["keys"],
        summary: "Makes a key in another one's place, which stays good for a while",
        params,
        body: rotateBody,
        response: { 201: newKey },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const operator = operatorOf(request);
      const old = await requireKey(id, operator, deps.keys);
      refuseRolesBeyond(operator, old.roles);
      const made = await deps.keys.rotate(id, request.body.overlapSeconds);
      return reply.code(201).send({ ...old, roles: [...old.roles], ...made, replaces: id });
    },
  );
}

const daysFrom = (now: Date, days: number) => new Date(now.getTime() + days * DAY_MS).toISOString();

function stateOf({ revokedAt, expiresAt, rotatedTo }: KeyReading, now: Date): z.output<typeof keyState> {
  if (revokedAt !== undefined) return "revoked";
  if (expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime()) return "expired";
  return rotatedTo === undefined ? "active" : "rotated";
}
