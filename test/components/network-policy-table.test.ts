import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type Connection,
  type Endpoint,
  isAllowed,
  type Policy,
  parsePolicy,
} from "./network-policy-verdict.ts";
import { type Recorded, recordStack } from "./record-stack.ts";
import { validConfig } from "./valid-config.ts";

// Who reaches whom, judged from the policies and pods as the whole program renders them, since no cluster of this
// repository enforces NetworkPolicies. Both ends of a connection have to allow it.

/** The ports that are tried for each cell of a table. */
const PROBES = ["53", "53/udp", "80", "443", "443/udp", "6379", "6380", "8080", "9090", "9121", "26379"];

// A cell lists the open ones of them; `any` is all, `-` is none. Of the pods in the namespace, `bare` has no label
// and `guest` has a policy of its own that opens it in both directions. `impostor` has all labels that a rule looks
// for, in another namespace. `internet` as a source is whoever comes from outside the cluster. What passes by the
// namespace is none of the stack's business and stays open.
const ANTHROPIC = `
to \\ from    coordinator    valkey      bare       guest  gateway  monitoring  stranger  impostor  kube-dns  internet
coordinator  -              -           -          -      8080     9090        -         -         -         -
valkey       6379,26379     6379,26379  -          -      -        9121        -         -         -         -
bare         -              -           -          -      -        -           -         -         -         -
guest        443            -           -          any    any      any         any       any       any       any
gateway      443            -           -          any    any      any         any       any       any       any
monitoring   443            -           -          any    any      any         any       any       any       any
stranger     443            -           -          any    any      any         any       any       any       any
impostor     443            -           -          any    any      any         any       any       any       any
kube-dns     53,53/udp,443  53,53/udp   53,53/udp  any    any      any         any       any       any       any
kube-system  443            -           -          any    any      any         any       any       any       any
dns-cache    53,53/udp      53,53/udp   53,53/udp  any    any      any         any       any       any       any
metadata     -              -           -          any    any      any         any       any       any       any
metadata-v6  -              -           -          any    any      any         any       any       any       any
private      443            -           -          any    any      any         any       any       any       any
internet     443            -           -          any    any      any         any       any       any       any
internet-v6  -              -           -          any    any      any         any       any       any       any
`;

// While Claude is simulated the coordinator has no way out.
const SIMULATED = ANTHROPIC.replaceAll(",443", "").replaceAll(/^(\S+ +)443/gm, "$1-");

// With a store outside the cluster there is no Valkey, and the way to the store is the coordinator's alone.
const EXTERNAL_STORE = `
to \\ from    coordinator    bare       guest  gateway  monitoring  stranger  impostor  kube-dns  internet
coordinator  -              -          -      8080     9090        -         -         -         -
bare         -              -          -      -        -           -         -         -         -
stranger     -              -          any    any      any         any       any       any       any
kube-dns     53,53/udp      53,53/udp  any    any      any         any       any       any       any
metadata     -              -          any    any      any         any       any       any       any
private      6380           -          any    any      any         any       any       any       any
internet     -              -          any    any      any         any       any       any       any
`;

// While Claude is simulated, an issuer of tokens is all that the coordinator may call outside the cluster.
const ISSUER = `
to \\ from    coordinator    valkey      bare       guest  gateway  monitoring  stranger  impostor  kube-dns  internet
coordinator  -              -           -          -      8080     9090        -         -         -         -
valkey       6379,26379     6379,26379  -          -      -        9121        -         -         -         -
bare         -              -           -          -      -        -           -         -         -         -
stranger     -              -           -          any    any      any         any       any       any       any
kube-dns     53,53/udp      53,53/udp   53,53/udp  any    any      any         any       any       any       any
metadata     -              -           -          any    any      any         any       any       any       any
private      443            -           -          any    any      any         any       any       any       any
internet     -              -           -          any    any      any         any       any       any       any
`;

const UPSTREAM = { mode: "anthropic", apiKeySecret: { name: "anthropic", key: "api-key" } };

