import { isIPv4 } from "node:net";
import type { ModelCatalogue } from "../gateway/models.ts";
import { type ConfigFault, showValue } from "./config-error.ts";
import type { GatewayConfig } from "./gateway-config.ts";

/** Faults of values that are well formed but point at nothing, at themselves, or at a place that cannot be trusted. */
export function faultsOfReferences(
  file: string,
  { fallbacks, identity }: Pick<GatewayConfig, "fallbacks" | "identity">,
  models: ModelCatalogue,
): ConfigFault[] {
  const faults = [...fallbackFaults(fallbacks, models), ...issuerFaults(identity.jwt)];
  return faults.map((fault) => ({ ...fault, path: `${file}: ${fault.path}` }));
}

function fallbackFaults(fallbacks: GatewayConfig["fallbacks"], models: ModelCatalogue): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const chains = new Map<string, string>();
  for (const [name, chain] of Object.entries(fallbacks)) {
    const path = `fallbacks.${name}`;
    const id = checkModel(path, name, models, faults);
    if (id === undefined) continue;
    const other = chains.get(id);
    if (other !== undefined) faults.push({ path, allowed: `one chain a model; ${other} is the same model` });
    chains.set(id, name);
    const seen = new Set([id]);
    for (const [index, next] of chain.entries()) {
      checkNext(`${path}.${index}`, next, seen, models, faults);
    }
  }
  return faults;
}

/** A model that has just failed is not tried again under another of its names. */
function checkNext(
  path: string,
  name: string,
  seen: Set<string>,
  models: ModelCatalogue,
  faults: ConfigFault[],
): void {
  const id = checkModel(path, name, models, faults);
  if (id === undefined) return;
  if (seen.has(id)) {
    faults.push({ path, got: showValue(name), allowed: "a model that the chain does not hold already" });
  }
  seen.add(id);
}

/** @returns the model's id, when there is one. */
function checkModel(path: string, name: string, models: ModelCatalogue, faults: ConfigFault[]) {
  const model = models.find(name);
  if (model !== undefined) return model.id;
  const known = models.models.map(({ id }) => id).join(", ");
  faults.push({ path, got: showValue(name), allowed: `a model of this build: ${known}` });
  return undefined;
}

/** Who can alter an issuer's keys on their way can let in anyone. */
function issuerFaults(issuers: GatewayConfig["identity"]["jwt"]): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const seen = new Set<string>();
  for (const [index, { issuer, jwksUrl }] of issuers.entries()) {
    const path = `identity.jwt.${index}`;
    if (!isTamperProof(new URL(jwksUrl))) {
      const allowed = "an https URL without user and password (plain http only to a loopback address)";
      faults.push({ path: `${path}.jwksUrl`, allowed });
    }
    if (seen.has(issuer)) {
      faults.push({ path: `${path}.issuer`, got: showValue(issuer), allowed: "each issuer once" });
    }
    seen.add(issuer);
  }
  return faults;
}

function isTamperProof({ protocol, hostname, username, password }: URL): boolean {
  if (username !== "" || password !== "") return false;
  const isLoopback =
    hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
  return protocol === "https:" || (protocol === "http:" && isLoopback);
}
