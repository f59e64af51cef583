/** How fast a workload may grow and shrink. */
export interface ScalingPace {
  /** How long a need must last before pods are added, 0 to 60 s: longer would defeat the 15-second steps. */
  readonly scaleUpStabilizationSeconds: number;
  /** How long pods must be idle before the first is removed. */
  readonly scaleDownStabilizationSeconds: number;
}

/** Fast up (double, or four more, every 15 s, whichever is more), slow down (a tenth a minute). */
export function buildBehavior({ scaleUpStabilizationSeconds, scaleDownStabilizationSeconds }: ScalingPace) {
  return {
    scaleUp: {
      stabilizationWindowSeconds: scaleUpStabilizationSeconds,
      selectPolicy: "Max" as const,
      policies: [
        { type: "Percent", value: 100, periodSeconds: 15 },
        { type: "Pods", value: 4, periodSeconds: 15 },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: scaleDownStabilizationSeconds,
      policies: [{ type: "Percent", value: 10, periodSeconds: 60 }],
    },
  };
}
