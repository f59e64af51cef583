import { type Arm, CALLER_KEY } from "./arm.ts";

/** No gateway at all: what the others' added time is counted from, and the ceiling of mock and driver. */
export const direct: Arm = {
  name: "direct",
  role: "required",
  canFallBack: false,
  install: async () => "the mock itself",
  start: async (_bench, { upstreamUrl }) => ({
    url: upstreamUrl,
    headers: { "x-api-key": CALLER_KEY },
    pids: [],
    storePids: [],
    readyMs: 0,
    stop: async () => undefined,
  }),
};
