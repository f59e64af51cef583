import { type Finding, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { IMAGE_KINDS, judgeImages, type PodImage } from "./pod-images.ts";

interface Config {
  readonly movingTags: readonly string[];
}

const REMEDY = "Name the version as the tag, or leave the tag out and pin the digest.";
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/**
 * Beside a digest the tag decides nothing that runs, and is refused all the same: it is what people and scanners read the
 * version from, it says nothing or a lie there, and what is left when somebody drops the digest is the moving tag.
 */
export const containerDisallowLatestTag = objectPolicy<Config>({
  name: "container-disallow-latest-tag",
  description: "No image of a pod is named by a tag that moves.",
  severity: "medium",
  controls: [{ framework: "nist", control: "CM-2, CM-8" }],
  reason:
    "A tag that moves tells nobody which version runs, so that nothing can be compared with an advisory or rolled back to. Beside " +
    "a digest it decides nothing and misleads whoever reads it.",
  remedy: REMEDY,
  parameters: {
    movingTags: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: ["latest"],
      description: "Tags that move, in small letters; an image with neither tag nor digest counts as latest.",
    },
  },
  examples: {
    pass: [
      { what: "a version as the tag", container: { image: "registry.example.com:5000/team/agent:1.2" } },
      { what: "a digest without tag", container: { image: `team/agent@${DIGEST}` } },
    ],
    fail: [
      { what: "the tag latest", container: { image: "team/agent:latest" } },
      { what: "neither tag nor digest", container: { image: "registry.example.com:5000/agent" } },
      { what: "latest beside a digest", container: { image: `team/agent:latest@${DIGEST}` } },
    ],
  },
  kinds: IMAGE_KINDS,
  judge: (manifest, config) => judgeImages(manifest, REMEDY, (image) => judgeImage(image, config)),
});

function judgeImage({ label, field, reference, tag, digest }: PodImage, { movingTags }: Config): Finding[] {
  const effective = tag ?? (digest === undefined ? "latest" : "");
  if (!movingTags.includes(effective.toLowerCase())) return [];
  const what = tag === undefined ? "has no tag, which means latest" : `has the tag ${JSON.stringify(tag)}`;
  const reason = `the image ${JSON.stringify(reference)} of ${label} ${what}: nobody can tell which version it is.`;
  return [violation(field, reason, REMEDY)];
}