type World = Record<string, Endpoint>;
type Table = Record<string, Record<string, string>>;

const SURROUNDINGS: World = {
  bare: podAt("10.244.2.1", "ai-agents"),
  guest: podAt("10.244.2.2", "ai-agents", { app: "guest" }),
  gateway: podAt("10.244.2.3", "traefik", { "app.kubernetes.io/name": "traefik" }),
  monitoring: podAt("10.244.2.4", "monitoring", { "app.kubernetes.io/name": "prometheus" }),
  stranger: podAt("10.244.2.5", "team-b", { app: "shop" }),
  impostor: podAt("10.244.2.6", "team-b", {
    app: "claude-agent",
    tier: "coordinator",
    "k8s-app": "kube-dns",
  }),
  "kube-dns": podAt("10.244.2.7", "kube-system", { "k8s-app": "kube-dns" }),
  "kube-system": podAt("10.244.2.8", "kube-system", { "k8s-app": "metrics-server" }),
  "dns-cache": { address: "169.254.20.10" },
  metadata: { address: "169.254.169.254" },
  "metadata-v6": { address: "fd00:ec2::254" },
  private: { address: "10.1.2.3" },
  internet: { address: "160.79.104.10" },
  "internet-v6": { address: "2607:6bc0::10" },
};

/** What somebody else might add to the namespace: policies add up, they never take away. */
function opening(direction: "ingress" | "egress", matchLabels: Record<string, string> = {}): Policy {
  const policyTypes = [direction === "ingress" ? "Ingress" : "Egress"];
  const spec = { podSelector: { matchLabels }, policyTypes, [direction]: [{}] };
  return parsePolicy({ metadata: { namespace: "ai-agents" }, spec });
}

const GUEST_POLICIES = [opening("ingress", { app: "guest" }), opening("egress", { app: "guest" })];

/** What the stack makes in one region's cluster, and what else is in reach of it. */
async function recordRegion(changes: Record<string, unknown> = {}, name = "region-a") {
  const { resources } = await recordStack(validConfig(changes));
  const region = resources.filter((resource) => resource.name.startsWith(`${name}-`));
  const rendered = region.filter(({ type }) => type.endsWith(":NetworkPolicy")).map(({ inputs }) => inputs);
  return { rendered, policies: rendered.map(parsePolicy), world: { ...workloads(region), ...SURROUNDINGS } };
}

/** A pod of each workload that the stack renders, by the workload's name without what all have in common. */
function workloads(resources: readonly Recorded[]): World {
  const owners = resources.filter(({ type }) => /^kubernetes:(apps|batch)\/|:Pod$/.test(type));
  const pods = owners.map(({ inputs: { metadata, spec } }, index) => [
    metadata.name.replace("claude-agent-", ""),
    podAt(`10.244.1.${index + 1}`, metadata.namespace, spec.template.metadata.labels),
  ]);
  return Object.fromEntries(pods);
}

function podAt(address: string, namespace: string, labels: Record<string, string> = {}): Endpoint {
  return { address, pod: { namespace, labels } };
}

/** A table as it is written above, as cells by destination and source. */
function parseTable(text: string): Table {
  const lines = text.trim().split("\n");
  const [[, , , ...sources] = [], ...rows] = lines.map((line) => line.split(/\s+/));
  const cellsOf = (row: readonly string[]) => sources.map((source, index) => [source, row[index]]);
  return Object.fromEntries(rows.map(([to = "", ...row]) => [to, Object.fromEntries(cellsOf(row))]));
}

/** The cells of the same table as these policies have it. */
function judge(policies: readonly Policy[], world: World, table: Table): Table {
  const cell = (from: Endpoint, to: Endpoint) => {
    const open = PROBES.filter((probe) =>
      isAllowed([...policies, ...GUEST_POLICIES], { from, to, ...parseProbe(probe) }),
    );
    return open.length === PROBES.length ? "any" : open.join(",") || "-";
  };
  const cells = Object.entries(table).map(([to, row]) => [
    to,
    Object.fromEntries(Object.keys(row).map((from) => [from, cell(one(world, from), one(world, to))])),
  ]);
  return Object.fromEntries(cells);
}

