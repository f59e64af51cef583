import { ConfigError, type Fault } from "../../components/config/faults.ts";
import { readConfig } from "../../components/config.ts";
import { setConfig } from "./record-stack.ts";
import { validConfig } from "./valid-config.ts";

/** Reads the smallest complete configuration with these keys replaced. */
export function read(changes: Record<string, unknown> = {}, secretKeys: readonly string[] = []) {
  setConfig(validConfig(changes), secretKeys);
  return readConfig();
}

/** The error that refuses a configuration. */
export function errorOf(changes: Record<string, unknown>, secretKeys: readonly string[] = []): ConfigError {
  try {
    read(changes, secretKeys);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}

/** The only fault of a configuration. */
export function faultOf(changes: Record<string, unknown>, secretKeys: readonly string[] = []): Fault {
  const { faults } = errorOf(changes, secretKeys);
  const [fault] = faults;
  if (fault === undefined || faults.length > 1)
    throw new Error(`expected one fault, got ${JSON.stringify(faults)}`);
  return fault;
}
