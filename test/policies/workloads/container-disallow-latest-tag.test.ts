import { describe, expect, it } from "vitest";
import { containerDisallowLatestTag } from "../../../policies/workloads/container-disallow-latest-tag.ts";
import { judge, UNKNOWN } from "../judge.ts";
import { DIGEST, deployment, EVERY_PLACE, POD_SPEC, podSpecWith, WORKLOAD_KINDS } from "../workloads.ts";

const judgeImage = (image: unknown, config = {}) =>
  judge(containerDisallowLatestTag, deployment(podSpecWith("containers", { image })), { config });

describe("container-disallow-latest-tag", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind whose images are pinned", async ({ build }) => {
    const judgement = await judge(containerDisallowLatestTag, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
  });

  it.each(EVERY_PLACE)("refuses latest in $list of a $kind (faults 21 and 22)", async ({ build, list }) => {
    const podSpec = podSpecWith(list, { image: "team/agent:latest" });
    const { violations } = await judge(containerDisallowLatestTag, build(podSpec));
    expect(violations).toEqual([expect.stringContaining(`.${list}[`)]);
  });

  it.each([
    ["a version", "agent:1.2"],
    ["a version that holds the word", "agent:latest-1"],
    ["a digest without tag", `localhost:5000/agent@${DIGEST}`],
    ["fault 26: registry port, version and digest together", `localhost:5000/agent:1.2@${DIGEST}`],
    ["a repository of that name", `latest/latest@${DIGEST}`],
  ])("allows %s", async (_, image) => {
    expect((await judgeImage(image)).violations).toEqual([]);
  });

  it.each([
    ["latest", "agent:latest", 'has the tag "latest": nobody can tell'],
    ["latest in capitals", "agent:Latest", 'has the tag "Latest"'],
    ["no tag", "team/agent", "has no tag, which means latest"],
    ["an empty tag", "agent:", 'is malformed: "" is no tag.'],
    ["an empty tag beside a digest", `agent:@${DIGEST}`, 'is malformed: "" is no tag.'],
    ["a second tag behind the first", "agent:1.2:latest", 'is malformed: "1.2:latest" is no tag.'],
    ["fault 26: a registry port that looks like a tag", "localhost:5000/agent", "has no tag"],
    ["latest beside a digest", `agent:latest@${DIGEST}`, 'has the tag "latest"'],
    [
      "fault 26: registry port, latest and digest together",
      `localhost:5000/agent:latest@${DIGEST}`,
      '"latest"',
    ],
    ["fault 26: a digest of the wrong length", "agent:1.2@sha256:abc", "3 characters in place of 64"],
    ["a missing image", undefined, "names no image"],
    ["an image that is null", null, "names no image"],
  ])("refuses %s", async (_, image, reason) => {
    expect((await judgeImage(image)).violations).toEqual([expect.stringContaining(reason)]);
  });

  it("takes the tags that move from the configuration", async () => {
    const config = { movingTags: ["edge"] };
    expect((await judgeImage("agent:edge")).violations).toEqual([]);
    expect((await judgeImage("agent:edge", config)).violations).toHaveLength(1);
    expect((await judgeImage("agent", config)).violations).toEqual([]);
  });

  it("leaves an image that is not known yet undecided", async () => {
    const { violations, undecided } = await judgeImage(UNKNOWN);
    expect(violations).toEqual([]);
    expect(undecided).toContain(".spec.template.spec.containers[1].image");
  });
});
