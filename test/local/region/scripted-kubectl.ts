import { type CallOptions, Kubectl } from "../../../local/region/kubectl.ts";

/** One call of kubectl as a test sees it. */
interface RecordedCall {
  readonly args: readonly string[];
  readonly namespace?: string;
  /** Standard input, parsed. */
  readonly input?: unknown;
}

/** kubectl without a cluster: answers as told, refuses every other call, and remembers all in their order. */
export class ScriptedKubectl extends Kubectl {
  readonly calls: RecordedCall[] = [];
  readonly #answers: ReadonlyMap<string, string>;

  /** @param answers standard output by the first two arguments of a call, such as `get nodes` */
  constructor(answers: Readonly<Record<string, string>>) {
    super({ kubectl: "none", kubeconfig: "none", context: "none" });
    this.#answers = new Map(Object.entries(answers));
  }

  override async run(args: readonly string[], options: CallOptions = {}, input?: string): Promise<string> {
    const answer = this.#answers.get(args.slice(0, 2).join(" "));
    if (answer === undefined) throw new Error(`unexpected: kubectl ${args.join(" ")}`);
    this.calls.push({
      args,
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
      ...(input === undefined ? {} : { input: JSON.parse(input) }),
    });
    return answer;
  }
}
