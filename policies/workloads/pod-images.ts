import type { Field } from "../manifests/field.ts";
import { parseImageReference } from "../manifests/image-reference.ts";
import type { PodTemplate } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

/** An image that a pod pulls. */
export interface PodImage {
  /** `container "coordinator"` or `image volume`, for messages. */
  readonly label: string;
  readonly field: Field;
  /** As it is written. */
  readonly reference: string;
  /** What stands before tag and digest. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/**
 * Judges every image of a pod: those of its containers and those mounted as volumes. An image that is not known yet is
 * left undecided; one that is missing or malformed is refused, because no policy over images could say anything of it.
 */
export function judgeImages(
  pod: PodTemplate,
  remedy: string,
  judge: (image: PodImage) => Finding[],
): Finding[] {
  return placesOf(pod).flatMap(({ label, field }) => {
    if (field.unknown) return [undecided(field)];
    if (field.missing) return [violation(field, `${label} names no image.`, remedy)];
    const image = readImage(label, field);
    if (typeof image !== "string") return judge(image);
    const written = JSON.stringify(field.value);
    return [violation(field, `the image ${written} of ${label} is malformed: ${image}.`, remedy)];
  });
}

function placesOf({ containers, spec }: PodTemplate): { label: string; field: Field }[] {
  const volumes = spec.at("volumes").items();
  return [
    ...containers.map(({ label, field }) => ({ label, field: field.at("image") })),
    ...volumes
      .filter((volume) => !volume.at("image").missing)
      .map((volume) => ({ label: "image volume", field: volume.at("image", "reference") })),
  ];
}

/** The image, or why it is none. */
function readImage(label: string, field: Field): PodImage | string {
  const reference = field.text;
  if (reference === undefined) return "it is no text";
  const pin = parseImageReference(reference);
  if (pin.type === "malformed") return pin.problem;
  const [name = "", digest] = reference.split("@");
  return { label, field, reference, repository: pin.repository, tag: tagOf(name), digest };
}

/** What follows the last colon, but a colon before the last slash belongs to the registry's port. */
function tagOf(name: string): string | undefined {
  return name.slice(name.lastIndexOf("/") + 1).split(":")[1];
}
