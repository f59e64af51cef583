import { type Finding, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { fullNameOf, isAtAddress, isBelow, withoutPort } from "./image-registry.ts";
import { IMAGE_KINDS, judgeImages, type PodImage } from "./pod-images.ts";

interface Config {
  readonly allowedRegistries: readonly string[];
  readonly refusedRegistries: readonly string[];
}

const REMEDY =
  "Copy the image to a registry of your own, pin its digest, or have its registry allowed by the policy's parameters.";

export const containerLimitRegistries = objectPolicy<Config>({
  name: "container-limit-registries",
  description: "Every image of a pod comes from a registry that is allowed.",
  severity: "high",
  controls: [
    { framework: "nist", control: "CM-7, SR-3, SR-4" },
    { framework: "nsa", control: "Kubernetes Pod security: Building secure container images" },
  ],
  reason:
    "Who controls a registry decides what runs. A name that is mistyped, an anonymous registry or one that gets no more fixes lets " +
    "foreign or vulnerable code in, whatever the digest says.",
  remedy: REMEDY,
  parameters: {
    allowedRegistries: {
      type: "array",
      items: { type: "string", minLength: 1 },
      // The registry of the platform's own image is an installation's: no list that is shipped could name it.
      default: [],
      description:
        "Registries, or paths below them, that alone may be used, such as ghcr.io/valkey-io; with none, all that are not refused. " +
        "Images of Docker Hub are docker.io/<owner>/<name>, and docker.io/library/<name> where they have no owner.",
    },
    refusedRegistries: {
      type: "array",
      items: { type: "string", minLength: 1 },
      default: ["localhost", "ttl.sh", "k8s.gcr.io", "docker.io/bitnamilegacy"],
      description:
        "Registries, or paths below them, at any port, that may never be used: each node's own, those that take images from " +
        "anybody, and those that get no more fixes.",
    },
  },
  examples: {
    pass: [
      { what: "a registry at a port", container: { image: "registry.example.com:5000/team/agent" } },
      { what: "an image of Docker Hub by its short name", container: { image: "postgres:17" } },
    ],
    fail: [
      { what: "the node's own registry", container: { image: "localhost:5000/agent" } },
      { what: "a registry that takes images from anybody", container: { image: "ttl.sh/agent:1h" } },
      { what: "a registry that gets no more fixes", container: { image: "k8s.gcr.io/pause:3.1" } },
      { what: "a registry without a name", container: { image: "203.0.113.7:5000/agent" } },
      { what: "a volume", pod: { volumes: [{ name: "models", image: { reference: "ttl.sh/models:1d" } }] } },
    ],
  },
  kinds: IMAGE_KINDS,
  judge: (manifest, config) => judgeImages(manifest, REMEDY, (image) => judgeImage(image, config)),
});

function judgeImage({ label, field, reference, repository }: PodImage, config: Config): Finding[] {
  const problem = problemOf(fullNameOf(repository), config);
  if (problem === undefined) return [];
  const reason = `the image ${JSON.stringify(reference)} of ${label} comes from ${fullNameOf(repository)}: ${problem}.`;
  return [violation(field, reason, REMEDY)];
}

function problemOf(name: string, { allowedRegistries, refusedRegistries }: Config): string | undefined {
  const refused = refusedRegistries.find(
    (registry) => isBelow(name, registry) || isBelow(withoutPort(name), registry),
  );
  if (refused !== undefined) return `${refused} is refused`;
  if (allowedRegistries.some((registry) => isBelow(name, registry))) return undefined;
  if (allowedRegistries.length > 0) return `allowed are ${allowedRegistries.join(", ")}`;
  return isAtAddress(name) ? "no certificate proves who answers at an address" : undefined;
}
