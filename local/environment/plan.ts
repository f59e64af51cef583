import { Command, Option } from "commander";
import { readStackRegions } from "../engine/stack-file.ts";
import { userKubeconfig } from "../region/user-kubeconfig.ts";
import type { Instance } from "./instance.ts";
import type { EnvironmentRecord } from "./record.ts";

/** What the user asked `up` for. */
export interface UpOptions {
  /** Contexts of existing clusters to use instead of the embedded ones, the primary's first. */
  context?: string[];
  /** Image that real nodes of an existing cluster can pull, with its digest. */
  image?: string;
  upstream: "simulated" | "anthropic";
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
    .addOption(new Option("--nodes <kind>", "what pods run on").choices(["simulated"]).default("simulated"));
}

/** Everything about an environment that is known before anything is made. */
export type EnvironmentPlan = Omit<EnvironmentRecord, "tools">;

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

/**
 * Turns the options into a plan: which regions there will be, on which clusters and addresses.
 *
 * @throws Error when more contexts are given than the stack `local` has regions
 */
export async function planEnvironment(instance: Instance, options: UpOptions): Promise<EnvironmentPlan> {
  const configured = await readStackRegions(instance.cloneDir, "local");
  const contexts = options.context;
  if (contexts !== undefined && contexts.length > configured.length) {
    throw new Error(
      `--context was given ${contexts.length} times (${contexts.join(", ")}); allowed are 1 to ${configured.length}, ` +
        "one for each region of Pulumi.local.yaml. Leave some out or add regions there.",
    );
  }
  const regions = configured.slice(0, contexts?.length).map(({ name, role }, index) => ({
    name,
    role,
    context: contexts?.[index] ?? name,
    kubeconfig: contexts === undefined ? instance.kubeconfig : userKubeconfig(),
    address: instance.loopbackAddress(index),
  }));
  return {
    nodes: contexts === undefined ? "simulated" : "existing",
    regions,
    frontDoorPort: instance.frontDoorPort,
    upstream: options.upstream,
  };
}
