import { type Finding, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { IMAGE_KINDS, judgeImages, type PodImage } from "./pod-images.ts";

interface Config {
  readonly exemptRepositories: readonly string[];
}

const REMEDY =
  "Write <repository>@sha256:<64 hex digits>; `docker buildx imagetools inspect <image>` prints the digest.";
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

export const containerRequireImageDigest = objectPolicy<Config>({
  name: "container-require-image-digest",
  description: "Every image of a pod is pinned by its digest.",
  severity: "high",
  controls: [
    { framework: "nist", control: "CM-2, SI-7" },
    { framework: "nsa", control: "Kubernetes Pod security: Building secure container images" },
  ],
  reason:
    "A tag can be moved after review, and two pods of one rollout can then run different code. A tag beside a digest decides nothing.",
  remedy: REMEDY,
  parameters: {
    exemptRepositories: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Repositories whose images may go without digest, compared as a whole, for example registry.example.com/tools/debug.",
    },
  },
  examples: {
    pass: [
      { what: "an image by digest", container: { image: `registry.example.com:5000/team/agent@${DIGEST}` } },
      { what: "a tag beside the digest", container: { image: `team/agent:1.2@${DIGEST}` } },
    ],
    fail: [
      { what: "an image by tag", container: { image: "team/agent:1.2" } },
      { what: "an image without tag, which means latest", container: { image: "localhost:5000/agent" } },
      { what: "a digest that is too short", container: { image: "agent@sha256:0123" } },
      {
        what: "a volume made of an image by tag",
        pod: { volumes: [{ name: "models", image: { reference: "team/models:1" } }] },
      },
      {
        what: "a database of CloudNativePG by tag",
        objects: [
          {
            apiVersion: "postgresql.cnpg.io/v1",
            kind: "Cluster",
            metadata: { name: "database" },
            spec: { imageName: "ghcr.io/cloudnative-pg/postgresql:17" },
          },
        ],
      },
    ],
  },
  kinds: IMAGE_KINDS,
  judge: (manifest, config) => judgeImages(manifest, REMEDY, (image) => judgeImage(image, config)),
});

function judgeImage(
  { label, field, reference, repository, tag, digest }: PodImage,
  { exemptRepositories }: Config,
): Finding[] {
  if (digest !== undefined || exemptRepositories.includes(repository)) return [];
  const only = tag === undefined ? "no tag, which means latest" : `only the tag ${JSON.stringify(tag)}`;
  const image = JSON.stringify(reference);
  const reason = `the image ${image} of ${label} has ${only}: what it points to can change after review.`;
  return [violation(field, reason, REMEDY)];
}
