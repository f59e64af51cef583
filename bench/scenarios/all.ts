import { coldStart } from "./cold-start.ts";
import { fallback } from "./fallback.ts";
import { featureBill } from "./feature-bill.ts";
import { latency } from "./latency.ts";
import { memory } from "./memory.ts";
import { profile } from "./profile.ts";
import { prompts } from "./prompts.ts";
import type { Scenario } from "./scenario.ts";
import { streams } from "./streams.ts";
import { throughput } from "./throughput.ts";

/** In the order in which they run and are reported. */
export const SCENARIOS: readonly Scenario[] = [
  latency,
  throughput,
  streams,
  prompts,
  fallback,
  memory,
  coldStart,
  featureBill,
  profile,
];