function parseProbe(probe: string): Pick<Connection, "protocol" | "port"> {
  return { protocol: probe.endsWith("/udp") ? "UDP" : "TCP", port: Number.parseInt(probe, 10) };
}

function one(world: World, name: string): Endpoint {
  const endpoint = world[name];
  if (endpoint === undefined) throw new Error(`nothing is called ${name}, there are ${Object.keys(world)}`);
  return endpoint;
}

/** Whether a rule that names the pods of a workload by app and tier names this one too. */
function isLike({ pod }: Endpoint, workload: Endpoint): boolean {
  return (
    pod?.namespace === "ai-agents" &&
    pod.labels["app"] === workload.pod?.labels["app"] &&
    pod.labels["tier"] === workload.pod?.labels["tier"]
  );
}

const port = fc.oneof(fc.constantFrom(53, 443, 6379, 8080, 9090, 26379), fc.integer({ min: 1, max: 65_535 }));
const protocol = fc.constantFrom("TCP" as const, "UDP" as const);
const labels: fc.Arbitrary<Record<string, string>> = fc.oneof(
  fc.constantFrom(
    { app: "claude-agent", tier: "coordinator" },
    { app: "claude-agent-valkey", tier: "store" },
    { "k8s-app": "kube-dns" },
  ),
  fc.dictionary(
    fc.constantFrom("app", "tier", "k8s-app", "app.kubernetes.io/name"),
    fc.constantFrom("claude-agent", "coordinator", "claude-agent-valkey", "store", "kube-dns", "traefik"),
  ),
);
const podIn = (...namespaces: string[]) =>
  fc.record({ address: fc.ipV4(), pod: fc.record({ namespace: fc.constantFrom(...namespaces), labels }) });
const neighbour = podIn("ai-agents");
const outsider: fc.Arbitrary<Endpoint> = fc.oneof(
  podIn("traefik", "monitoring", "kube-system", "team-b"),
  fc.record({ address: fc.oneof(fc.ipV4(), fc.ipV6()) }),
);
const anybody = fc.oneof(neighbour, outsider);

/** A range that the configuration takes, often one around the addresses of cloud metadata. */
const range = fc
  .tuple(
    fc.oneof(fc.ipV4(), fc.constantFrom("0.0.0.0", "168.1.1.1", "169.0.0.0", "169.255.0.1")),
    fc.nat({ max: 32 }),
  )
  .filter(([address]) => !address.startsWith("169.254."))
  .map(([address, prefix]) => `${address}/${prefix}`);

let region: Awaited<ReturnType<typeof recordRegion>>;
let coordinator: Endpoint;
let valkey: Endpoint;

beforeAll(async () => {
  region = await recordRegion({ upstream: UPSTREAM });
  coordinator = one(region.world, "coordinator");
  valkey = one(region.world, "valkey");
});

