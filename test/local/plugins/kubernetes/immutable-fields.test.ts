import { describe, expect, it } from "vitest";
import {
  refusedAsImmutable,
  replacingFields,
  touches,
} from "../../../../local/plugins/kubernetes/immutable-fields.ts";
import { KubeError } from "../../../../local/plugins/kubernetes/kube-error.ts";
import { parseProviderArgs } from "../../../../local/plugins/kubernetes/provider-args.ts";
import { parsePath, type ValueChange } from "../../../../local/plugins/protocol/property-change.ts";

const change = (path: string, kind: ValueChange["kind"] = "update"): ValueChange => ({
  path: parsePath(path),
  kind,
});
const args = parseProviderArgs({});

describe("a change that needs a new object", () => {
  it.each([
    ["apps/v1", "Deployment", "spec.selector.matchLabels.app", true],
    ["apps/v1", "Deployment", "spec.template.spec.containers[0].image", false],
    ["apps/v1", "Deployment", "metadata.name", true],
    ["apps/v1", "Deployment", "metadata.labels.app", false],
    ["apps/v1", "StatefulSet", "spec.volumeClaimTemplates[0].spec.storageClassName", true],
    ["apps/v1", "StatefulSet", "spec.serviceName", true],
    ["apps/v1", "StatefulSet", "spec.replicas", false],
    ["batch/v1", "Job", "spec.template.spec.containers[0].image", true],
    ["v1", "Service", "spec.clusterIP", true],
    ["v1", "Service", "spec.clusterIPs", false],
    ["v1", "ConfigMap", "data.mode", true],
    ["v1", "Secret", "stringData.password", true],
    ["rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef.name", true],
    ["example.com/v1", "Deployment", "spec.selector", false],
  ])("%s %s: %s → %s", (apiVersion, kind, path, expected) => {
    expect(touches(change(path), replacingFields({ apiVersion, kind }, args))).toBe(expected);
  });

  it.each([
    ["ConfigMap", "enableConfigMapMutable", "data.mode"],
    ["Secret", "enableSecretMutable", "stringData.password"],
  ])("is not the contents of a %s with %s", (kind, option, path) => {
    const fields = replacingFields({ apiVersion: "v1", kind }, parseProviderArgs({ [option]: "true" }));

    expect(touches(change(path), fields)).toBe(false);
  });

  it("is one that takes away what the field lies in", () => {
    const fields = replacingFields({ apiVersion: "apps/v1", kind: "Deployment" }, args);

    expect(touches(change("spec", "delete"), fields)).toBe(true);
    expect(touches(change("spec", "add"), fields)).toBe(false);
  });
});

describe("a dry run that was refused", () => {
  const changes = [change("spec.size"), change("spec.fixed"), change("spec.list[1].name")];
  const refusal = (message: string, fields: string[] = [], status = 422) =>
    new KubeError(message, "refused", { status, fields });
  const pathsOf = (error: KubeError) => refusedAsImmutable(changes, error).map(({ path }) => path.join("."));

  it.each([
    ["the field that it names", refusal("spec.fixed: field is immutable", ["spec.fixed"]), ["spec.fixed"]],
    [
      "the field inside the one that it names",
      refusal("updates to x forbidden", ["spec.list"]),
      ["spec.list.1.name"],
    ],
    ["the item that it names", refusal("may not be changed", ["spec.list[1].name"]), ["spec.list.1.name"]],
    [
      "everything when it names nothing",
      refusal("field is immutable"),
      ["spec.size", "spec.fixed", "spec.list.1.name"],
    ],
    ["nothing when the value is only wrong", refusal("must be less than 10", ["spec.size"]), []],
    ["nothing when the server was not asked about the object", refusal("immutable", [], 403), []],
  ])("calls immutable: %s", (_, error, expected) => {
    expect(pathsOf(error)).toEqual(expected);
  });
});
