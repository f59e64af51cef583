import { styleText } from "node:util";
import type { CommonOptions } from "../cli/command.ts";
import type { ChangeSummary } from "../engine/operation-result.ts";
import type { FrontDoorProcess } from "../front-door/front-door-process.ts";
import type { CoordinatorProcess } from "../region/coordinator-process.ts";
import type { Instance } from "./instance.ts";
import type { Deployment } from "./local-stack.ts";
import type { EnvironmentRecord } from "./record.ts";
import type { SampleAnswer } from "./sample-request.ts";
import type { Workload } from "./workloads.ts";

/** Everything that `up` has made. */
export interface UpResult {
  readonly instance: Instance;
  readonly environment: EnvironmentRecord;
  /** Why nodes are simulated although nobody asked for that. */
  readonly whySimulated: string | undefined;
  /** How requests get into the regions. */
  readonly door: string;
  readonly deployment: Deployment;
  readonly coordinators: readonly CoordinatorProcess[];
  readonly frontDoor: FrontDoorProcess;
  /** By region. */
  readonly workloads: ReadonlyMap<string, readonly Workload[]>;
  readonly sample: SampleAnswer;
  /** Duration of the whole command. */
  readonly seconds: number;
}

/** Such as `61 created` or `no changes`. */
export function describeChanges(changes: ChangeSummary): string {
  const { unchanged, ...changed } = changes;
  const parts = Object.entries(changed).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return parts.length > 0 ? parts.join(", ") : `no changes (${unchanged} resources)`;
}

/** Such as `region-a started, region-b unchanged`. */
export function describeOutcomes(
  things: readonly (({ name: string } | { region: string }) & { outcome: string })[],
): string {
  return things.map((thing) => `${"name" in thing ? thing.name : thing.region} ${thing.outcome}`).join(", ");
}

/** Prints what there is now and how to go on: text, or one JSON object with `--json`. */
export function printSummary(result: UpResult, { json }: CommonOptions): void {
  const facts = collectFacts(result);
  console.log(json ? JSON.stringify(facts, null, 2) : render(facts, result));
}

type Facts = ReturnType<typeof collectFacts>;

function collectFacts({
  instance,
  environment,
  whySimulated,
  door,
  deployment,
  coordinators,
  frontDoor,
  workloads,
  sample,
  seconds,
}: UpResult) {
  return {
    gateway: { url: frontDoor.url, apiKey: deployment.gatewayApiKey },
    door,
    regions: environment.regions.map((region) => ({
      ...region,
      workloads: workloads.get(region.name) ?? [],
      coordinator: coordinators.find(({ region: name }) => name === region.name),
    })),
    changes: deployment.result.changes,
    sample,
    nodes: environment.nodes,
    simulated: simulations(environment, deployment, whySimulated),
    stateDir: instance.stateDir,
    seconds: Math.round(seconds * 10) / 10,
  };
}

/** What is not the real thing; an environment that hid this would mislead. */
function simulations(
  { nodes, upstream }: EnvironmentRecord,
  { standIns }: Deployment,
  whySimulated: string | undefined,
): string[] {
  const why = whySimulated === undefined ? "" : `: real ones are not possible here, as ${whySimulated}`;
  return [
    ...(nodes === "simulated" ? [`nodes and containers (kwok)${why}`] : []),
    ...(nodes === "real"
      ? [
          "the machines: each is a set of namespaces of this one, with a control group",
          "network policies: stored, not enforced, since no enforcer can be had here",
        ]
      : ["the coordinators: one host process per region instead of pods"]),
    ...(upstream === "simulated" ? ["Claude"] : []),
    ...(standIns.length > 0
      ? [
          `official Pulumi plugins, which cannot be downloaded here: ${standIns.map(({ name }) => name).join(", ")}`,
        ]
      : []),
  ];
}

function render(facts: Facts, { environment }: UpResult): string {
  const { gateway, sample } = facts;
  const bold = (text: string) => styleText("bold", text);
  const [primary] = environment.regions;
  return [
    "",
    bold(`The platform is up after ${facts.seconds} s.`),
    "",
    `  Gateway   ${gateway.url}`,
    `  Regions   reached ${facts.door}`,
    ...facts.regions.flatMap(({ name, role, context, workloads, coordinator }) => [
      `  ${name.padEnd(9)} ${role}, context ${context}: ${workloads.map(({ kind, name: workload, ready, wanted }) => `${kind} ${workload} ${ready}/${wanted}`).join(", ")}`,
      ...(coordinator === undefined ? [] : [`            metrics ${coordinator.metricsUrl}`]),
    ]),
    `  Sample    ${sample.model} answered through ${sample.region} in ${sample.latencyMs} ms: ${JSON.stringify(sample.text)}`,
    "",
    bold("Simulated here"),
    ...facts.simulated.map((what) => `  - ${what}`),
    ...overlayLines(facts),
    "",
    bold("Try it"),
    `  ANTHROPIC_BASE_URL=${gateway.url} ANTHROPIC_API_KEY=${gateway.apiKey} npx node examples/anthropic-sdk.ts`,
    bold("Look"),
    `  ${environment.tools.kubectl} --kubeconfig ${primary?.kubeconfig} --context ${primary?.context} get all -n ai-agents`,
    "  npm run status",
    bold("Stop"),
    "  npm run down",
  ].join("\n");
}

function overlayLines(facts: Facts): string[] {
  const lines = facts.regions.flatMap(({ name, coordinator }) =>
    (coordinator?.overlay ?? []).map(
      ({ name: variable, action, value, reason }) =>
        `  - ${name}: ${action === "set" ? `${variable}=${value}` : `no ${variable}`} (${reason})`,
    ),
  );
  const heading = styleText(
    "bold",
    "The coordinators run with the environment of their Deployments, but for",
  );
  return lines.length === 0 ? [] : ["", heading, ...lines];
}