describe("the network policies of a region", () => {
  test("open what the table says and nothing else", () => {
    const table = parseTable(ANTHROPIC);
    expect(judge(region.policies, region.world, table)).toEqual(table);
  });

  test("are judged for every workload of the stack", () => {
    expect(Object.keys(parseTable(ANTHROPIC))).toEqual(Object.keys(region.world));
  });

  test("are the same in every region", async () => {
    const { rendered } = await recordRegion({ upstream: UPSTREAM }, "region-b");
    expect(rendered).toEqual(region.rendered);
  });

  test("leave no way out while Claude is simulated", async () => {
    const { policies, world } = await recordRegion();
    const table = parseTable(SIMULATED);
    expect(judge(policies, world, table)).toEqual(table);
  });

  test("let nobody in while no namespaces are named", async () => {
    const networkPolicy = { ingressNamespaces: [], monitoringNamespaces: [] };
    const { policies, world } = await recordRegion({ networkPolicy, exposure: { kind: "none" } });
    const table = parseTable(SIMULATED.replace(/8080|9090|9121/g, "-"));
    expect(judge(policies, world, table)).toEqual(table);
  });

  test("open a store outside the cluster to the coordinator alone", async () => {
    const external = { urlSecret: { name: "store", key: "url" }, cidrs: ["10.1.0.0/16"], ports: [6380] };
    const { policies, world } = await recordRegion({ valkey: { external } });
    const table = parseTable(EXTERNAL_STORE);
    expect(judge(policies, world, table)).toEqual(table);
  });

  test("open the issuers of tokens to the coordinator alone", async () => {
    const jwt = [{ issuer: "https://idp.example", audience: "agents", jwksUrl: "https://idp.example/keys" }];
    const networkPolicy = { identityCidrs: ["10.1.0.0/16"] };
    const { policies, world } = await recordRegion({ gateway: { identity: { jwt } }, networkPolicy });
    const table = parseTable(ISSUER);
    expect(judge(policies, world, table)).toEqual(table);
  });
});

describe("a collector of traces", () => {
  test("is open to the coordinator alone", async () => {
    const networkPolicy = { telemetryCidrs: ["10.1.0.0/16"] };
    const telemetry = { otlpEndpoint: "https://otlp.example" };
    const { policies, world } = await recordRegion({ telemetry, networkPolicy });
    const table = parseTable(ISSUER);
    expect(judge(policies, world, table)).toEqual(table);
  });
});

