import { placed, podOf, podWith, type Sample } from "./admission-samples.ts";

const APPARMOR = "container.apparmor.security.beta.kubernetes.io";
const PROFILES = ["runtime/default", "localhost/agent", "", "unconfined"];

/** The API server turns the first into fields; of the others, which are older, it takes no notice any more. */
export const ANNOTATIONS: readonly Sample[] = [
  ...PROFILES.flatMap((value) => [
    annotated("main", "pod", value, {}),
    annotated("changed", "initContainers", value, placed("initContainers", {})),
    annotated("changed", "sidecar", value, placed("sidecar", {})),
  ]),
  ignored("runtime/default", { "container.seccomp.security.alpha.kubernetes.io/main": "runtime/default" }),
  ignored("unconfined", { "container.seccomp.security.alpha.kubernetes.io/main": "unconfined" }),
  {
    row: "seccomp annotation in place of the field",
    place: "pod",
    pod: podOf(podWith({ seccompProfile: undefined }), {
      "seccomp.security.alpha.kubernetes.io/pod": "runtime/default",
    }),
  },
];

function annotated(container: string, place: Sample["place"], value: string, spec: object): Sample {
  const row = `AppArmor annotation ${JSON.stringify(value)}`;
  return { row, place, pod: podOf(spec, { [`${APPARMOR}/${container}`]: value }) };
}

function ignored(value: string, annotations: object): Sample {
  return { row: `seccomp annotation ${value}`, place: "pod", pod: podOf({}, annotations) };
}
