import { KubernetesProvider } from "../../../../local/plugins/kubernetes/kubernetes-provider.ts";
import {
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  unwrapMembers,
} from "../../../../local/plugins/protocol/property-value.ts";

/** What the engine keeps in its state for one resource. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface UpResult {
  readonly outcome: "created" | "unchanged" | "updated" | "replaced";
  readonly resource: Resource;
  /** The property paths that changed. */
  readonly changed: readonly string[];
}

interface Declaration {
  readonly type: string;
  readonly name: string;
  readonly inputs: PropertyMap;
  readonly timeoutSeconds?: number;
  readonly ignoreChanges?: readonly string[];
}

/** The engine's part of a resource's life, as far as the provider sees it, without gRPC and without a program. */
export class SmallEngine {
  readonly provider: KubernetesProvider;
  /** What the provider told the user, by kind of message. */
  readonly said: { warnings: string[]; progress: string[] } = { warnings: [], progress: [] };
  /** Called with each message about progress. */
  onProgress: (message: string) => void = () => undefined;

  constructor(args: PropertyMap) {
    this.provider = new KubernetesProvider({
      warning: (_, message) => this.said.warnings.push(message),
      progress: (_, message) => {
        this.said.progress.push(message);
        this.onProgress(message);
      },
    });
    this.provider.configure(args);
  }

  /** One update: makes, changes or replaces the resource, or leaves it alone. */
  async up(declaration: Declaration, old?: Resource): Promise<UpResult> {
    if (!old) return { outcome: "created", resource: await this.#create(declaration), changed: [] };
    const inputs = await this.check(declaration, old);
    const diff = await this.diff(declaration, old);
    const changed = diff.changes.map(({ path }) => path);
    if (changed.length === 0) return { outcome: "unchanged", resource: old, changed };
    if (diff.changes.some(({ replace }) => replace)) {
      if (diff.deleteBeforeReplace) await this.delete(old);
      const resource = await this.#create(declaration);
      if (!diff.deleteBeforeReplace) await this.delete(old);
      return { outcome: "replaced", resource, changed };
    }
    const { outputs } = await this.provider.update({
      ...this.#changeRequest(declaration, old, inputs),
      preview: false,
    });
    return { outcome: "updated", resource: { ...old, inputs, outputs }, changed };
  }

  /** Outputs that a preview promises; throws what the preview refuses. */
  async preview(declaration: Declaration, old?: Resource): Promise<PropertyMap> {
    if (!old) return await this.#previewCreate(declaration);
    const inputs = await this.check(declaration, old);
    const { changes } = await this.diff(declaration, old);
    if (changes.some(({ replace }) => replace)) return await this.#previewCreate(declaration);
    const request = { ...this.#changeRequest(declaration, old, inputs), preview: true };
    return (await this.provider.update(request)).outputs;
  }

  async check({ type, name, inputs }: Declaration, old?: Resource): Promise<PropertyMap> {
    const request = { ...identity(type, name), oldInputs: old?.inputs ?? {}, inputs };
    const { inputs: checked, failures } = await this.provider.check(request);
    if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("; "));
    return checked;
  }

  async diff(declaration: Declaration, old: Resource) {
    const inputs = await this.check(declaration, old);
    const ignoreChanges = declaration.ignoreChanges ?? [];
    return await this.provider.diff({ ...oldState(old), inputs, ignoreChanges });
  }

  /** A refresh: the resource as it is now, or `undefined`. */
  async refresh(old: Resource): Promise<Resource | undefined> {
    const found = await this.provider.read(oldState(old));
    return found && { ...old, ...found };
  }

  async import(type: string, name: string, id: string): Promise<Resource | undefined> {
    return await this.refresh({ ...identity(type, name), id, inputs: {}, outputs: {} });
  }

  async delete(old: Resource, timeoutSeconds = 0): Promise<void> {
    await this.provider.delete({ ...oldState(old), timeoutSeconds });
  }

  async #create(declaration: Declaration): Promise<Resource> {
    const { type, name, timeoutSeconds = 0 } = declaration;
    const inputs = await this.check(declaration);
    const { id, outputs } = await this.provider.create({
      ...identity(type, name),
      inputs,
      timeoutSeconds,
      preview: false,
    });
    return { ...identity(type, name), id, inputs, outputs };
  }

  async #previewCreate(declaration: Declaration): Promise<PropertyMap> {
    const { type, name, timeoutSeconds = 0 } = declaration;
    const inputs = await this.check(declaration);
    const { outputs } = await this.provider.create({
      ...identity(type, name),
      inputs,
      timeoutSeconds,
      preview: true,
    });
    return outputs;
  }

  #changeRequest(
    { timeoutSeconds = 0, ignoreChanges = [] }: Declaration,
    old: Resource,
    inputs: PropertyMap,
  ) {
    return { ...oldState(old), inputs, timeoutSeconds, ignoreChanges };
  }
}

function identity(type: string, name: string) {
  return { type, name, urn: `urn:pulumi:test::project::${type}::${name}` };
}

/** The engine hands secrets back unwrapped, because the provider asked for them so. */
function oldState({ type, name, id, inputs, outputs }: Resource) {
  return { ...identity(type, name), id, oldInputs: inputs, oldOutputs: unwrapMembers(outputs) };
}

/** The value at a path such as `status.availableReplicas`. */
export function at(properties: PropertyMap, path: string): PropertyValue | undefined {
  return path
    .split(".")
    .reduce<PropertyValue | undefined>(
      (value, key) => (isPropertyMap(value) ? value[key] : undefined),
      properties,
    );
}
