import type { z } from "zod";
import { exposureSchema } from "../../../components/config/exposure-schema.ts";
import { agentRoutes } from "../../../components/exposure/hosts.ts";
import { Exposure } from "../../../components/exposure.ts";
import { type Recorded, record } from "../record-stack.ts";

export type Settings = z.input<typeof exposureSchema>;

export const ISSUER = { name: "letsencrypt" };
export const CERT_MANAGER: Settings = {
  host: "agents.example.com",
  tls: { mode: "cert-manager", issuer: ISSUER },
};
export const CERTIFICATE_ARN = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b-2c3d";
export const ALB: Settings = {
  kind: "ingress",
  controller: "aws-alb",
  host: "agents.example.com",
  tls: { mode: "acm", certificateArn: CERTIFICATE_ARN },
  requestsPerMinute: "none",
};

/** The exposure of region `eu` with turns of up to 600 s. @param agents names of classes of agents */
export async function buildExposure(settings: Settings, agents: readonly string[] = []) {
  const parsed = exposureSchema.parse(settings);
  const { resources, result } = await record(
    () =>
      new Exposure("edge", {
        namespace: "ai-agents",
        region: "eu",
        settings: parsed,
        coordinator: "claude-agent-coordinator",
        agents: agentRoutes(
          parsed,
          agents.map((name) => ({ name })),
        ),
        maxTurnSeconds: 600,
      }),
  );
  const children = resources.filter(({ type }) => type !== "claude-agents:network:Exposure");
  return {
    urls: result.urls,
    secretName: result.secretName,
    /** Kind of each child by its name without that of the component. */
    kinds: Object.fromEntries(children.map((child) => [roleOf(child), child.inputs.kind ?? "Ingress"])),
    /** What the child with this role is made from. */
    inputsOf: (role: string) => inputsOf(children, role),
    all: children.map(({ inputs }) => inputs),
  };
}

function roleOf({ name }: Recorded): string {
  return name.replace(/^edge-/, "");
}

function inputsOf(children: readonly Recorded[], role: string) {
  const child = children.find((each) => roleOf(each) === role);
  if (child === undefined) throw new Error(`no ${role} among ${children.map(roleOf).join(", ")}`);
  return child.inputs;
}
