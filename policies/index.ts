import { PolicyPack } from "@pulumi/policy";
import deserialize from "@pulumi/policy/deserialize.js";
import { type Deserializer, shareInputs } from "./pack/shared-inputs.ts";
import { POLICIES } from "./policies.ts";

// The SDK's types leave out what it calls internal; the test of the bundled pack notices where that changes.
shareInputs(deserialize as unknown as Deserializer);

new PolicyPack("claude-agents", { policies: POLICIES.map(({ sdk }) => sdk), enforcementLevel: "mandatory" });
