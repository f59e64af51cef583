import type { Field } from "./field.ts";
import { type Finding, undecided, violation } from "./finding.ts";
import { parseImageReference } from "./image-reference.ts";
import type { Manifest } from "./manifest.ts";
import { containersOf, podTemplateOf } from "./pod-templates.ts";
import { resourcePolicy } from "./resource-policy.ts";

interface Config {
  /** Repositories whose images may go without digest, compared as a whole. */
  readonly exemptRepositories: readonly string[];
}

interface Image {
  readonly label: string;
  readonly reference: Field;
}

const REMEDY =
  "Write <repository>@sha256:<64 hex digits>; `docker buildx imagetools inspect <image>` prints the digest.";

export const podRequireImageDigest = resourcePolicy<Config>({
  name: "pod-require-image-digest",
  description: "Every image of a pod is pinned by its digest.",
  properties: {
    exemptRepositories: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Repositories whose images may go without digest, for example registry.example.com/tools/debug.",
    },
  },
  defaults: { exemptRepositories: [] },
  judge: (manifest, config) => imagesOf(manifest).flatMap((image) => judgeImage(image, config)),
});

/** The images of containers and those mounted as volumes. */
function imagesOf(manifest: Manifest): Image[] {
  const containers = containersOf(manifest).map(({ label, field }) => ({
    label,
    reference: field.at("image"),
  }));
  const volumes = podTemplateOf(manifest)?.at("spec", "volumes").items() ?? [];
  return [
    ...containers,
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
