import { EXCEPTION_PREFIX } from "../pack/exceptions.ts";

/** An object that states this exception from a policy. */
export function exampleOf(exception: object): object {
  const annotations =
    Object.keys(exception).length === 0
      ? {}
      : { [`${EXCEPTION_PREFIX}container-require-probes`]: JSON.stringify(exception) };
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "subject", namespace: "ai-agents", annotations },
  };
}
