import { equalValues } from "../protocol/property-change.ts";
import { isPropertyMap, type PropertyValue } from "../protocol/property-value.ts";

type Value = PropertyValue | undefined;

/**
 * `inputs` with the live value wherever the live object departs from `applied`, which is what applying the
 * inputs again would give. The server's ways of writing a value (`1000m` → `1`), its defaults and other
 * people's fields are in both, so they are no drift. `undefined`: the value is gone.
 */
export function driftedInputs(inputs: Value, live: Value, applied: Value): Value {
  if (live === undefined) return applied === undefined ? inputs : undefined;
  if (equalValues(live, applied)) return inputs;
  if (isPropertyMap(inputs) && isPropertyMap(live)) {
    const wanted = isPropertyMap(applied) ? applied : {};
    const members = Object.keys(inputs).map(
      (key) => [key, driftedInputs(inputs[key], live[key], wanted[key])] as const,
    );
    return Object.fromEntries(members.filter(([, member]) => member !== undefined));
  }
  if (Array.isArray(inputs) && Array.isArray(live) && inputs.length === live.length) {
    const wanted = Array.isArray(applied) ? applied : [];
    return inputs.map((item, index) => driftedInputs(item, live[index], wanted[index]) ?? item);
  }
  return live;
}
