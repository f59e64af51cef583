import { describe, expect, it } from "vitest";
import { namespaceOf, type Placed, Stack } from "../../../policies/manifests/stack.ts";
import { cloudResourceOf, resourceOf, UNKNOWN } from "../judge.ts";

function objectOf(kind: string, name: string, namespace?: string) {
  return { apiVersion: "v1", kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } };
}

const resource = (kind: string, name: string, namespace?: string, region = "region-a") =>
  resourceOf(objectOf(kind, name, namespace), { region });

const namesOf = (objects: readonly Placed[]) =>
  objects.map(({ manifest }) => String(manifest.root.at("metadata", "name").value));

/** The object of this name, which has to be there. */
function find(stack: Stack, name: string): Placed {
  const found = stack.objects.find(({ manifest }) => manifest.root.at("metadata", "name").value === name);
  if (found === undefined) throw new Error(`no object ${name}`);
  return found;
}

describe("a stack", () => {
  it("holds all resources, and the objects of those that have some", () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [objectOf("Pod", "two"), objectOf("Service", "three")],
    };
    const resources = [resource("Pod", "one"), cloudResourceOf("aws:s3/bucket:Bucket", {}), resourceOf(list)];
    const stack = new Stack(resources);
    expect(stack.resources).toBe(resources);
    expect(namesOf(stack.objects)).toEqual(["one", "two", "three"]);
    expect(stack.objects.map((placed) => placed.resource)).toEqual([
      resources[0],
      resources[2],
      resources[2],
    ]);
  });

  it("finds objects by their kinds, in all regions", () => {
    const stack = new Stack([
      resource("Pod", "one"),
      resource("Service", "two"),
      resource("Pod", "three", "default", "region-b"),
      resource("ConfigMap", "four"),
    ]);
    expect(namesOf(stack.ofKind("Pod"))).toEqual(["one", "three"]);
    expect(namesOf(stack.ofKind("Service", "Pod"))).toEqual(["two", "one", "three"]);
    expect(stack.ofKind("Secret")).toEqual([]);
  });

  it("names the resource whose objects it cannot read", () => {
    const list = { apiVersion: "v1", kind: "List", metadata: { name: "bad" }, items: [{}] };
    const read = () => new Stack([resourceOf(list)]);
    expect(read).toThrow(
      /^urn:pulumi:test::claude-agents::.*::region-a-bad: \.items\[0\]: the object has no kind/,
    );
    expect(read).toThrow(expect.objectContaining({ cause: expect.any(Error) }));
  });
});

describe("the objects beside an object", () => {
  it("are those of its namespace and region, itself included", () => {
    const stack = new Stack([
      resource("Pod", "subject", "ai-agents"),
      resource("Service", "neighbour", "ai-agents"),
      resource("Service", "other-namespace", "monitoring"),
      resource("Service", "other-region", "ai-agents", "region-b"),
    ]);
    expect(namesOf(stack.beside(find(stack, "subject")))).toEqual(["subject", "neighbour"]);
  });

  it("are those of the namespace default where it names none", () => {
    const stack = new Stack([
      resource("Pod", "subject"),
      resource("Service", "named", "default"),
      resource("Service", "other", "ai-agents"),
    ]);
    expect(namesOf(stack.beside(find(stack, "subject")))).toEqual(["subject", "named"]);
    expect(namesOf(stack.beside(find(stack, "named")))).toEqual(["subject", "named"]);
  });

  it("are also those of its region whose namespace is not known yet", () => {
    const stack = new Stack([
      resource("Pod", "subject", "ai-agents"),
      resource("Service", "open", UNKNOWN),
      resource("Service", "open-elsewhere", UNKNOWN, "region-b"),
    ]);
    expect(namesOf(stack.beside(find(stack, "subject")))).toEqual(["subject", "open"]);
  });

  it("are only those of unknown namespace where nothing else is in its namespace", () => {
    const stack = new Stack([resource("Service", "open", UNKNOWN)]);
    const elsewhere = new Stack([resource("Pod", "subject", "ai-agents")]);
    expect(namesOf(stack.beside(find(elsewhere, "subject")))).toEqual(["open"]);
  });

  it("are all of its region while its own namespace is not known", () => {
    const stack = new Stack([
      resource("Pod", "subject", UNKNOWN),
      resource("Service", "one", "ai-agents"),
      resource("Service", "two", "monitoring"),
      resource("Service", "other-region", "ai-agents", "region-b"),
    ]);
    expect(namesOf(stack.beside(find(stack, "subject")))).toEqual(["subject", "one", "two"]);
  });

  it("are in one region where no resource names a provider", () => {
    const bare = (kind: string, name: string) => {
      const { provider: _, ...rest } = resource(kind, name);
      return rest;
    };
    const stack = new Stack([
      bare("Pod", "subject"),
      bare("Service", "beside"),
      resource("Service", "placed"),
    ]);
    expect(stack.objects.map(({ cluster }) => cluster)).toEqual([
      "",
      "",
      expect.stringMatching(/::region-a$/),
    ]);
    expect(namesOf(stack.beside(find(stack, "subject")))).toEqual(["subject", "beside"]);
  });
});

describe("the namespace of an object", () => {
  it.each([
    ["ai-agents", "ai-agents"],
    [undefined, "default"],
    [UNKNOWN, undefined],
  ])("that states %s is %s", (stated, expected) => {
    const [placed] = new Stack([resource("Pod", "subject", stated)]).objects;
    expect(placed && namespaceOf(placed)).toBe(expected);
  });
});
