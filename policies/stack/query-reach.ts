import type { Field } from "../manifests/field.ts";
import type { Placed } from "../manifests/stack.ts";
import { undecided } from "../pack/finding.ts";
import type { StackFinding } from "../pack/stack-policy.ts";

/** Stands for every name, and for one that is not known yet. */
export const ANY = "*";

/** Whom a query is about; names of namespaces and jobs, or their beginnings with a `*` after them. */
export interface Reach {
  readonly namespace: string;
  readonly job: string;
}

const NAME = /^[\w-]+$/;
const BEGINNING = /^([\w-]*)\.[*+]$/g;
const MATCHER = /\b(namespace|job)\s*(=~|!~|!=|=)\s*(?:"([^"]*)"|'([^']*)'|`([^`]*)`)/g;

/** Which namespaces and jobs the queries of a stack look at, by region and by what they are about. */
export class QueryReach {
  readonly #exact = new Set<string>();
  /** Those with the beginning of a name: there are few, and each has to be compared. */
  readonly #beginnings = new Map<string, Map<string, Reach>>();
  readonly #unknown = new Map<string, StackFinding[]>();

  /** @param subject what the query is about, such as the name of its alert or metric */
  add(cluster: string, subject: string, query: string): void {
    const about = keyOf(cluster, subject);
    for (const reach of reachesOf(query)) {
      const key = keyOf(about, reach.namespace, reach.job);
      if (!isBeginning(reach.namespace) && !isBeginning(reach.job)) this.#exact.add(key);
      else
        this.#beginnings.set(
          about,
          (this.#beginnings.get(about) ?? new Map<string, Reach>()).set(key, reach),
        );
    }
  }

  /** A value of a query, or of what it is about, that is not known yet. */
  addUnknown(placed: Placed, field: Field): void {
    const findings = this.unknownOf(placed.cluster);
    findings.push({ placed, finding: undecided(field) });
    this.#unknown.set(placed.cluster, findings);
  }

  /** What would have to be known about further queries of a region. */
  unknownOf(cluster: string): StackFinding[] {
    return this.#unknown.get(cluster) ?? [];
  }

  /** Whether one of the queries looks at the namespace and the job. */
  covers(cluster: string, subject: string, { namespace, job }: Reach): boolean {
    const about = keyOf(cluster, subject);
    const isExact = [namespace, ANY].some((one) =>
      [job, ANY].some((other) => this.#exact.has(keyOf(about, one, other))),
    );
    if (isExact) return true;
    const beginnings = this.#beginnings.get(about)?.values() ?? [];
    return Array.from(beginnings).some((one) => begins(one.namespace, namespace) && begins(one.job, job));
  }
}

/** A query that names no namespace looks at all of them; so it is with jobs. */
function reachesOf(query: string): Reach[] {
  const matchers = [...query.matchAll(MATCHER)].map(([, label, operator = "", ...values]) => ({
    label,
    names: namesIn(operator, values.join("")),
  }));
  const [namespaces, jobs] = ["namespace", "job"].map((label) => {
    const all = matchers.filter((matcher) => matcher.label === label);
    return all.length === 0 ? [ANY] : all.flatMap(({ names }) => names);
  });
  return (namespaces ?? []).flatMap((namespace) => (jobs ?? []).map((job) => ({ namespace, job })));
}

/**
 * The names that a matcher lets through. Of a pattern only names, beginnings of names and `|` between them are
 * understood; what is not understood, such as a matcher that leaves names out, is taken to let none through.
 */
function namesIn(operator: string, value: string): string[] {
  if (operator.startsWith("!")) return value === "" ? [ANY] : [];
  // A variable of a dashboard, which its reader chooses.
  if (value.startsWith("$")) return [ANY];
  if (operator === "=") return NAME.test(value) ? [value] : [];
  return value.split("|").flatMap((one) => {
    if (NAME.test(one)) return [one];
    return Array.from(one.matchAll(BEGINNING), ([, beginning]) => `${beginning}*`);
  });
}

function isBeginning(name: string): boolean {
  return name.endsWith("*") && name !== ANY;
}

function begins(pattern: string, name: string): boolean {
  return pattern === name || (pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1)));
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
