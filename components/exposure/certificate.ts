import type { ICertificate } from "@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate";
import type { EdgeObject, ExposedPlatform } from "./edge-object.ts";

const GROUP = "cert-manager.io";

/**
 * One certificate for all hosts, each named in full, where cert-manager is to obtain it. Asked for here and not by an
 * annotation of the Gateway: the names do not depend on listeners, and a faulty issuer is told by this object's status.
 */
export function certificate({ settings, routes, secretName }: ExposedPlatform): EdgeObject[] {
  const { issuer } = settings.tls;
  if (issuer === undefined || secretName === undefined) return [];
  const spec: ICertificate["spec"] & object = {
    secretName,
    issuerRef: { group: GROUP, kind: issuer.kind, name: issuer.name },
    dnsNames: routes.flatMap(({ hosts }) => hosts),
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    usages: ["digital signature", "server auth"],
  };
  return [{ role: "certificate", apiVersion: `${GROUP}/v1`, kind: "Certificate", name: secretName, spec }];
}