describe("whatever labels a pod has, and whatever port it tries", () => {
  test("Valkey is reached by the coordinator and its own pods alone, even if all pods may send", () => {
    const policies = [...region.policies, opening("egress")];
    fc.assert(
      fc.property(anybody, port, protocol, (from, port, protocol) => {
        const isListed = isLike(from, coordinator) || isLike(from, valkey);
        const isServed = protocol === "TCP" && [6379, 26379].includes(port);
        expect(isAllowed(policies, { from, to: valkey, port, protocol })).toBe(isListed && isServed);
      }),
      { numRuns: 2000 },
    );
  });

  test("a pod of no tier asks name servers and reaches nobody else, even if all pods may receive", () => {
    const policies = [...region.policies, opening("ingress")];
    const tierless = neighbour.filter((pod) => !isLike(pod, coordinator) && !isLike(pod, valkey));
    fc.assert(
      fc.property(tierless, anybody, port, protocol, (from, to, port, protocol) => {
        const isClusterDns = to.pod?.namespace === "kube-system" && to.pod.labels["k8s-app"] === "kube-dns";
        const isNameServer = isClusterDns || to.address === "169.254.20.10";
        expect(isAllowed(policies, { from, to, port, protocol })).toBe(isNameServer && port === 53);
      }),
      { numRuns: 2000 },
    );
  });

  test("only gateways reach the API and monitoring the metrics, nobody else comes into the namespace", () => {
    fc.assert(
      fc.property(outsider, neighbour, port, protocol, (from, to, port, protocol) => {
        const isGateway = from.pod?.namespace === "traefik" && port === 8080;
        const isMonitoring = from.pod?.namespace === "monitoring" && port === 9090;
        expect(isAllowed(region.policies, { from, to, port, protocol })).toBe(
          (isGateway || isMonitoring) && protocol === "TCP" && isLike(to, coordinator),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

test("cloud metadata stays out of the coordinator's reach whatever ranges are opened", async () => {
  const address = fc.tuple(fc.nat(255), fc.nat(255)).map(([third, fourth]) => `169.254.${third}.${fourth}`);
  await fc.assert(
    fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 50 }), async (cidrs) => {
      const external = { urlSecret: { name: "store", key: "url" }, cidrs, ports: [80] };
      const jwt = [{ issuer: "https://idp.example", audience: "a", jwksUrl: "https://idp.example/keys" }];
      const networkPolicy = { upstreamCidrs: cidrs, identityCidrs: cidrs, telemetryCidrs: cidrs };
      const { policies, world } = await recordRegion({
        upstream: UPSTREAM,
        gateway: { identity: { jwt } },
        telemetry: { otlpEndpoint: "http://collector.monitoring.svc" },
        networkPolicy,
        valkey: { external },
      });
      const from = one(world, "coordinator");
      const isReached = (address: string, port: number) =>
        isAllowed(policies, { from, to: { address }, port, protocol: "TCP" });
      fc.assert(
        fc.property(address, (address) => !isReached(address, 80) && !isReached(address, 443)),
        { examples: [["169.254.169.254"], ["169.254.170.2"]] },
      );
    }),
    { numRuns: 8, examples: [[["0.0.0.0/0"]], [["169.255.0.1/15"]]] },
  );
});

describe("the table notices", () => {
  type Specs = Record<string, Recorded["inputs"]>;
  const table = parseTable(ANTHROPIC);

  /** The table as it would be with the rendered specifications changed like this. */
  function judgeAltered(alter: (specs: Specs) => void): Table {
    const altered = structuredClone(region.rendered);
    alter(Object.fromEntries(altered.map(({ metadata, spec }) => [metadata.name, spec])));
    return judge(altered.map(parsePolicy), region.world, table);
  }

  test.each(["default-deny", "allow-dns", "coordinator", "valkey"])("that policy %s is gone", (role) => {
    const others = region.rendered.filter(({ metadata }) => metadata.name !== role);
    expect(others).toHaveLength(3);
    expect(judge(others.map(parsePolicy), region.world, table)).not.toEqual(table);
  });

  test.each<[string, (specs: Specs) => void]>([
    ["a direction that is not closed", (specs) => specs["default-deny"].policyTypes.shift()],
    ["a rule for everything", (specs) => Object.assign(specs["default-deny"], { egress: [{}] })],
    [
      "pods that a policy no longer selects",
      ({ valkey }) => Object.assign(valkey.podSelector.matchLabels, { x: "y" }),
    ],
    ["pods that a policy newly selects", ({ coordinator }) => delete coordinator.podSelector.matchLabels],
    ["a rule without sources", ({ valkey }) => delete valkey.ingress[0].from],
    ["a rule without destinations", ({ coordinator }) => delete coordinator.egress[0].to],
    ["a rule without ports", ({ valkey }) => delete valkey.ingress[0].ports],
    ["a port more", ({ coordinator }) => coordinator.ingress[0].ports.push({ protocol: "TCP", port: 9090 })],
    ["a port less", ({ valkey }) => valkey.egress[0].ports.pop()],
    [
      "another protocol",
      (specs) => Object.assign(specs["allow-dns"].egress[0].ports[0], { protocol: "TCP" }),
    ],
    [
      "sources of the whole namespace",
      ({ valkey }) => delete valkey.ingress[0].from[0].podSelector.matchLabels,
    ],
    [
      "sources of all namespaces",
      ({ valkey }) => Object.assign(valkey.ingress[0].from[0], { namespaceSelector: {} }),
    ],
    ["DNS pods of the own namespace", (specs) => delete specs["allow-dns"].egress[0].to[0].namespaceSelector],
    ["all pods of the system", (specs) => delete specs["allow-dns"].egress[0].to[0].podSelector],
    ["metadata no longer excepted", ({ coordinator }) => delete coordinator.egress[1].to[0].ipBlock.except],
    [
      "a narrower way out",
      ({ coordinator }) => Object.assign(coordinator.egress[1].to[0].ipBlock.except, ["160.0.0.0/4"]),
    ],
  ])("%s", (_, alter) => {
    expect(judgeAltered(alter)).not.toEqual(table);
  });

  test("a field that it cannot judge", () => {
    const alter = ({ valkey }: Specs) => Object.assign(valkey.ingress[0].ports[0], { endPort: 7000 });
    expect(() => judgeAltered(alter)).toThrow("endPort");
  });
});
