import type { Field } from "../manifests/field.ts";
import { describeManifest } from "../manifests/manifest.ts";
import { selectsByLabels } from "../manifests/selector.ts";
import { namespaceOf, type Placed } from "../manifests/stack.ts";
import { violation } from "../pack/finding.ts";
import { type StackFinding, stackPolicy } from "../pack/stack-policy.ts";
import { Identities } from "./identities.ts";
import { undecidedValues } from "./undecided-values.ts";

const REMEDY =
  "Name a Service of the same namespace and region with clusterIP None whose selector selects the labels of the pod template.";

const METADATA = { name: "store", namespace: "ai-agents" };
const statefulSet = (serviceName: string) => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: METADATA,
  spec: { serviceName, template: { metadata: { labels: { app: "store" } } } },
});
const service = (spec: object) => ({ apiVersion: "v1", kind: "Service", metadata: METADATA, spec });
const HEADLESS = service({ clusterIP: "None", selector: { app: "store" } });

export const statefulSetRequireService = stackPolicy({
  name: "stateful-set-require-service",
  description: "The Service that a StatefulSet names is headless, in the stack, and selects its pods.",
  severity: "high",
  controls: [{ framework: "nist", control: "CM-6, SC-20" }],
  reason:
    "The names of a StatefulSet's pods come from that Service: without it no replica finds another, and a failover names a host that does not exist.",
  remedy: REMEDY,
  parameters: {},
  examples: {
    pass: [{ what: "a headless Service of its pods", objects: [statefulSet("store"), HEADLESS] }],
    fail: [
      { what: "a Service that nobody makes", objects: [statefulSet("stores"), HEADLESS] },
      {
        what: "a Service with an address of its own",
        objects: [statefulSet("store"), service({ selector: { app: "store" } })],
      },
      {
        what: "a Service of other pods",
        objects: [statefulSet("store"), service({ clusterIP: "None", selector: { app: "web" } })],
      },
    ],
  },
  judge: ({ objects }) => {
    const identities = new Identities(objects);
    return objects
      .filter(({ manifest }) => manifest.kind === "StatefulSet")
      .flatMap((placed) => judgeStatefulSet(placed, identities));
  },
});

function judgeStatefulSet(placed: Placed, identities: Identities): StackFinding[] {
  const { root } = placed.manifest;
  const name = root.at("spec", "serviceName");
  // Without one its pods are promised no names.
  if (name.missing || name.value === "") return [];
  const reference = {
    kind: identities.kindKey(placed, "", "Service"),
    namespace: namespaceOf(placed),
    name: name.unknown ? undefined : (name.text ?? ""),
  };
  const meaning = identities.resolve(placed, reference, [name, root.at("metadata", "namespace")]);
  switch (meaning.type) {
    case "object":
      return judgeService(placed, name, meaning.placed);
    case "none":
      return [refuse(placed, name, "and the stack makes no such Service in its namespace and region")];
    case "open":
      return undecidedValues(meaning.unknown);
  }
}

function judgeService(placed: Placed, name: Field, service: Placed): StackFinding[] {
  const spec = service.manifest.root.at("spec");
  const [address, selector] = [spec.at("clusterIP"), spec.at("selector")];
  const selection = selectsByLabels(
    selector,
    placed.manifest.root.at("spec", "template", "metadata", "labels"),
  );
  const who = describeManifest(service.manifest);
  if (!address.unknown && address.value !== "None") {
    const got = address.missing ? "not set" : JSON.stringify(address.value);
    return [refuse(placed, name, `and ${who} is not headless: its clusterIP is ${got}`)];
  }
  if (selection === "no") return [refuse(placed, name, `and ${who} does not select its pods`)];
  const open = address.unknown ? [{ placed: service, field: address }] : [];
  if (selection !== "yes") {
    const isServices = selection.unknown.path.startsWith(selector.path);
    open.push({ placed: isServices ? service : placed, field: selection.unknown });
  }
  return undecidedValues(open);
}

function refuse(placed: Placed, name: Field, problem: string): StackFinding {
  const called = name.unknown ? "a Service that is not known yet" : JSON.stringify(name.value);
  const reason = `it names ${called}, ${problem}.`;
  return { placed, finding: violation(name, reason, REMEDY) };
}
