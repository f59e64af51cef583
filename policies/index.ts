import { PolicyPack } from "@pulumi/policy";
import deserialize from "@pulumi/policy/deserialize.js";
import proxy from "@pulumi/policy/proxy.js";
import { type Deserializer, type Guard, shareInputs } from "./pack/shared-inputs.ts";
import { POLICIES } from "./policies.ts";

// The SDK's types leave out what it calls internal; the test of the bundled pack notices where that changes.
shareInputs(deserialize as unknown as Deserializer, proxy as unknown as Guard);

new PolicyPack("claude-agents", { policies: POLICIES.map(({ sdk }) => sdk), enforcementLevel: "mandatory" });
