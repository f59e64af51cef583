import { z } from "zod";
import { parseCpuMillis, parseMemoryBytes } from "../quantity.ts";
import { agentPods, cpu, memory, valkeyPods } from "./fields.ts";

/** What an error says about fields that are each valid but do not go together. */
export interface Contradiction {
  /** Where to look, relative to the object that the check stands on. */
  readonly path?: readonly PropertyKey[];
  readonly got: string;
  readonly allowed: string;
  readonly fix: string;
}

/**
 * A check over several fields. It runs as soon as those fields are valid by themselves, whatever else is wrong,
 * so that one error can list every fault; zod alone would skip it.
 */
export function relation<Needs extends z.ZodType>(
  needs: Needs,
  find: (value: z.output<Needs>) => Contradiction[],
) {
  return z.superRefine<unknown>(
    (value, context) => {
      for (const { path = [], ...params } of find(needs.parse(value))) {
        context.addIssue({ code: "custom", path: [...path], params });
      }
    },
    { when: ({ issues, value }) => issues.length === 0 || needs.safeParse(value).success },
  );
}

const named = z.array(z.looseObject({ name: z.string() }));

/** @param kind what the entries are, in the plural */
export const distinctNames = (kind: string) =>
  relation(named, (entries) => {
    const names = entries.map(({ name }) => name);
    const repeated = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
    return repeated.map((name) => ({
      got: `${names.filter((other) => other === name).length} ${kind} named ${JSON.stringify(name)}`,
      allowed: `distinct names of ${kind}`,
      fix: "rename all but one of them",
    }));
  });

const located = z.array(
  z.looseObject({ name: z.string(), context: z.string(), kubeconfig: z.string().optional() }),
);

/** Two regions in one cluster would both make the same namespace. */
export const distinctClusters = relation(located, (regions) => {
  const places = regions.map(({ context, kubeconfig = "" }) => JSON.stringify([context, kubeconfig]));
  return regions.flatMap(({ name, context }, index) => {
    const other = regions[places.indexOf(places[index] ?? "")];
    if (other === undefined || other === regions[index]) return [];
    return [
      {
        path: [index, "context"],
        got: `${JSON.stringify(context)}, which region ${other.name} uses already`,
        allowed: "a cluster of its own for every region",
        fix: `name another context for region ${name}, or remove the region`,
      },
    ];
  });
});

const withShares = z.array(z.looseObject({ share: z.number().optional() })).min(1);
const SHARE_TOLERANCE = 1e-6;

export const sharesSumToOne = relation(withShares, (regions) => {
  const shares = regions.map((region) => region.share);
  const stated = shares.filter((share) => share !== undefined);
  const sum = stated.reduce((total, share) => total + share, 0);
  if (stated.length === 0) return [];
  if (stated.length === shares.length && Math.abs(sum - 1) <= SHARE_TOLERANCE) return [];
  return [
    {
      got: `shares ${shares.map((share) => share ?? "(none)").join(" + ")}`,
      allowed: "a share for every region with a sum of 1, or none at all",
      fix: "correct the shares, or remove them all for equal parts",
    },
  ];
});

const replicaRange = z.looseObject({ minReplicas: agentPods, maxReplicas: agentPods });

export const minimumUpToMaximum = relation(replicaRange, ({ minReplicas, maxReplicas }) =>
  minReplicas <= maxReplicas
    ? []
    : [
        {
          path: ["minReplicas"],
          got: `${minReplicas}, with maxReplicas ${maxReplicas}`,
          allowed: `at most maxReplicas, ${maxReplicas}`,
          fix: "lower minReplicas or raise maxReplicas",
        },
      ],
);

const cpuFigures = z.looseObject({ cpu });
const memoryFigures = z.looseObject({ memory });

/** One resource at a time, so that a bad CPU figure does not hide a bad memory figure. */
export const requestsWithinLimits = [
  relation(z.looseObject({ requests: cpuFigures, limits: cpuFigures }), ({ requests, limits }) =>
    requestWithinLimit("cpu", requests.cpu, limits.cpu, parseCpuMillis),
  ),
  relation(z.looseObject({ requests: memoryFigures, limits: memoryFigures }), ({ requests, limits }) =>
    requestWithinLimit("memory", requests.memory, limits.memory, parseMemoryBytes),
  ),
] as const;

function requestWithinLimit(
  resource: string,
  request: string,
  limit: string,
  parse: (quantity: string) => number,
): Contradiction[] {
  if (parse(request) <= parse(limit)) return [];
  return [
    {
      path: ["requests", resource],
      got: `"${request}", with a limit of "${limit}"`,
      allowed: `at most the limit, "${limit}"`,
      fix: `lower requests.${resource} or raise limits.${resource}`,
    },
  ];
}

