import { PolicyPack } from "@pulumi/policy";
import { POLICIES } from "./policies.ts";

new PolicyPack("claude-agents", { policies: POLICIES.map(({ sdk }) => sdk), enforcementLevel: "mandatory" });
