import { describe, expect, it } from "vitest";
import { containerLimitRegistries } from "../../../policies/workloads/container-limit-registries.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { DIGEST, deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const judgeImage = (image: unknown, config = {}) =>
  judge(containerLimitRegistries, deployment(podSpecWith("containers", { image })), { config });
const judgeAllowed = (image: string, ...allowedRegistries: string[]) =>
  judge(containerLimitRegistries, deployment({ containers: [{ name: "main", image }] }), {
    config: { allowedRegistries },
  });

describe("container-limit-registries", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind with images of a named registry", async ({ build }) => {
    const judgement = await judge(containerLimitRegistries, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each(EVERY_PLACE)(
    "refuses an anonymous registry in $list of a $kind (faults 21 and 22)",
    async (place) => {
      const podSpec = podSpecWith(place.list, { image: `ttl.sh/agent@${DIGEST}` });
      const { violations } = await judge(containerLimitRegistries, place.build(podSpec));
      expect(violations).toEqual([expect.stringContaining(`.${place.list}[`)]);
    },
  );

  it.each([
    ["nginx", "docker.io/library/nginx"],
    ["nginx:1.29", "docker.io/library/nginx"],
    [`nginx:1.29@${DIGEST}`, "docker.io/library/nginx"],
    ["oliver006/redis_exporter", "docker.io/oliver006"],
    ["docker.io/nginx", "docker.io/library"],
    ["index.docker.io/nginx", "docker.io/library"],
    ["registry-1.docker.io/library/nginx", "docker.io"],
    ["registry.hub.docker.com/nginx", "docker.io/library"],
    ["Docker.IO/nginx", "docker.io/library"],
    ["GHCR.io/team/agent", "ghcr.io/team"],
    ["REGISTRY/agent", "registry/agent"],
    ["ghcr.io./team/agent", "ghcr.io"],
    ["ghcr.io.:5000/team/agent", "ghcr.io:5000"],
    ["ghcr.io:443/team/agent", "ghcr.io"],
    ["ghcr.io:4430/team/agent", "ghcr.io:4430"],
    ["registry:5000/agent", "registry:5000"],
    ["localhost.example.com/agent", "localhost.example.com"],
    ["203.0.113.7:5000/agent", "203.0.113.7:5000"],
  ])("reads %s as an image of %s", async (image, registry) => {
    expect((await judgeAllowed(image, "example.org", registry)).violations).toEqual([]);
  });

  it.each([
    [
      "fault 26: registry port, tag and digest together",
      `registry:5000/team/agent:1.2@${DIGEST}`,
      "registry:5000/team/agent",
    ],
    ["fault 26: a registry port that looks like a tag", "registry:5000/agent", "registry:5000/agent"],
  ])("%s", async (_, image, repository) => {
    expect((await judgeAllowed(image, repository)).violations).toEqual([]);
    expect((await judgeAllowed(image, "registry")).violations).toEqual([
      expect.stringContaining(`comes from ${repository}: allowed are registry.`),
    ]);
  });

  it("fault 26: a digest of the wrong length is malformed", async () => {
    expect((await judgeImage("ghcr.io/team/agent@sha256:abc")).violations).toEqual([
      expect.stringContaining("is malformed: its sha256 digest has 3 characters in place of 64."),
    ]);
  });

  it.each([
    ["a name that only begins like an allowed one", "ghcr.io/team-tools/agent", "ghcr.io/team"],
    ["a domain that only begins like an allowed one", "ghcr.io.example.org/agent", "ghcr.io"],
    ["another port", "ghcr.io:5000/team/agent", "ghcr.io"],
    ["an owner of Docker Hub that looks like a registry", "ghcr/agent", "ghcr"],
  ])("refuses %s", async (_, image, registry) => {
    expect((await judgeAllowed(image, registry)).violations).toEqual([
      expect.stringContaining(`allowed are ${registry}.`),
    ]);
  });

  it.each([
    ["localhost/agent", "localhost is refused"],
    ["localhost:5000/agent:1", "localhost is refused"],
    ["LOCALHOST:5000/agent", "localhost is refused"],
    ["ttl.sh:8443/agent", "ttl.sh is refused"],
    ["k8s.gcr.io/pause", "k8s.gcr.io is refused"],
    ["bitnamilegacy/redis", "docker.io/bitnamilegacy is refused"],
    ["203.0.113.71/agent", "no certificate proves who answers at an address"],
    ["203.0.113.7:5000/agent", "no certificate proves who answers at an address"],
    ["[2001:db8::1]:5000/agent", "no certificate proves who answers at an address"],
    ["7:5000/agent", "no certificate proves who answers at an address"],
    ["0x7f000001:5000/agent", "no certificate proves who answers at an address"],
    ["127.0x1/agent", "no certificate proves who answers at an address"],
    ["[2001:db8::1]/agent", "no certificate proves who answers at an address"],
  ])("refuses %s where the configuration says nothing", async (image, reason) => {
    expect((await judgeImage(image)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    "nginx",
    "bitnamilegacy-fork/redis",
    "ttl.sh.example.com/agent",
    "registry1/agent",
    "host.7a/agent",
    "7zip.example.com/agent",
    "host.0xag/agent",
    "host.a0x7/agent",
    "host.0x/agent",
  ])("allows %s where the configuration says nothing", async (image) => {
    expect((await judgeImage(image)).violations).toEqual([]);
  });

  it("refuses what is refused even where the registry above it is allowed", async () => {
    const { violations } = await judgeAllowed("bitnamilegacy/redis", "docker.io");
    expect(violations).toEqual([expect.stringContaining("docker.io/bitnamilegacy is refused")]);
  });

  it("takes what is refused from the configuration, at one port alone if it names one", async () => {
    const config = { refusedRegistries: ["registry.example.com:5000/old"] };
    expect((await judgeImage("registry.example.com:5000/old/agent", config)).violations).toHaveLength(1);
    expect((await judgeImage("registry.example.com:5001/old/agent", config)).violations).toEqual([]);
    expect((await judgeImage("localhost/agent", config)).violations).toEqual([]);
  });

  it("judges images that are mounted as volumes", async () => {
    const volumes = [
      { name: "tmp", emptyDir: {} },
      { name: "models", image: { reference: "ttl.sh/models" } },
    ];
    const { violations } = await judge(containerLimitRegistries, deployment({ ...POD_SPEC, volumes }));
    expect(violations).toEqual([expect.stringContaining("volumes[1].image.reference")]);
  });

  it.each([
    ["missing", undefined, "names no image"],
    ["null", null, "names no image"],
    ["empty", "", "is malformed"],
    ["a number", 5, "is malformed: it is no text"],
    ["a list", ["nginx"], "is malformed: it is no text"],
  ])("refuses an image that is %s", async (_, image, reason) => {
    expect((await judgeImage(image)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("leaves an image that is not known yet undecided", async () => {
    const { violations, undecided } = await judgeImage(UNKNOWN);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".spec.template.spec.containers[1].image");
  });
});