export const oddReplicas = relation(z.looseObject({ replicas: valkeyPods }), ({ replicas }) =>
  replicas % 2 === 1
    ? []
    : [
        {
          path: ["replicas"],
          got: String(replicas),
          allowed:
            "an odd number: with an even one, a cut in the middle leaves no side with a majority of Sentinels",
          fix: `use ${replicas - 1} or ${replicas + 1}`,
        },
      ],
);

/** The smallest number that is more than half of all Sentinels. */
export function majorityOf(replicas: number): number {
  return Math.floor(replicas / 2) + 1;
}

const quorumOfReplicas = z.looseObject({ replicas: valkeyPods, quorum: z.number().optional() });

export const majorityQuorum = relation(quorumOfReplicas, ({ replicas, quorum = majorityOf(replicas) }) =>
  quorum >= majorityOf(replicas) && quorum <= replicas
    ? []
    : [
        {
          path: ["quorum"],
          got: `${quorum}, with ${replicas} Sentinels`,
          allowed: `a majority of them: ${majorityOf(replicas)} to ${replicas}`,
          fix: "remove quorum, then it is the smallest majority",
        },
      ],
);

const confirmingReplicas = z.looseObject({ replicas: valkeyPods, minReplicasToWrite: z.number() });

export const replicasToConfirm = relation(confirmingReplicas, ({ replicas, minReplicasToWrite }) =>
  minReplicasToWrite < replicas - 1
    ? []
    : [
        {
          path: ["minReplicasToWrite"],
          got: `${minReplicasToWrite}, with ${replicas - 1} replicas beside the master`,
          allowed: `0 to ${replicas - 2}, so that the loss of one pod does not stop all writes`,
          fix: "lower minReplicasToWrite or raise replicas",
        },
      ],
);

const mode = z.enum(["anthropic", "simulated"]);

export const simulatedHasNoUpstream = relation(z.looseObject({ mode }), (upstream) =>
  ["baseUrl", "apiKeySecret"]
    .filter((key) => upstream.mode === "simulated" && upstream[key] !== undefined)
    .map((key) => ({
      path: [key],
      got: "a value, although mode is simulated",
      allowed: "nothing: the simulation calls no API",
      fix: `remove ${key}, or set mode to anthropic`,
    })),
);

const withTelemetryCidrs = z.looseObject({
  telemetry: z.looseObject({ otlpEndpoint: z.url().optional() }),
  networkPolicy: z.looseObject({ telemetryCidrs: z.array(z.string()) }),
});

/** Traces that cannot be sent are lost without anybody noticing. */
export const reachableCollector = relation(withTelemetryCidrs, ({ telemetry, networkPolicy }) => {
  if (telemetry.otlpEndpoint === undefined || networkPolicy.telemetryCidrs.length > 0) return [];
  return [
    {
      path: ["networkPolicy", "telemetryCidrs"],
      got: `no ranges, although traces go to ${new URL(telemetry.otlpEndpoint).host}`,
      allowed: "1 to 50 IPv4 ranges with the addresses of this host",
      fix: "state these ranges: the network policies keep the collector out of reach otherwise",
    },
  ];
});

const upstreamKeys = z.looseObject({
  anthropicApiKey: z.unknown().optional(),
  upstream: z.looseObject({ mode, apiKeySecret: z.unknown().optional() }),
});

export const oneApiKey = relation(upstreamKeys, ({ anthropicApiKey, upstream }) => {
  const given = [anthropicApiKey, upstream.apiKeySecret].filter((key) => key !== undefined).length;
  if (given === 1 && upstream.mode === "anthropic") return [];
  if (upstream.mode === "simulated" && anthropicApiKey === undefined) return [];
  if (upstream.mode === "simulated") {
    return [
      {
        path: ["anthropicApiKey"],
        got: "a key, although upstream.mode is simulated",
        allowed: "no key: the simulation calls no API",
        fix: "remove anthropicApiKey, or set upstream.mode to anthropic",
      },
    ];
  }
  return [
    {
      path: ["upstream", "apiKeySecret"],
      got: given === 0 ? "no API key" : "two API keys, here and in anthropicApiKey",
      allowed:
        "exactly one of upstream.apiKeySecret (an existing Secret) and anthropicApiKey (a Pulumi secret)",
      fix: given === 0 ? "name the Secret that holds the key in every region" : "remove one of the two",
    },
  ];
});
