import { z } from "zod";
import type { Identity } from "../../auth/identity.ts";
import { rolesSchema, tenantSchema } from "../../auth/names.ts";
import { GatewayError } from "../../errors.ts";
import { operatorOf } from "../access.ts";
import type { OpsApp } from "../ops-app.ts";
import type { KeyReading, OpsDeps } from "../ports.ts";
import { keyId, oneLine } from "../scopes.ts";

const DAY_MS = 86_400_000;
const MAX_OVERLAP_SECONDS = 30 * 86_400;

const time = z.iso.datetime();
const facts = { id: z.string(), tenant: z.string(), name: z.string(), roles: z.array(z.string()) };

export const keyList = z.object({
  keys: z.array(
    z.object({
      ...facts,
      state: z.enum(["active", "expired", "revoked"]),
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
        summary: "Keys, without what would let anybody in",
        response: { 200: keyList },
      },
    },
    async () => {
      const now = deps.now();
      return {
        keys: (await deps.keys.list()).map((key) => ({
          ...key,
          roles: [...key.roles],
          state: stateOf(key, now),
        })),
      };
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
      refuseRolesBeyond(operatorOf(request), wish.roles);
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
    async ({ params: { id } }) => {
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
      const old = await requireKey(id, deps);
      refuseRolesBeyond(operatorOf(request), old.roles);
      const made = await deps.keys.rotate(id, request.body.overlapSeconds);
      return reply.code(201).send({ ...old, roles: [...old.roles], ...made, replaces: id });
    },
  );
}

async function requireKey(id: string, { keys }: OpsDeps): Promise<KeyReading> {
  const found = (await keys.list()).find((key) => key.id === id);
  if (found !== undefined) return found;
  throw new GatewayError(
    "not_found",
    `No key has the id ${JSON.stringify(id)}. List them with: agentctl keys list`,
  );
}

/** Who may make keys could otherwise make one that may more than they, or rotate one that does and use it. */
function refuseRolesBeyond({ roles: own, keyId }: Identity, wanted: readonly string[]): void {
  if (own.includes("admin")) return;
  const beyond = wanted.filter((role) => !own.includes(role));
  if (beyond.length === 0) return;
  throw new GatewayError(
    "permission_denied",
    `${keyId} cannot hand out roles that it does not have (${beyond.join(", ")}). Ask with a key of role admin.`,
  );
}

const daysFrom = (now: Date, days: number) => new Date(now.getTime() + days * DAY_MS).toISOString();

function stateOf({ revokedAt, expiresAt }: KeyReading, now: Date): "active" | "expired" | "revoked" {
  if (revokedAt !== undefined) return "revoked";
  return expiresAt !== undefined && Date.parse(expiresAt) <= now.getTime() ? "expired" : "active";
}
