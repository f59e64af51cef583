/** What Route 53 needs to leave out a region that is ill: health checks that count, and records that have one. */
import { Field } from "../manifests/field.ts";
import type { Stack } from "../manifests/stack.ts";
import { type Finding, undecided, violation } from "../pack/finding.ts";

type Resource = Stack["resources"][number];

export const RECORD = "aws:route53/record:Record";
export const HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck";

/** A check that is switched off counts as well, and one that is turned round counts an ill region as well. */
export function judgeHealthCheck({ type, name, props }: Resource): Finding[] {
  if (type !== HEALTH_CHECK) return [];
  return ["disabled", "invertHealthcheck"].flatMap((property) => {
    const field = Field.root(props).at(property);
    if (field.unknown) return [undecided(field)];
    if (field.missing || field.value === false) return [];
    const reason = `the health check ${name} has ${property} ${JSON.stringify(field.value)}, so an ill region counts as well.`;
    return [violation(field, reason, `Leave ${property} out.`)];
  });
}

/** One of several records of a name, between which Route 53 chooses. */
export function judgeRecord({ type, name, props, propertyDependencies }: Resource): Finding[] {
  if (type !== RECORD) return [];
  const record = Field.root(props);
  if (record.at("setIdentifier").missing || followsTarget(record)) return [];
  const check = record.at("healthCheckId");
  if (check.unknown) {
    const isOfStack = propertyDependencies["healthCheckId"]?.some((made) => made.type === HEALTH_CHECK);
    return isOfStack ? [] : [undecided(check)];
  }
  if (check.text !== undefined && check.text !== "") return [];
  const reason = `the record ${name} has no health check, so clients are sent to a region that is gone.`;
  return [violation(check, reason, "Set healthCheckId to a health check of that region.")];
}

/** An alias may take over the health of the load balancer that it points at. */
function followsTarget(record: Field): boolean {
  const aliases = record.at("aliases").items();
  return aliases.some((alias) => alias.at("evaluateTargetHealth").value === true);
}
