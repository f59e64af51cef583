import type { EngineLog } from "../protocol/engine-log.ts";
import { changedMembers } from "../protocol/property-change.ts";
import type { PropertyMap } from "../protocol/property-value.ts";
import type {
  CheckRequest,
  CheckResult,
  ConfigDiffRequest,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  DiffResult,
  InvokeRequest,
  ProviderPlugin,
  ReadRequest,
  ReadResult,
  UpdateRequest,
  UpdateResult,
} from "../protocol/provider-plugin.ts";
import { checkObject } from "./check.ts";
import { createObject } from "./create.ts";
import { deleteObject } from "./delete.ts";
import { diffObject } from "./diff.ts";
import { KubeClient } from "./kube-client.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { ObjectApi } from "./object-api.ts";
import { parseProviderArgs } from "./provider-args.ts";
import { readObject } from "./read.ts";
import type { ProviderSession } from "./session.ts";
import { componentRefusal } from "./unsupported.ts";
import { updateObject } from "./update.ts";
import { decodeYaml } from "./yaml-decode.ts";

/**
 * The embedded provider for Kubernetes objects; one instance serves one provider resource, that is one
 * cluster.
 */
export class KubernetesProvider implements ProviderPlugin {
  readonly #log: EngineLog;
  readonly #cancellation = new AbortController();
  #session: ProviderSession | undefined;

  constructor(log: EngineLog) {
    this.#log = log;
  }

  configure(variables: PropertyMap): void {
    const args = parseProviderArgs(variables);
    const cancelled = this.#cancellation.signal;
    const api = new ObjectApi(new KubeClient(readKubeconfig(args)), cancelled);
    this.#session = {
      api,
      args,
      log: this.#log,
      cancelled,
      definedKinds: new Set(),
      replacedUrns: new Set(),
    };
  }

  /**
   * Objects do not move between clusters: another cluster means another provider, and everything made there
   * anew.
   */
  diffConfig({ oldArgs, args }: ConfigDiffRequest): DiffResult {
    const isIdentified = Boolean(oldArgs["clusterIdentifier"] && args["clusterIdentifier"]);
    const clusterArgs = isIdentified ? ["clusterIdentifier"] : ["context", "cluster"];
    const changes = changedMembers(oldArgs, args).filter(({ path }) => path !== "version");
    return { changes: changes.map((change) => ({ ...change, replace: clusterArgs.includes(change.path) })) };
  }

  check(request: CheckRequest): Promise<CheckResult> {
    return checkObject(this.#configured(), request);
  }

  diff(request: DiffRequest): Promise<DiffResult> {
    return diffObject(this.#configured(), request);
  }

  create(request: CreateRequest): Promise<CreateResult> {
    return createObject(this.#configured(), request);
  }

  update(request: UpdateRequest): Promise<UpdateResult> {
    return updateObject(this.#configured(), request);
  }

  read(request: ReadRequest): Promise<ReadResult> {
    return readObject(this.#configured(), request);
  }

  delete(request: DeleteRequest): Promise<void> {
    return deleteObject(this.#configured(), request);
  }

  cancel(): void {
    this.#cancellation.abort();
  }

  invoke({ token, args }: InvokeRequest): PropertyMap {
    if (token !== "kubernetes:yaml:decode") throw new Error(componentRefusal(token));
    return { result: decodeYaml(String(args["text"])) };
  }

  componentRefusal(type: string): string {
    return componentRefusal(type);
  }

  #configured(): ProviderSession {
    if (!this.#session) throw new Error("the kubernetes provider is used before it was configured");
    return this.#session;
  }
}
