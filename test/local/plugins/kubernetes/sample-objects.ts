import type { PropertyMap } from "../../../../local/plugins/protocol/property-value.ts";

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};

export interface DeploymentChoices {
  readonly image?: string;
  readonly replicas?: number;
  readonly labels?: Record<string, string>;
  readonly selector?: Record<string, string>;
  readonly container?: PropertyMap;
  readonly pod?: PropertyMap;
  readonly annotations?: Record<string, string>;
}

/** A Deployment named `web` whose pods Pod Security's `restricted` profile admits. */
export function deployment(namespace: string, choices: DeploymentChoices = {}) {
  const { image = "web:1", replicas = 1, labels = {}, container = {}, pod = {}, annotations } = choices;
  const selector = choices.selector ?? { app: "web" };
  return {
    type: "kubernetes:apps/v1:Deployment",
    name: "web",
    inputs: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace, labels, ...(annotations ? { annotations } : {}) },
      spec: {
        replicas,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: selector },
          spec: { containers: [{ name: "web", image, securityContext: restricted, ...container }], ...pod },
        },
      },
    },
  };
}

/** A ConfigMap without a name of its own, so that the provider generates one. */
export function configMap(namespace: string, data: Record<string, string>) {
  return {
    type: "kubernetes:core/v1:ConfigMap",
    name: "settings",
    inputs: { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace }, data },
  };
}

export function namespace(name: string, labels: Record<string, string> = {}) {
  return {
    type: "kubernetes:core/v1:Namespace",
    name,
    inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } },
  };
}

/** Pods that do not meet the restricted profile are refused here. */
export const restrictedNamespaceLabels = { "pod-security.kubernetes.io/enforce": "restricted" };

/** Definition of the kind Widget: `size` is at most 10, `fixed` cannot be changed. */
export function widgetDefinition(group: string) {
  const fixed = {
    type: "string",
    "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "fixed is immutable" }],
  };
  const spec = { type: "object", properties: { size: { type: "integer", maximum: 10 }, fixed } };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
  return {
    type: "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
    name: "widgets",
    inputs: {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    },
  };
}

export function widget(group: string, namespace: string, spec: { size: number; fixed: string }) {
  return {
    type: `kubernetes:${group}/v1:Widget`,
    name: "widget",
    inputs: { apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "widget", namespace }, spec },
  };
}
