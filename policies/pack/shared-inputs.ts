/** The part of the SDK that turns the engine's message of a resource into plain values. */
export interface Deserializer {
  deserializeProperties: (message: object, keepsSecrets: boolean) => object;
}

/**
 * Has the SDK read each resource once for all policies. By itself it does so once for every policy, which with some
 * seventy of them takes far longer than the policies. They may share the result, because none writes to it: what is
 * repaired is read with its secrets kept, and never shared. It is forgotten together with the engine's message.
 */
export function shareInputs(sdk: Deserializer): void {
  const { deserializeProperties } = sdk;
  const known = new WeakMap<object, object>();
  sdk.deserializeProperties = (message, keepsSecrets) => {
    if (keepsSecrets) return deserializeProperties(message, keepsSecrets);
    const properties = known.get(message) ?? deserializeProperties(message, keepsSecrets);
    known.set(message, properties);
    return properties;
  };
}
