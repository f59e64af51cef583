import { describe, expect, it } from "vitest";
import { containerRequireImageDigest } from "../../../policies/workloads/container-require-image-digest.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { DIGEST, deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const judgeImage = (image: unknown, config = {}) =>
  judge(containerRequireImageDigest, deployment(podSpecWith("containers", { image })), { config });

describe("container-require-image-digest", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind whose images carry digests", async ({ build }) => {
    expect(await judge(containerRequireImageDigest, build(POD_SPEC))).toEqual({
      violations: [],
      undecided: undefined,
    });
  });

  it.each(EVERY_PLACE)("refuses a tag in $list of a $kind", async ({ build, list }) => {
    const { violations } = await judge(
      containerRequireImageDigest,
      build(podSpecWith(list, { image: "nginx:1.29" })),
    );
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(`${list}[`);
  });

  it.each([
    ["a registry with a port", `localhost:5000/agent@${DIGEST}`],
    ["a tag together with a digest", `localhost:5000/agent:1.2@${DIGEST}`],
    ["a sha512 digest", `agent@sha512:${"a".repeat(128)}`],
  ])("allows %s", async (_, image) => {
    expect((await judgeImage(image)).violations).toEqual([]);
  });

  it.each([
    ["latest", "nginx:latest", 'only the tag "latest"'],
    ["no tag", "nginx", "no tag, which means latest"],
    ["a registry's port that looks like a tag", "localhost:5000/nginx", "no tag"],
    ["a digest that is too short", "nginx@sha256:abc", "3 characters in place of 64"],
    ["a digest that is too long", `nginx@${DIGEST}0`, "65 characters in place of 64"],
    ["a digest in capitals", `nginx@${DIGEST.toUpperCase().replace("SHA256", "sha256")}`, "other characters"],
    ["an unknown algorithm", `nginx@md5:${"a".repeat(32)}`, "not of the form"],
    ["two digests", `nginx@${DIGEST}@${DIGEST}`, "more than one @"],
    ["an empty reference", "", "empty"],
    ["a digest without repository", `@${DIGEST}`, "empty"],
    ["a missing image", undefined, "names no image"],
    ["an image that is null", null, "names no image"],
  ])("refuses %s", async (_, image, reason) => {
    const { violations } = await judgeImage(image);
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(reason);
  });

  it("says which object is at fault, why, and what to write instead", async () => {
    expect((await judgeImage("nginx:latest")).violations).toEqual([
      'Deployment ai-agents/subject, at .spec.template.spec.containers[1].image: the image "nginx:latest" of container "changed" has only the tag "latest": what it points to can change after review. Write <repository>@sha256:<64 hex digits>; `docker buildx imagetools inspect <image>` prints the digest.',
    ]);
  });

  it("refuses an image volume without digest", async () => {
    const podSpec = { ...POD_SPEC, volumes: [{ name: "data", image: { reference: "models:latest" } }] };
    const { violations } = await judge(containerRequireImageDigest, deployment(podSpec));
    expect(violations).toEqual([expect.stringContaining("image volume")]);
  });

  it("allows repositories that the configuration exempts, whatever their tag", async () => {
    const config = { exemptRepositories: ["localhost:5000/debug"] };
    expect((await judgeImage("localhost:5000/debug:dev", config)).violations).toEqual([]);
  });

  it("does not exempt a repository that only begins like an exempted one", async () => {
    const config = { exemptRepositories: ["localhost:5000/debug"] };
    expect((await judgeImage("localhost:5000/debug-tools:dev", config)).violations).toHaveLength(1);
  });

  it("leaves an image that is not known yet undecided and still refuses its neighbour", async () => {
    const podSpec = { ...POD_SPEC, containers: [{ image: UNKNOWN }, { image: "nginx" }] };
    const { violations, undecided } = await judge(containerRequireImageDigest, deployment(podSpec));
    expect(violations).toEqual([expect.stringContaining("containers[1].image")]);
    expect(undecided).toContain(".spec.template.spec.containers[0].image");
  });
});
