import type { ActionType, Schema, Type } from "@cedar-policy/cedar-wasm/web";
import type { Action } from "./identity.ts";

type ResourceType = "Model" | "Agent" | "Gateway";
type AdminArea = Action extends infer One
  ? One extends `admin:${infer Area}:${string}`
    ? Area
    : never
  : never;

/** The groups of actions that a policy can name: `action in Action::"admin:read"`. */
const ACTION_GROUPS = ["admin", "admin:read"] as const;

const ADMIN_AREAS: Record<AdminArea, true> = {
  breakers: true,
  budgets: true,
  caches: true,
  keys: true,
  limits: true,
  switches: true,
  usage: true,
  process: true,
};

/** What each action outside `admin` may be done to. */
const RESOURCES_OF: Record<Exclude<Action, `admin:${string}`>, readonly ResourceType[]> = {
  "messages:create": ["Model"],
  "messages:count-tokens": ["Model"],
  "models:list": ["Model", "Agent", "Gateway"],
  "upstream:pass-through": ["Agent", "Gateway"],
};

/** The groups that an action belongs to. */
export function groupsOf(action: Action): readonly (typeof ACTION_GROUPS)[number][] {
  if (!action.startsWith("admin:")) return [];
  return action.endsWith(":read") ? ["admin", "admin:read"] : ["admin"];
}

const text: Type<string> = { type: "String" };

/**
 * What policies may name. They are checked against it when they are loaded, so that a misspelt action or attribute is a
 * fault and no policy that never applies.
 */
export function createCedarSchema(): Schema {
  const adminActions = Object.keys(ADMIN_AREAS).flatMap((area) => [
    `admin:${area}:read` as Action,
    `admin:${area}:write` as Action,
  ]);
  const actions = [
    ...Object.entries(RESOURCES_OF).map(([action, types]) => [action, describe(action as Action, types)]),
    ...adminActions.map((action) => [action, describe(action, ["Model", "Agent", "Gateway"])]),
    ...ACTION_GROUPS.map((group) => [group, {}]),
  ];
  return { "": { entityTypes: ENTITY_TYPES, actions: Object.fromEntries(actions) } };
}

const ENTITY_TYPES = {
  Tenant: {},
  Key: {
    memberOfTypes: ["Tenant"],
    shape: record({ tenant: text, roles: { type: "Set", element: text }, provider: text }),
  },
  Model: {},
  Agent: {},
  Gateway: {},
};

function describe(action: Action, resourceTypes: readonly ResourceType[]): ActionType<string> {
  return {
    memberOf: groupsOf(action).map((id) => ({ id })),
    appliesTo: {
      principalTypes: ["Key"],
      resourceTypes: [...resourceTypes],
      context: record({ tenant: text, agent: text, model: text }),
    },
  };
}

function record(attributes: Record<string, Type<string>>): Type<string> {
  return { type: "Record", attributes };
}
