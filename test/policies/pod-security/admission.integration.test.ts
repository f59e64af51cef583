import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubeClient } from "../../../local/plugins/kubernetes/kube-client.ts";
import { isKubeError } from "../../../local/plugins/kubernetes/kube-error.ts";
import { readKubeconfig } from "../../../local/plugins/kubernetes/kubeconfig.ts";
import { FRAMEWORKS } from "../../../policies/pack/frameworks.ts";
import type { Policy } from "../../../policies/pack/policy.ts";
import { POD_SECURITY } from "../../../policies/pod-security/policies.ts";
import { startTemporaryRegions, type TemporaryRegions } from "../../local/region/temporary-regions.ts";
import { judge } from "../judge.ts";
import { checksIn, POLICIES_OF_CHECKS } from "./admission-checks.ts";
import { CORPUS } from "./admission-corpus.ts";
import { differencesIn, means, nameOf, stricterPolicies } from "./admission-differences.ts";
import { GENERATED } from "./admission-generator.ts";
import { podOf, type Sample } from "./admission-samples.ts";
import { gapsIn } from "./admission-schema.ts";

const CONTEXT = "admission";
const SAMPLES: readonly Sample[] = [...CORPUS, ...GENERATED];
/** A pod that runs in every namespace, for ephemeral containers to join. */
const RUNNING = "running";
/** The edition of the standards that the policies were written after. */
const EDITION = `v${FRAMEWORKS["pod-security"].version}`;

interface Namespace {
  readonly name: string;
  readonly level: "restricted" | "baseline";
  /** Edition of the standard that the namespace enforces. */
  readonly version: string;
}

type Answer =
  | { readonly type: "allowed" }
  | { readonly type: "refused"; readonly checks: readonly string[] }
  /** Refused for another reason than Pod Security: the corpus is at fault. */
  | { readonly type: "invalid"; readonly message: string };

interface Result {
  readonly sample: Sample;
  readonly answer: Answer;
  /** Names of the policies of the namespace's level that refuse the sample. */
  readonly refusedBy: readonly string[];
}

const NAMESPACES: readonly Namespace[] = (["restricted", "baseline"] as const).flatMap((level) =>
  [EDITION, "latest"].map((version) => ({ name: `${level}-${version.replace(".", "-")}`, level, version })),
);

let regions: TemporaryRegions;
let client: KubeClient;
const results = new Map<string, readonly Result[]>();

beforeAll(async () => {
  regions = await startTemporaryRegions(CONTEXT);
  client = new KubeClient(readKubeconfig({ kubeconfig: regions.place.kubeconfig, context: CONTEXT }));
  await regions.kubectl(CONTEXT).apply(NAMESPACES.flatMap(objectsOf));
  const judged = await Promise.all(SAMPLES.map(policiesThatRefuse));
  for (const namespace of NAMESPACES) {
    const answers = await Promise.all(SAMPLES.map((sample) => ask(namespace.name, sample)));
    results.set(namespace.name, resultsOf(namespace, judged, answers));
  }
});

afterAll(async () => {
  await regions?.stop();
});

function objectsOf({ name, level, version }: Namespace): object[] {
  const labels = {
    "pod-security.kubernetes.io/enforce": level,
    "pod-security.kubernetes.io/enforce-version": version,
  };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } },
    // A pod is only admitted once its account is there.
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } },
    { ...podOf({}), metadata: { name: RUNNING, namespace: name } },
  ];
}

/** All policies that refuse a pod; they do not ask in which namespace it stands. */
async function policiesThatRefuse({ pod }: Sample): Promise<Policy[]> {
  const judged = POD_SECURITY.policies.map(async (policy) => {
    const { violations } = await judge(policy, pod);
    return violations.length > 0 ? [policy] : [];
  });
  return (await Promise.all(judged)).flat();
}

function resultsOf(
  { level }: Namespace,
  judged: readonly (readonly Policy[])[],
  answers: readonly Answer[],
): Result[] {
  return SAMPLES.flatMap((sample, index) => {
    const answer = answers[index];
    if (answer === undefined) return [];
    const refusedBy = (judged[index] ?? []).filter((policy) => isOfLevel(policy, level));
    return [{ sample, answer, refusedBy: refusedBy.map(({ name }) => name) }];
  });
}

/** The restricted standard includes the baseline one. */
function isOfLevel({ controls }: Policy, level: Namespace["level"]): boolean {
  return level === "restricted" || controls.some(({ control }) => control.startsWith("baseline: "));
}

/** What the API server says of a pod, which it does not keep. Fields that it does not know are errors. */
async function ask(namespace: string, { place, pod }: Sample): Promise<Answer> {
  const query = { dryRun: "All", fieldValidation: "Strict" };
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  try {
    if (place === "ephemeralContainers") {
      const path = `${pods}/${RUNNING}/ephemeralcontainers`;
      const body = [{ op: "add", path: "/spec/ephemeralContainers", value: pod.spec["ephemeralContainers"] }];
      await client.request({
        method: "PATCH",
        path,
        query,
        body,
        contentType: "application/json-patch+json",
      });
    } else {
      await client.request({ method: "POST", path: pods, query, body: pod });
    }
    return { type: "allowed" };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    const { status, message } = error;
    const checks = status === 403 ? checksIn(message) : [];
    return checks.length > 0
      ? { type: "refused", checks }
      : { type: "invalid", message: `${status}: ${message}` };
  }
}

