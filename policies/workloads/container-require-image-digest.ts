import type { Field } from "../manifests/field.ts";
import { parseImageReference } from "../manifests/image-reference.ts";
import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { podPolicy } from "../pack/pod-policy.ts";

interface Config {
  readonly exemptRepositories: readonly string[];
}

interface Image {
  readonly label: string;
  readonly reference: Field;
}

const REMEDY =
  "Write <repository>@sha256:<64 hex digits>; `docker buildx imagetools inspect <image>` prints the digest.";
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

export const containerRequireImageDigest = podPolicy<Config>({
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
    ],
  },
  judge: (pod, config) => imagesOf(pod).flatMap((image) => judgeImage(image, config)),
});

/** The images of containers and those mounted as volumes. */
function imagesOf({ containers, spec }: PodTemplate): Image[] {
  const volumes = spec.at("volumes").items();
  return [
    ...containers.map(({ label, field }) => ({ label, reference: field.at("image") })),
    ...volumes
      .filter((volume) => !volume.at("image").missing)
      .map((volume) => ({ label: "image volume", reference: volume.at("image", "reference") })),
  ];
}

function judgeImage({ label, reference }: Image, { exemptRepositories }: Config): Finding[] {
  if (reference.unknown) return [undecided(reference)];
  if (reference.missing) return [violation(reference, `${label} names no image.`, REMEDY)];
  const pin = parseImageReference(String(reference.value));
  const image = JSON.stringify(reference.value);
  switch (pin.type) {
    case "pinned":
      return [];
    case "malformed":
      return [violation(reference, `the image ${image} of ${label} is malformed: ${pin.problem}.`, REMEDY)];
    case "unpinned": {
      if (exemptRepositories.includes(pin.repository)) return [];
      const tag =
        pin.tag === undefined ? "no tag, which means latest" : `only the tag ${JSON.stringify(pin.tag)}`;
      const reason = `the image ${image} of ${label} has ${tag}: what it points to can change after review.`;
      return [violation(reference, reason, REMEDY)];
    }
  }
}
