// A program for the bundle's test: what the runtime uses to decide who may do what, alone.
import { TokenVerifier } from "../../../agent-runtime/src/auth/jwt.ts";
import { Policies } from "../../../agent-runtime/src/auth/policies.ts";

const [folder = "", token = "", issuer = "{}"] = process.argv.slice(2);
const log = { info: () => undefined, error: (fields) => console.error(JSON.stringify(fields)) };
const reloads = { taken: () => undefined, refused: () => undefined };

const policies = new Policies({ folder, log, reloads });
await policies.watch();
const identity = await new TokenVerifier([JSON.parse(issuer)]).verify(token);
const decisions = ["messages:create", "admin:keys:read", "admin:keys:write"].map((action) =>
  policies.decide(identity, action, { model: "claude-opus-5-5", agent: "direct" }),
);
console.log(JSON.stringify({ identity, decisions }));
await policies.close();
