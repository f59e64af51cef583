import type * as pulumi from "@pulumi/pulumi";
import type { RegionConfig, StackConfig } from "../config.ts";
import type { PostgresArgs } from "../postgres.ts";

/** Objects of the region that its stores refer to. */
export interface StoreObjects {
  readonly namespace: pulumi.Input<string>;
  readonly priorityClassName: pulumi.Input<string>;
}

/** What a region's database is made from. */
export function postgresArgs(region: RegionConfig, stack: StackConfig, objects: StoreObjects): PostgresArgs {
  const { postgres, imagePullSecrets, rotation, environment, coordinator, observability } = stack;
  const common = { ...objects, imagePullSecrets, rotation: rotation.postgres };
  switch (postgres.mode) {
    case "none":
      return { mode: "none" };
    case "single": {
      const { exporter, ...single } = postgres.single;
      return { mode: "single", ...common, ...single, ...(exporter.enabled ? { exporter } : {}) };
    }
    case "cluster": {
      const monitor = { region: region.name, environment };
      return {
        mode: "cluster",
        ...common,
        ...postgres.cluster,
        region: region.name,
        spread: coordinator.spread,
        ...(observability.enabled ? { monitor } : {}),
      };
    }
    case "external":
      if (postgres.external === undefined) return { mode: "none" };
      return { mode: "external", urlSecret: postgres.external.urlSecret };
  }
}
