import type { Field } from "../manifests/field.ts";
import { parseImageReference } from "../manifests/image-reference.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { type PodTemplate, podOf, WORKLOAD_KINDS } from "../manifests/pod-templates.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { grammarProblem } from "./image-grammar.ts";
import { OPERATOR_IMAGE_KINDS, operatorImages } from "./operator-images.ts";

/** Kinds of objects whose pods pull an image that stands in them. */
export const IMAGE_KINDS: readonly string[] = [...WORKLOAD_KINDS, ...OPERATOR_IMAGE_KINDS];

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
 * Judges every image of an object's pods: those of containers, those mounted as volumes, and those that an operator puts
 * into pods of its own. An image that is not known yet is
 * left undecided; one that is missing or malformed is refused, because no policy over images could say anything of it.
 */
export function judgeImages(
  manifest: Manifest,
  remedy: string,
  judge: (image: PodImage) => Finding[],
): Finding[] {
  const places = [...podOf(manifest).flatMap(placesOf), ...operatorImages(manifest)];
  return places.flatMap(({ label, field }) => {
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
  const tag = tagOf(name);
  const problem = grammarProblem(pin.repository, tag);
  return problem ?? { label, field, reference, repository: pin.repository, tag, digest };
}

/** What follows the colon, but a colon before the last slash belongs to the registry's port. */
function tagOf(name: string): string | undefined {
  const [, ...tag] = name.slice(name.lastIndexOf("/") + 1).split(":");
  return tag.length === 0 ? undefined : tag.join(":");
}
