import type { Arm } from "./arm.ts";
import { bare } from "./bare.ts";
import { direct } from "./direct.ts";
import { litellm } from "./litellm.ts";
import { nginx } from "./nginx.ts";
import { ours, oursWithRedis } from "./ours.ts";
import { portkey } from "./portkey.ts";

/** In the order of the report. `direct` always takes part: the others' added time is counted from it. */
export const ARMS: readonly Arm[] = [direct, nginx, bare, ours, oursWithRedis, portkey, litellm];
