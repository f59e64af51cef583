import type { Kubectl } from "../../local/region/kubectl.ts";

const VERBS = ["get", "list", "watch", "create", "update", "patch", "delete"] as const;

/** What an intruder in a pod would look for, and what the stack and its operators are made of. */
const RESOURCES = [
  ["", "secrets"],
  ["", "configmaps"],
  ["", "pods"],
  ["", "pods/exec"],
  ["", "serviceaccounts/token"],
  ["", "nodes"],
  ["", "namespaces"],
  ["apps", "deployments"],
  ["apps", "statefulsets"],
  ["rbac.authorization.k8s.io", "rolebindings"],
  ["rbac.authorization.k8s.io", "clusterrolebindings"],
  ["networking.k8s.io", "networkpolicies"],
  ["keda.sh", "scaledobjects"],
  ["*", "*"],
] as const;

/** One line for each answer. */
const ANSWER =
  "jsonpath={.status.allowed} {.spec.user} {.spec.resourceAttributes.verb} " +
  '{.spec.resourceAttributes.group}/{.spec.resourceAttributes.resource}/{.spec.resourceAttributes.subresource}{"\\n"}';

/** What the service accounts of a namespace may do there, by asking the API server for each of them. */
export async function accessReviews(kubectl: Kubectl, namespace: string) {
  const objects = await kubectl.listJson("serviceaccounts", { namespace });
  const accounts = objects.map(({ metadata }) => metadata.name);
  const items = accounts.flatMap((account) =>
    RESOURCES.flatMap(([group, path]) =>
      VERBS.map((verb) =>
        reviewOf(`system:serviceaccount:${namespace}:${account}`, { verb, group, path, namespace }),
      ),
    ),
  );
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const output = ["-o", ANSWER, "--validate=false"];
  const answers = (await kubectl.run(["create", "-f", "-", ...output], {}, list)).split("\n");
  return {
    accounts,
    asked: answers.filter((answer) => /^(true|false) /.test(answer)).length,
    allowed: answers.filter((answer) => answer.startsWith("true ")),
  };
}

interface Attempt {
  readonly verb: string;
  readonly group: string;
  readonly path: string;
  readonly namespace: string;
}

function reviewOf(user: string, { verb, group, path, namespace }: Attempt): object {
  const [resource, subresource] = path.split("/");
  return {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: {
      user,
      groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
      resourceAttributes: {
        namespace,
        verb,
        group,
        resource,
        ...(subresource === undefined ? {} : { subresource }),
      },
    },
  };
}
