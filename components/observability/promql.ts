import type { ObservabilityFacts } from "./facts.ts";

/** Labels to select by: equal to a text, or one of several. */
export type Matchers = Readonly<Record<string, string | readonly string[]>>;

/**
 * A selector of series of this region, such as `up{namespace="ai-agents",region="eu"}`. Whatever stands in a value, it
 * stays a value.
 */
export function select(
  { namespace, region }: Pick<ObservabilityFacts, "namespace" | "region">,
  metric: string,
  matchers: Matchers = {},
): string {
  return `${metric}{${selectLabels({ namespace, region, ...matchers })}}`;
}

/** The inside of a selector. */
export function selectLabels(matchers: Matchers): string {
  return Object.entries(matchers)
    .map(([label, value]) =>
      typeof value === "string" ? `${label}=${quote(value)}` : `${label}=~${quote(anyOf(value))}`,
    )
    .join(",");
}

/**
 * Whether a counter has grown within a window, by one label. A series that is new has no growth to Prometheus, although
 * its first value is something that happened: it counts as well.
 */
export function happened(counter: string, label: string, window: string): string {
  const sum = (expr: string) => `sum by (${label}) (${expr}) > 0`;
  return `${sum(`increase(${counter}[${window}])`)} or ${sum(`${counter} unless ${counter} offset ${window}`)}`;
}

/** A text as PromQL writes it. Its escapes are those of Go, of which JSON's are a part. */
function quote(text: string): string {
  return JSON.stringify(text);
}

function anyOf(values: readonly string[]): string {
  return values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
}

/** A text that is no template of Prometheus, whatever it holds. */
export function plainText(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}
