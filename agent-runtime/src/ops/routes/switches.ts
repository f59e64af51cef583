import { z } from "zod";
import type { Switch } from "../../limits/switches.ts";
import { operatorOf } from "../access.ts";
import { isKnownScope, normalisedScope } from "../known-scope.ts";
import type { OpsApp } from "../ops-app.ts";
import type { OpsDeps } from "../ports.ts";
import { reason, switchScope } from "../scopes.ts";

const percent = z
  .int()
  .min(0)
  .max(100)
  .describe(
    "How many of a hundred conversations pass: 0 stops all, 1 to 99 resumes in stages, 100 is as if never used",
  );

const MAX_HISTORY = 100;

const switchUse = z.object({
  at: z.iso.datetime(),
  by: z.string(),
  reason: z.string(),
  from: percent,
  to: percent,
});

const switchAnswer = z.object({ scope: z.string(), percent, lastUse: switchUse.exactOptional() });

export const switchSetting = switchAnswer.extend({
  scope: z.string().describe("With the model's id, where an alias was named"),
  known: z
    .boolean()
    .exactOptional()
    .describe(
      "False when no configuration, key or usage of the last 24 hours is of this scope; absent when the store cannot say",
    ),
});

export const switchList = z.object({
  switches: z.array(switchAnswer),
  history: z.array(switchUse.extend({ scope: z.string() })).describe("The last 100 uses, latest first"),
});

/** Kill switches: effective on every replica within a second, every use recorded. */
export function addSwitchRoutes(app: OpsApp, deps: OpsDeps): void {
  app.get(
    "/switches",
    {
      config: { action: "admin:switches:read" },
      schema: {
        tags: ["switches"],
        summary: "Kill switches and their history",
        response: { 200: switchList },
      },
    },
    async () => {
      const switches = await deps.switches.list();
      return { switches: switches.map(toAnswer), history: historyOf(switches) };
    },
  );
  app.put(
    "/switches/:scope",
    {
      config: { action: "admin:switches:write" },
      schema: {
        tags: ["switches"],
        summary: "Stops the requests of a scope, or resumes them",
        params: z.strictObject({ scope: switchScope }),
        body: z.strictObject({ percent, reason }),
        response: { 200: switchSetting },
      },
    },
    async (request) => {
      const { params, body } = request;
      const use = { by: operatorOf(request).keyId, reason: body.reason };
      const scope = normalisedScope(params.scope, deps);
      const state = toAnswer(await deps.switches.set(scope, body.percent, use));
      const known = await isKnownScope(scope, deps);
      return { ...state, ...(known === undefined ? {} : { known }) };
    },
  );
}

function toAnswer({ scope, percent, history }: Switch) {
  const [lastUse] = history;
  return { scope, percent, ...(lastUse === undefined ? {} : { lastUse }) };
}

function historyOf(switches: readonly Switch[]) {
  return switches
    .flatMap(({ scope, history }) => history.map((use) => ({ ...use, scope })))
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, MAX_HISTORY);
}
