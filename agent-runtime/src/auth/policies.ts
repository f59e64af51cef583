import type { AuthorizationAnswer } from "@cedar-policy/cedar-wasm/web";
import { LRUCache } from "lru-cache";
import type { MountedFile } from "../config/mounted-files.ts";
import { WatchedFile } from "../config/watched-file.ts";
import type { Logger } from "../log.ts";
import type { ConfigReloadMetrics } from "../metrics/config-reloads.ts";
import { cedar } from "./cedar.ts";
import { readDefaultPolicies } from "./cedar-assets.ts";
import { groupsOf } from "./cedar-schema.ts";
import type { Action, Identity } from "./identity.ts";
import { type PolicySet, readPolicySet } from "./policy-set.ts";

export interface PolicyDecision {
  readonly allowed: boolean;
  /** Id of the policy that decided, of several the ids with commas between; or `NO_POLICY`. */
  readonly decidedBy: string;
}

/** What a request is about. What is absent is "" to policies. */
export interface PolicySubject {
  readonly model?: string;
  readonly agent?: string;
}

interface PoliciesOptions {
  /** Folder whose `*.cedar` files are added to the shipped policies. */
  readonly folder: string;
  readonly log: Logger;
  readonly reloads: ConfigReloadMetrics;
}

/** `decidedBy` where none did. */
export const NO_POLICY = "no policy permits this";

/** Callers choose models: what is remembered of them must have a bound. */
const MAX_REMEMBERED = 10_000;

const SHIPPED_FILE = "default.cedar (shipped)";

/** Policy sets in force, by the name under which Cedar keeps them. */
let setsMade = 0;

/**
 * Cedar policies, the shipped ones and those of the mounted folder. What no policy permits is refused. A change that has a
 * fault is refused as a whole, and the last good policies stay.
 */
export class Policies {
  readonly #files: WatchedFile<() => PolicySet>;
  readonly #decisions = new LRUCache<string, PolicyDecision>({ max: MAX_REMEMBERED });
  /** Cedar keeps parsed sets by name, for as long as the process lives: another set takes the same name. */
  readonly #setId = `policies-${setsMade++}`;
  #inForce: PolicySet | undefined;

  /**
   * With files of one's own, Cedar is compiled and checks them here. Without, neither is needed before the first decision:
   * call `warmUp` when the program has started.
   *
   * @throws {ConfigError} naming the file and line of every fault.
   */
  constructor(options: PoliciesOptions) {
    this.#files = new WatchedFile({
      ...options,
      file: "policies",
      matches: (name) => name.endsWith(".cedar"),
      parse: readWithShipped,
    });
    this.#files.onChange(() => {
      this.#inForce = undefined;
      this.#decisions.clear();
    });
  }

  /** Whether an identity may do something, and which policy says so. Remembered; some 70 µs the first time. */
  decide(identity: Identity, action: Action, { model = "", agent = "" }: PolicySubject = {}): PolicyDecision {
    const { tenant, keyId, roles, provider } = identity;
    const key = `${tenant}\n${keyId}\n${provider}\n${roles.join()}\n${action}\n${agent}\n${model}`;
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    const decision = this.#ask(identity, action, model.toWellFormed(), agent.toWellFormed());
    this.#decisions.set(key, decision);
    return decision;
  }

  /** Makes the first decision fast: compiles Cedar and the policies, some 60 ms of this thread. */
  warmUp(): void {
    const nobody: Identity = { tenant: "default", keyId: "nobody", roles: [], provider: "bootstrap" };
    this.#ask(nobody, "models:list", "", "");
  }

  /** Whether the files that are there are in force; false while one has a fault. */
  get isCurrent(): boolean {
    return this.#files.isCurrent;
  }

  /** Begins to take changes over; to be called once the program has started. Never rejects. */
  watch(): Promise<void> {
    return this.#files.watch();
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  #ask(identity: Identity, action: Action, model: string, agent: string): PolicyDecision {
    const { forbids } = this.#loaded();
    const { tenant, keyId, roles, provider } = identity;
    const principal = { type: "Key", id: keyId };
    const actionUid = { type: "Action", id: action };
    const answer = cedar().statefulIsAuthorized({
      principal,
      action: actionUid,
      resource: resourceOf(model, agent),
      context: { tenant, agent, model },
      preparsedPolicySetId: this.#setId,
      entities: [
        {
          uid: principal,
          attrs: { tenant, roles: [...roles], provider },
          parents: [{ type: "Tenant", id: tenant }],
        },
        { uid: actionUid, attrs: {}, parents: groupsOf(action).map((id) => ({ type: "Action", id })) },
      ],
    });
    return toDecision(answer, forbids);
  }

  #loaded(): PolicySet {
    if (this.#inForce !== undefined) return this.#inForce;
    const set = this.#files.current();
    const parsed = cedar().preparsePolicySet(this.#setId, { staticPolicies: { ...set.texts } });
    if (parsed.type === "failure") throw new Error("Cedar refuses policies that it has checked");
    this.#inForce = set;
    return set;
  }
}

/** The shipped policies alone are known to be good, and need no reading before they are needed. */
function readWithShipped(files: readonly MountedFile[]): () => PolicySet {
  const all = [{ name: SHIPPED_FILE, text: readDefaultPolicies() }, ...files];
  if (files.length === 0) return () => readPolicySet(all, false);
  const set = readPolicySet(all, true);
  return () => set;
}

function resourceOf(model: string, agent: string) {
  if (model !== "") return { type: "Model", id: model };
  return agent !== "" ? { type: "Agent", id: agent } : { type: "Gateway", id: "this" };
}

/** Cedar leaves out a policy that fails to evaluate; one that forbids must not let pass by failing. */
function toDecision(answer: AuthorizationAnswer, forbids: ReadonlySet<string>): PolicyDecision {
  if (answer.type === "failure") {
    throw new Error(`Cedar cannot decide: ${answer.errors.map(({ message }) => message).join("; ")}`);
  }
  const { decision, diagnostics } = answer.response;
  const broken = diagnostics.errors.map(({ policyId }) => policyId).filter((id) => forbids.has(id));
  const isOverruled = decision === "allow" && broken.length > 0;
  const deciding = isOverruled ? broken : diagnostics.reason;
  return {
    allowed: decision === "allow" && !isOverruled,
    decidedBy: deciding.toSorted().join(",") || NO_POLICY,
  };
}
