/** The part of the SDK that turns the engine's message of a resource into plain values. */
export interface Deserializer {
  deserializeProperties: (message: object, keepsSecrets: boolean) => object;
}

/** The part of the SDK that guards plain values, so that reading what is not known yet throws. */
export interface Guard {
  unknownCheckingProxy: (properties: object) => object;
}

/**
 * Has the SDK read and guard each resource once for all policies. By itself it does so once for every policy, which with
 * more than a hundred of them takes far longer than the policies. They may share the result, because none writes to it:
 * what is repaired is read with its secrets kept, and never shared. It is forgotten together with the engine's message.
 */
export function shareInputs(deserializer: Deserializer, guard: Guard): void {
  const { deserializeProperties } = deserializer;
  const shared = memoise((message) => deserializeProperties(message, false));
  deserializer.deserializeProperties = (message, keepsSecrets) =>
    keepsSecrets ? deserializeProperties(message, keepsSecrets) : shared(message);
  guard.unknownCheckingProxy = memoise(guard.unknownCheckingProxy);
}

function memoise(make: (source: object) => object): (source: object) => object {
  const known = new WeakMap<object, object>();
  return (source) => {
    const made = known.get(source) ?? make(source);
    known.set(source, made);
    return made;
  };
}
