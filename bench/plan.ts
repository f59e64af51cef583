/** How long and how often everything is measured. */
export interface Plan {
  readonly quick: boolean;
  readonly rounds: number;
  /** Load before the first round, so that no arm is measured before its code is compiled. */
  readonly warmUpSeconds: number;
  readonly latencySeconds: number;
  /** Concurrencies of the throughput frontier, climbed until an answer takes too long. */
  readonly ladder: readonly number[];
  readonly stepSeconds: number;
  readonly streamLevels: readonly number[];
  /** Streams that each connection carries one after another. */
  readonly streamsEach: number;
  readonly promptSeconds: number;
  readonly fallbackSeconds: number;
  readonly loadedSeconds: number;
  readonly soakSeconds: number;
}

export const FULL_PLAN: Plan = {
  quick: false,
  rounds: 5,
  warmUpSeconds: 4,
  latencySeconds: 4,
  ladder: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  stepSeconds: 3,
  streamLevels: [100, 500, 1000],
  streamsEach: 3,
  promptSeconds: 3,
  fallbackSeconds: 3,
  loadedSeconds: 5,
  soakSeconds: 600,
};

/** Says where things stand in some minutes; too short to be quoted. */
export const QUICK_PLAN: Plan = {
  quick: true,
  rounds: 2,
  warmUpSeconds: 2,
  latencySeconds: 2,
  ladder: [4, 16, 64, 256],
  stepSeconds: 1.5,
  streamLevels: [100, 500, 1000],
  streamsEach: 1,
  promptSeconds: 1.5,
  fallbackSeconds: 1.5,
  loadedSeconds: 2,
  soakSeconds: 30,
};
