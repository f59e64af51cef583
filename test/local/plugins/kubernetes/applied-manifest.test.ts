import { describe, expect, it } from "vitest";
import {
  appliedManifest,
  withDecodedData,
  withIgnoredFields,
} from "../../../../local/plugins/kubernetes/applied-manifest.ts";
import type { LiveObject, Manifest } from "../../../../local/plugins/kubernetes/kubernetes-object.ts";

const manifest = (fields: object): Manifest => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "it" },
  ...fields,
});

describe("what is applied for a Secret", () => {
  it("has stringData folded into data, over what data says", () => {
    const applied = appliedManifest(manifest({ data: { a: "b2xk", b: "Yg==" }, stringData: { a: "new" } }));

    expect(applied).toEqual(manifest({ data: { a: "bmV3", b: "Yg==" } }));
  });

  it("reads as stringData again when it is compared", () => {
    expect(withDecodedData(manifest({ data: { a: "bmV3" } }))).toEqual(
      manifest({ data: { a: "bmV3" }, stringData: { a: "new" } }),
    );
  });
});

describe("what is applied where changes are ignored", () => {
  const declared = manifest({ spec: { replicas: 1, containers: [{ image: "a" }] } });
  const live = manifest({ spec: { replicas: 3, containers: [{ image: "b" }], other: 1 } }) as LiveObject;

  it.each([
    ["a live value", ["spec.replicas"], { replicas: 3, containers: [{ image: "a" }] }],
    ["a live value in an item", ["spec.containers[0].image"], { replicas: 1, containers: [{ image: "b" }] }],
    [
      "a live value that the program does not give",
      ["spec.other"],
      { replicas: 1, containers: [{ image: "a" }], other: 1 },
    ],
    [
      "the declared value where there is no live one",
      ["spec.nothing.inside"],
      { replicas: 1, containers: [{ image: "a" }] },
    ],
  ])("has %s", (_, ignoreChanges, spec) => {
    expect(withIgnoredFields(declared, live, ignoreChanges)).toEqual(manifest({ spec }));
  });

  it("leaves the declared object untouched", () => {
    withIgnoredFields(declared, live, ["spec.replicas"]);

    expect(declared).toEqual(manifest({ spec: { replicas: 1, containers: [{ image: "a" }] } }));
  });
});
