import type { Field } from "../manifests/field.ts";
import type { Manifest } from "../manifests/manifest.ts";

interface Operated {
  readonly kind: string;
  readonly group: string;
  readonly imagesIn: (spec: Field) => Field[];
}

const catalogued = (spec: Field) =>
  spec
    .at("images")
    .items()
    .map((item) => item.at("image"));

/** Objects of which an operator makes pods, or that name the images of such objects. */
const OPERATED: readonly Operated[] = [
  { kind: "Cluster", group: "postgresql.cnpg.io", imagesIn: (spec) => [spec.at("imageName")] },
  { kind: "ImageCatalog", group: "postgresql.cnpg.io", imagesIn: catalogued },
  { kind: "ClusterImageCatalog", group: "postgresql.cnpg.io", imagesIn: catalogued },
  ...["Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"].map((kind) => ({
    kind,
    group: "monitoring.coreos.com",
    imagesIn: (spec: Field) => [spec.at("image")],
  })),
];

export const OPERATOR_IMAGE_KINDS: readonly string[] = OPERATED.map(({ kind }) => kind);

/** The images that such an object names; where it names none, its operator has one of its own. */
export function operatorImages({ kind, root }: Manifest): { label: string; field: Field }[] {
  const apiVersion = root.at("apiVersion").text;
  return OPERATED.filter(
    (operated) => operated.kind === kind && (apiVersion?.startsWith(`${operated.group}/`) ?? true),
  )
    .flatMap(({ imagesIn }) => imagesIn(root.at("spec")))
    .filter((field) => !field.missing)
    .map((field) => ({ label: `the pods of the ${kind}`, field }));
}
