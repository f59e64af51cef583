import { describe, expect, it } from "vitest";
import { usersOf } from "../../../policies/data/configuration-users.ts";
import { Stack } from "../../../policies/manifests/stack.ts";
import { type KubernetesObject, resourceOf, UNKNOWN } from "../judge.ts";
import { configMap, statefulSet } from "./configurations.ts";

const FILE = "valkey.conf";
const SHOWN = { name: "conf", configMap: { name: "store" } };
const OTHER = { name: "other", configMap: { name: "other" } };

/** Labels of the containers that read the file of the ConfigMap, and the places of what is not known yet. */
function read(...workloads: KubernetesObject[]) {
  const stack = new Stack([configMap({ [FILE]: "" }), ...workloads].map((object) => resourceOf(object)));
  const [configuration] = stack.ofKind("ConfigMap");
  if (configuration === undefined) throw new Error("the stack has no ConfigMap");
  const { containers, unknown } = usersOf(stack, configuration, FILE);
  return {
    containers: containers.map(({ container }) => container.label),
    unknown: unknown.map(({ path }) => path),
  };
}

const workload = (container: object, ...volumes: unknown[]) => statefulSet(container, { pod: { volumes } });
const MOUNTS = [{ name: "other" }, { name: "conf" }];

describe("the users of a file", () => {
  it("are the containers that mount it, of which nothing is open", () => {
    expect(read(workload({ volumeMounts: MOUNTS }, OTHER, SHOWN), workload({}, SHOWN))).toEqual({
      containers: ['container "store"'],
      unknown: [],
    });
  });

  it("are all that mount it, where the command of none is known to name it", () => {
    const command = ["sh", UNKNOWN];
    expect(read(workload({ volumeMounts: MOUNTS, command }, SHOWN))).toEqual({
      containers: ['container "store"'],
      unknown: [],
    });
  });

  it("are open behind a mount and a volume that are not it, while another volume is not known", () => {
    const volume = { name: "conf", configMap: { name: UNKNOWN } };
    expect(read(workload({ volumeMounts: MOUNTS }, OTHER, volume))).toEqual({
      containers: [],
      unknown: [".spec.template.spec.volumes[1].configMap.name"],
    });
  });

  it("are known where one volume shows it, whatever another does", () => {
    const volume = { name: "other", configMap: { name: UNKNOWN } };
    expect(read(workload({ volumeMounts: MOUNTS }, volume, SHOWN))).toEqual({
      containers: ['container "store"'],
      unknown: [],
    });
  });
});
