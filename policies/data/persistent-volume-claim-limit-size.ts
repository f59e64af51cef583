import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";
import { podOf, WORKLOAD_KINDS } from "../manifests/pod-templates.ts";
import { parseQuantity } from "../manifests/quantity.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";
import { objectPolicy } from "../pack/object-policy.ts";
import { isPostgresCluster } from "./postgres-server.ts";

interface Config {
  readonly maximum: string;
}

const REMEDY = "Ask for less, or raise the setting `maximum` with a reason.";

const claim = (resources: object) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "ai-agents" },
  spec: { accessModes: ["ReadWriteOnce"], resources },
});

export const persistentVolumeClaimLimitSize = objectPolicy<Config>({
  name: "persistent-volume-claim-limit-size",
  description: "A volume is asked for with a size, and with none beyond a bound.",
  severity: "low",
  controls: [{ framework: "nist", control: "SC-5(2), SC-6" }],
  reason:
    "A volume grows and never shrinks, and is paid for as long as it exists: a zero too many costs for years.",
  remedy: REMEDY,
  parameters: {
    maximum: {
      type: "string",
      default: "100Gi",
      description: "The largest size of a volume, as a quantity of Kubernetes.",
    },
  },
  examples: {
    pass: [{ what: "ten gibibytes", objects: [claim({ requests: { storage: "10Gi" } })] }],
    fail: [
      { what: "a zero too many", objects: [claim({ requests: { storage: "1000Gi" } })] },
      { what: "no size", objects: [claim({})] },
    ],
  },
  kinds: ["PersistentVolumeClaim", "Cluster", ...WORKLOAD_KINDS],
  judge: (manifest, { maximum }) => {
    const bound = parseQuantity(maximum);
    if (bound === undefined)
      throw new Error(`the setting maximum is ${JSON.stringify(maximum)}, which is no quantity`);
    return sizesOf(manifest).flatMap((size) => judgeSize(size, maximum, bound));
  },
});

/** Every size of a volume that an object asks for, set or not. */
function sizesOf(manifest: Manifest): Field[] {
  const { kind, root } = manifest;
  if (kind === "PersistentVolumeClaim") return [requestOf(root)];
  if (kind === "Cluster") return isPostgresCluster(manifest) ? sizesOfCluster(root.at("spec")) : [];
  const templates = kind === "StatefulSet" ? root.at("spec", "volumeClaimTemplates").items() : [];
  const ephemeral = podOf(manifest)
    .flatMap(({ spec }) => spec.at("volumes").items())
    .map((volume) => volume.at("ephemeral", "volumeClaimTemplate"))
    .filter((template) => !template.missing && !template.unknown);
  return [...templates, ...ephemeral].map(requestOf);
}

/** The volume of the log is the cluster's choice; without a size it has none. */
function sizesOfCluster(spec: Field): Field[] {
  const storage = spec.at("storage");
  const sizes = storage.at("size").missing
    ? storage.at("pvcTemplate", "resources", "requests", "storage")
    : storage.at("size");
  return [sizes, ...(spec.at("walStorage").missing ? [] : [spec.at("walStorage", "size")])];
}

function requestOf(claim: Field): Field {
  return claim.at("spec", "resources", "requests", "storage");
}

function judgeSize(size: Field, maximum: string, bound: number): Finding[] {
  if (size.unknown) return [undecided(size)];
  const bytes = parseQuantity(size.value) ?? 0;
  if (bytes > 0 && bytes <= bound) return [];
  const got = size.missing ? "not set" : JSON.stringify(size.value);
  return [violation(size, `it is ${got} in place of a size up to ${maximum}.`, REMEDY)];
}
