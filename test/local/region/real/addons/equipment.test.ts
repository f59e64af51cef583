import { describe, expect, it } from "vitest";
import { z } from "zod";
import { clusterDns } from "../../../../../local/region/real/addons/cluster-dns.ts";
import { metricsServer } from "../../../../../local/region/real/addons/metrics-server.ts";

const objectSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});

const podSpecSchema = z.looseObject({
  securityContext: z.unknown(),
  containers: z.array(z.looseObject({ image: z.string(), args: z.array(z.string()) })).length(1),
});
const deploymentSchema = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: podSpecSchema }) }),
});

function find(objects: readonly object[], kind: string) {
  const found = objects.map((object) => objectSchema.parse(object)).find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

const podOf = (objects: readonly object[]) =>
  deploymentSchema.parse(find(objects, "Deployment")).spec.template.spec;

const DNS = clusterDns("coredns@sha256:abc", "10.96.128.10");
const METRICS = metricsServer("metrics-server@sha256:abc");

describe.each([
  ["names", DNS, "coredns@sha256:abc"],
  ["metrics", METRICS, "metrics-server@sha256:abc"],
])("the pods that give a region its %s", (_, objects, image) => {
  it("run the given image", () => {
    expect(podOf(objects).containers[0]?.image).toBe(image);
  });

  it("are as confined as the platform's own", () => {
    const { securityContext, containers } = podOf(objects);

    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(containers[0]).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
    });
  });

  it("may read and nothing else", () => {
    const rules = z
      .array(z.looseObject({ verbs: z.array(z.string()) }))
      .parse(find(objects, "ClusterRole")["rules"]);

    expect(
      [...new Set(rules.flatMap(({ verbs }) => verbs))].filter(
        (verb) => !["get", "list", "watch"].includes(verb),
      ),
    ).toEqual([]);
  });
});

describe("the names of a region", () => {
  it("are asked for at the address that every pod is told", () => {
    expect(find(DNS, "Service")["spec"]).toMatchObject({ clusterIP: "10.96.128.10" });
  });

  it("end at the cluster's border with a quick no", () => {
    const { Corefile } = z.object({ Corefile: z.string() }).parse(find(DNS, "ConfigMap")["data"]);

    expect(Corefile).toMatch(/^\.:53 \{\s+template IN ANY \. \{\s+rcode NXDOMAIN/m);
    expect(Corefile).not.toContain("forward");
  });
});

describe("the metrics of a region", () => {
  it("are read more seldom than a kubelet may take to answer: otherwise the server does not start", () => {
    const args = podOf(METRICS).containers[0]?.args ?? [];
    const seconds = (flag: string) => Number(args.join(" ").match(new RegExp(`${flag}=(\\d+)s`))?.[1]);

    expect(seconds("--metric-resolution")).toBeGreaterThan(seconds("--kubelet-request-timeout"));
  });

  it("come from kubelets that prove who they are", () => {
    const args = podOf(METRICS).containers[0]?.args ?? [];

    expect(args.join(" ")).toContain("--kubelet-certificate-authority=");
    expect(args.join(" ")).not.toContain("insecure");
  });
});
