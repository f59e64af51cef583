import type { ConfigSources, EnvFrom, EnvVar, PodContainer } from "./container-spec.ts";

/** Values that the downward API offers, by field path, e.g. `metadata.name`. */
export type PodFields = Readonly<Record<string, string>>;

/** A container whose environment cannot be put together, for every reason at once, as a kubelet would refuse it. */
export class ContainerEnvError extends Error {
  override readonly name = "ContainerEnvError";

  constructor(container: string, faults: readonly string[]) {
    super(
      `The environment of container ${container} cannot be put together:\n${faults.map((fault) => `- ${fault}`).join("\n")}`,
    );
  }
}

/**
 * The environment that a kubelet would give to the container: `envFrom` in its order, later ones winning, then `env`,
 * which wins over both and may refer to what came before it as `$(NAME)` (`$$(NAME)` stands for itself). Missing
 * optional references are left out.
 * @throws {ContainerEnvError} that names every missing reference and unsupported source.
 */
export function resolveContainerEnv(
  container: Pick<PodContainer, "name" | "env" | "envFrom">,
  sources: ConfigSources,
  fields: PodFields,
): Record<string, string> {
  const faults: string[] = [];
  const env = new Map<string, string>();
  for (const source of container.envFrom) {
    for (const [name, value] of importedFrom(source, sources, faults)) env.set(name, value);
  }
  for (const variable of container.env) {
    const value =
      variable.valueFrom === undefined
        ? expand(variable.value ?? "", env)
        : referredValue(variable, sources, fields, faults);
    if (value !== undefined) env.set(variable.name, value);
  }
  if (faults.length > 0) throw new ContainerEnvError(container.name, faults);
  return Object.fromEntries(env);
}

function importedFrom(source: EnvFrom, sources: ConfigSources, faults: string[]): [string, string][] {
  const { kind, ref, data } =
    source.configMapRef === undefined
      ? { kind: "Secret", ref: source.secretRef, data: sources.secrets }
      : { kind: "ConfigMap", ref: source.configMapRef, data: sources.configMaps };
  if (ref === undefined) return [];
  const found = data.get(ref.name);
  if (found === undefined && ref.optional !== true) {
    faults.push(`envFrom: ${kind} ${ref.name} does not exist; create it or mark the reference optional`);
  }
  return Object.entries(found ?? {}).map(([key, value]) => [`${source.prefix ?? ""}${key}`, value]);
}

function referredValue(
  variable: EnvVar,
  sources: ConfigSources,
  fields: PodFields,
  faults: string[],
): string | undefined {
  const { configMapKeyRef, secretKeyRef, fieldRef } = variable.valueFrom ?? {};
  if (configMapKeyRef !== undefined) {
    return keyValue(variable.name, "ConfigMap", configMapKeyRef, sources.configMaps, faults);
  }
  if (secretKeyRef !== undefined) {
    return keyValue(variable.name, "Secret", secretKeyRef, sources.secrets, faults);
  }
  if (fieldRef === undefined) {
    const kinds = Object.keys(variable.valueFrom ?? {}).join(", ");
    faults.push(
      `${variable.name}: ${kinds} is not supported outside a pod; use value, configMapKeyRef, secretKeyRef or fieldRef`,
    );
    return undefined;
  }
  return fieldValue(variable.name, fieldRef.fieldPath, fields, faults);
}

function keyValue(
  variable: string,
  kind: string,
  ref: { name: string; key: string; optional?: boolean | undefined },
  objects: ReadonlyMap<string, Readonly<Record<string, string>>>,
  faults: string[],
): string | undefined {
  const object = objects.get(ref.name);
  const value = object?.[ref.key];
  if (value === undefined && ref.optional !== true) {
    const reason =
      object === undefined
        ? `${kind} ${ref.name} does not exist`
        : `${kind} ${ref.name} has no key ${ref.key}`;
    faults.push(`${variable}: ${reason}; create it or mark the reference optional`);
  }
  return value;
}

/** `metadata.labels['name']` and the like are keys of their own in {@link PodFields}; absent ones are empty. */
function fieldValue(variable: string, path: string, fields: PodFields, faults: string[]): string | undefined {
  const value = fields[path];
  if (value !== undefined) return value;
  if (/^metadata\.(labels|annotations)\['.+'\]$/.test(path)) return "";
  faults.push(
    `${variable}: field ${path} is not available outside a pod; available are ${Object.keys(fields).join(", ")}`,
  );
  return undefined;
}

/** Replaces `$(NAME)` by what is known; unknown names stay as they are, and `$$` is an escaped `$`. */
function expand(value: string, known: ReadonlyMap<string, string>): string {
  return value.replace(/\$\$|\$\(([^)]*)\)/g, (match, name?: string) => {
    if (name === undefined) return "$";
    return known.get(name) ?? match;
  });
}