function resultsIn({ name }: Namespace): readonly Result[] {
  return results.get(name) ?? [];
}

/** Policies of a sample that refuse what admission does not mind in it, and no difference is listed for. */
function unexplained({ level, version }: Namespace, { sample, answer, refusedBy }: Result): string[] {
  const checks = answer.type === "refused" ? answer.checks : [];
  const explained = [
    ...checks.flatMap((check) => POLICIES_OF_CHECKS[check] ?? []),
    ...stricterPolicies(differencesIn(level, version === "latest"), sample),
  ];
  return refusedBy.filter((policy) => !explained.includes(policy));
}

function isStricter({ answer, refusedBy }: Result): boolean {
  return answer.type === "allowed" && refusedBy.length > 0;
}

describe("the pods that both are asked about", () => {
  it("are each of a name of its own", () => {
    expect(new Set(SAMPLES.map(nameOf)).size).toBe(SAMPLES.length);
  });

  it("have every key that the API server knows and Pod Security may look at", async () => {
    const document = await client.request({ method: "GET", path: "/openapi/v3/api/v1" });
    const { components } = document as { components: { schemas: Parameters<typeof gapsIn>[0] } };
    expect(gapsIn(components.schemas, CORPUS)).toEqual([]);
  });

  it("are refused by every policy and every check of admission at least once", () => {
    const all = [...results.values()].flat();
    expect(new Set(all.flatMap(({ refusedBy }) => refusedBy))).toEqual(
      new Set(POD_SECURITY.policies.map(({ name }) => name)),
    );
    const checks = all.flatMap(({ answer }) => (answer.type === "refused" ? answer.checks : []));
    expect(new Set(checks)).toEqual(new Set(Object.keys(POLICIES_OF_CHECKS)));
  });

  it("are, where they were generated, of both kinds under each standard", () => {
    for (const namespace of NAMESPACES) {
      const generated = resultsIn(namespace).filter(({ sample }) => GENERATED.includes(sample));
      const refused = generated.filter(({ answer }) => answer.type === "refused");
      expect(refused.length).toBeGreaterThan(GENERATED.length / 10);
      expect(refused.length).toBeLessThan((GENERATED.length * 9) / 10);
    }
  });
});

it("the API server knows the edition of the standards that the policies were written after", async () => {
  const version = await client.request({ method: "GET", path: "/version" });
  const { major, minor } = version as { major: string; minor: string };
  const [, knownMajor, knownMinor] = /^v(\d+)\.(\d+)$/.exec(EDITION) ?? [];
  expect(major).toBe(knownMajor);
  expect(Number(minor)).toBeGreaterThanOrEqual(Number(knownMinor));
});

describe.each(NAMESPACES)("where $level is enforced as of $version", (namespace) => {
  it("the API server refuses nothing for another reason", () => {
    const invalid = resultsIn(namespace).flatMap(({ sample, answer }) =>
      answer.type === "invalid" ? [`${nameOf(sample)}: ${answer.message}`] : [],
    );
    expect(invalid).toEqual([]);
  });

  it("nothing passes the policies that admission refuses, and each of its checks has its policy", () => {
    const missed = resultsIn(namespace).flatMap(({ sample, answer, refusedBy }) => {
      if (answer.type !== "refused") return [];
      const unanswered = answer.checks.filter(
        (check) => !POLICIES_OF_CHECKS[check]?.some((policy) => refusedBy.includes(policy)),
      );
      return unanswered.map((check) => `${nameOf(sample)}: ${check}`);
    });
    expect(missed).toEqual([]);
  });

  it("the policies refuse more than admission exactly where the table says so", () => {
    const stricter = resultsIn(namespace).filter(
      (result) => isStricter(result) && CORPUS.includes(result.sample),
    );
    const listed = differencesIn(namespace.level, namespace.version === "latest").flatMap(
      ({ samples }) => samples,
    );
    const expected = CORPUS.filter((sample) => listed.some((entry) => means(entry, sample)));
    expect(stricter.map(({ sample }) => nameOf(sample))).toEqual(expected.map(nameOf));
    const stale = listed.filter((entry) => !CORPUS.some((sample) => means(entry, sample)));
    expect(stale).toEqual([]);
  });

  it("no policy refuses a pod for what admission does not mind in it, but for those that the table names", () => {
    const others = resultsIn(namespace).flatMap((result) =>
      unexplained(namespace, result).map((policy) => `${nameOf(result.sample)}: ${policy}`),
    );
    expect(others).toEqual([]);
  });
});

it("the agreement is printed", () => {
  const all = [...results.values()].flat();
  const both = all.filter(({ answer, refusedBy }) => answer.type === "refused" && refusedBy.length > 0);
  const stricter = all.filter(isStricter);
  console.log(
    `admission agreement: ${SAMPLES.length} manifests (${GENERATED.length} generated), ${both.length} refused by both, ` +
      `${stricter.length} stricter (listed), counted over restricted and baseline of ${EDITION} and latest`,
  );
  expect(all).toHaveLength(NAMESPACES.length * SAMPLES.length);
});
