import type { PropertyMap } from "./property-value.ts";

/** The resource that a request is about. */
export interface ResourceIdentity {
  readonly urn: string;
  /** Type token, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** The name that the program gave, not the one in the cluster or cloud. */
  readonly name: string;
}

export interface CheckRequest extends ResourceIdentity {
  /** Inputs of the last update; empty for a new resource and for the new half of a replacement. */
  readonly oldInputs: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface CheckResult {
  /** Inputs with defaults and generated names filled in: what Diff, Create and Update get. */
  readonly inputs: PropertyMap;
  /** What the user must correct; anything here stops the update of this resource. */
  readonly failures: readonly CheckFailure[];
}

export interface CheckFailure {
  /** Path of the property at fault, empty when it is the resource as a whole. */
  readonly property: string;
  readonly reason: string;
}

export interface DiffRequest extends ResourceIdentity {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly inputs: PropertyMap;
  /**
   * Property paths of the resource option `ignoreChanges`; the engine has already put the old inputs there.
   */
  readonly ignoreChanges: readonly string[];
}

export interface PropertyChange {
  /** Property path as Pulumi writes it: `spec.template.spec.containers[0].image`. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  /** Whether this change can only be made by a new resource in place of the old one. */
  readonly replace: boolean;
}

export interface DiffResult {
  /** Empty: the resource is unchanged. */
  readonly changes: readonly PropertyChange[];
  /** Delete the old resource before making the new one, because both cannot exist at once. Default: after. */
  readonly deleteBeforeReplace?: boolean;
}

export interface CreateRequest extends ResourceIdentity {
  readonly inputs: PropertyMap;
  /** The user's `customTimeouts` in seconds; 0 when not given. */
  readonly timeoutSeconds: number;
  /** Nothing may be made: answer with what is known, and UNKNOWN for what only the update will tell. */
  readonly preview: boolean;
}

export interface CreateResult {
  /** Empty in a preview, otherwise never. */
  readonly id: string;
  readonly outputs: PropertyMap;
}

export interface UpdateRequest extends CreateRequest {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export interface UpdateResult {
  readonly outputs: PropertyMap;
}

export interface ReadRequest extends ResourceIdentity {
  readonly id: string;
  /** Empty for an import or a `.get()`. */
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
}

/** `undefined`: the resource does not exist (any more). */
export type ReadResult =
  | {
      /** Of an import, where it may differ from what was asked for. Default: the id asked for. */
      readonly id?: string;
      readonly inputs: PropertyMap;
      readonly outputs: PropertyMap;
    }
  | undefined;

export interface DeleteRequest extends ResourceIdentity {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly oldOutputs: PropertyMap;
  /** The user's `customTimeouts` in seconds; 0 when not given. */
  readonly timeoutSeconds: number;
}

/** Old and new arguments of the provider resource itself. */
export interface ConfigDiffRequest {
  readonly oldArgs: PropertyMap;
  readonly args: PropertyMap;
}

export interface InvokeRequest {
  /** Token of the function, such as `kubernetes:yaml:decode`. */
  readonly token: string;
  readonly args: PropertyMap;
}

/**
 * A provider, free of gRPC: plain values in and out. Inputs arrive with secrets unwrapped, and outputs are
 * marked secret again wherever the request held a secret at the same path; further secrets are marked with
 * `secret()`. Unknown values are `UNKNOWN`. An error thrown is shown to the user beside the resource; an
 * {@link InitializationError} keeps the resource besides.
 */
export interface ProviderPlugin {
  /**
   * Arguments of the provider resource; called once, before any resource. Booleans and objects may arrive as
   * JSON text.
   */
  configure(args: PropertyMap): void | Promise<void>;
  check(request: CheckRequest): CheckResult | Promise<CheckResult>;
  diff(request: DiffRequest): DiffResult | Promise<DiffResult>;
  create(request: CreateRequest): CreateResult | Promise<CreateResult>;
  update(request: UpdateRequest): UpdateResult | Promise<UpdateResult>;
  read(request: ReadRequest): ReadResult | Promise<ReadResult>;
  delete(request: DeleteRequest): void | Promise<void>;
  /**
   * End all waits: the user pressed Ctrl-C. Running requests should soon end, with an error that says where
   * they stood.
   */
  cancel(): void;
  /** Default: every function is refused. */
  invoke?(request: InvokeRequest): PropertyMap | Promise<PropertyMap>;
  /**
   * Why a component resource of the package cannot be made, and what to use instead. Default: a sentence that
   * says no.
   */
  componentRefusal?(type: string): string;
  /** Default: all arguments are accepted as they are. */
  checkConfig?(request: CheckRequest): CheckResult | Promise<CheckResult>;
  /**
   * Default: any change of the arguments is an update, none replaces the provider and with it all of its
   * resources.
   */
  diffConfig?(request: ConfigDiffRequest): DiffResult | Promise<DiffResult>;
}

/**
 * The resource exists but is not ready: thrown from Create or Update, the engine keeps it in its state with
 * the reason.
 */
export class InitializationError extends Error {
  override readonly name = "InitializationError";
  readonly id: string;
  readonly outputs: PropertyMap;
  readonly inputs: PropertyMap;

  constructor(reason: string, resource: { id: string; outputs: PropertyMap; inputs: PropertyMap }) {
    super(reason);
    this.id = resource.id;
    this.outputs = resource.outputs;
    this.inputs = resource.inputs;
  }
}
