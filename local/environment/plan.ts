import { Command, InvalidArgumentError, Option } from "commander";
import { PORTS } from "../../agent-runtime/src/contract.ts";
import { readStackRegions } from "../engine/stack-file.ts";
import { MAX_WORKERS } from "../region/real/address-plan.ts";
import { realNodesHindrance } from "../region/real/host-support.ts";
import { userKubeconfig } from "../region/user-kubeconfig.ts";
import type { Instance } from "./instance.ts";
import { type EnvironmentRecord, type EnvironmentRegion, readRecord } from "./record.ts";

/** What the user asked `up` for. */
export interface UpOptions {
  /** Contexts of existing clusters to use instead of the embedded ones, the primary's first. */
  context?: string[];
  /** Image that real nodes of an existing cluster can pull, with its digest. */
  image?: string;
  upstream: "simulated" | "anthropic";
  /** What pods of the embedded regions run on; when absent, real nodes where this machine can have them. */
  nodes?: "simulated" | "real";
  /** Workers of each region of real nodes. */
  workers?: number;
  /** Whether a Gateway API controller stands before each region; when absent, where it can be had without building it. */
  gateway?: boolean;
}

/** The command line of `npm run up`, which gives {@link UpOptions}. */
export function upCommand(): Command {
  return new Command("npm run up --")
    .description(
      "Brings up the embedded environment: two regions, one URL. Repeating it repairs what is broken.",
    )
    .option("--context <name...>", "use existing clusters by their kubeconfig contexts, the primary's first")
    .option("--image <reference>", "image with digest that the nodes of existing clusters can pull")
    .addOption(
      new Option(
        "--upstream <kind>",
        "who answers: the simulated Claude, or the real API with ANTHROPIC_API_KEY",
      )
        .choices(["simulated", "anthropic"])
        .default("simulated"),
    )
    .addOption(
      new Option(
        "--nodes <kind>",
        "what pods run on: machines made of namespaces (Linux, root), or simulated nodes. Default: real where possible",
      ).choices(["real", "simulated"]),
    )
    .option("--workers <count>", `workers of each region of real nodes, 1 to ${MAX_WORKERS}`, parseWorkers)
    .option(
      "--gateway",
      "put a Gateway API controller (Traefik) before each region of real nodes, even if it has to be built",
    )
    .option("--no-gateway", "let the front door talk to the coordinators without one");
}

function parseWorkers(text: string): number {
  const workers = Number(text);
  if (Number.isInteger(workers) && workers >= 1 && workers <= MAX_WORKERS) return workers;
  throw new InvalidArgumentError(`Allowed are whole numbers from 1 to ${MAX_WORKERS}.`);
}

/** Everything about an environment that is known before anything is made. */
export interface EnvironmentPlan extends Omit<EnvironmentRecord, "tools" | "regions" | "gateway"> {
  readonly regions: readonly PlannedRegion[];
  readonly gateway: "none" | "if-at-hand" | "required";
  /** Why nodes are simulated although nobody asked for that. */
  readonly whySimulated?: string;
}

/** A region before it is made: where its coordinator answers may not be known yet. */
export type PlannedRegion = Omit<EnvironmentRegion, "endpoints">;

/**
 * The upstream key for `--upstream anthropic`; undefined for the simulated Claude, whatever the environment holds.
 *
 * @throws Error when the real API is asked for without a key
 */
export function upstreamKey({ upstream }: UpOptions): string | undefined {
  if (upstream === "simulated") return undefined;
  const key = process.env["ANTHROPIC_API_KEY"];
  if (key) return key;
  throw new Error(
    "--upstream anthropic needs ANTHROPIC_API_KEY, which is not set. Set it, or leave the option out to use the simulated Claude.",
  );
}

/** Why this machine cannot have real nodes; undefined when it can. */
type FindHindrance = () => Promise<string | undefined>;

/**
 * Turns the options into a plan: which regions there will be, on which clusters and addresses. What the options leave open
 * stays as the environment was brought up before.
 *
 * @throws Error when the options contradict each other or this machine, or more contexts are given than the stack
 *   `local` has regions
 */
export async function planEnvironment(
  instance: Instance,
  options: UpOptions,
  findHindrance: FindHindrance = realNodesHindrance,
): Promise<EnvironmentPlan> {
  const configured = await readStackRegions(instance.cloneDir, "local");
  const contexts = options.context;
  if (contexts !== undefined && contexts.length > configured.length) {
    throw new Error(
      `--context was given ${contexts.length} times (${contexts.join(", ")}); allowed are 1 to ${configured.length}, ` +
        "one for each region of Pulumi.local.yaml. Leave some out or add regions there.",
    );
  }
  const before = await readRecord(instance);
  const { nodes, whySimulated } = await chooseNodes(options, before, findHindrance);
  refuseForOthers(nodes, options);
  const regions = configured.slice(0, contexts?.length).map(({ name, role }, index) => ({
    name,
    role,
    context: contexts?.[index] ?? name,
    kubeconfig: contexts === undefined ? instance.kubeconfig : userKubeconfig(),
    ...(nodes === "real" ? {} : { address: instance.loopbackAddress(index) }),
  }));
  return {
    nodes,
    ...(nodes === "real" ? { workers: options.workers ?? before?.workers ?? 1 } : {}),
    gateway: nodes === "real" ? chooseGateway(options.gateway ?? before?.gateway) : "none",
    regions,
    frontDoorPort: instance.frontDoorPort,
    upstream: options.upstream,
    ...(whySimulated === undefined ? {} : { whySimulated }),
  };
}

type Choice = Pick<EnvironmentPlan, "nodes" | "whySimulated">;

async function chooseNodes(
  { context, nodes }: UpOptions,
  before: EnvironmentRecord | undefined,
  findHindrance: FindHindrance,
): Promise<Choice> {
  if (context !== undefined) {
    if (nodes === undefined) return { nodes: "existing" };
    throw new Error(
      `--nodes ${nodes} and --context contradict each other: existing clusters have nodes of their own.`,
    );
  }
  const wanted = nodes ?? (before?.nodes === "existing" ? undefined : before?.nodes);
  if (wanted === "simulated") return { nodes: "simulated" };
  const hindrance = await findHindrance();
  if (hindrance === undefined) return { nodes: "real" };
  if (wanted === undefined) return { nodes: "simulated", whySimulated: hindrance };
  throw new Error(`Real nodes are not possible here: ${hindrance}. Use --nodes simulated.`);
}

function chooseGateway(wanted: boolean | undefined): EnvironmentPlan["gateway"] {
  if (wanted === undefined) return "if-at-hand";
  return wanted ? "required" : "none";
}

function refuseForOthers(nodes: EnvironmentRecord["nodes"], { workers, gateway }: UpOptions): void {
  if (nodes === "real") return;
  const option = workers !== undefined ? "--workers" : gateway ? "--gateway" : undefined;
  if (option === undefined) return;
  throw new Error(`${option} is for regions of real nodes; these are ${nodes}. Leave it out.`);
}

/** Where the process that stands in for a region's coordinator answers. */
export function processEndpoint(address: string): string {
  return `http://${address}:${PORTS.http}`;
}
