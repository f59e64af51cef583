import { describe, expect, it } from "vitest";
import { podDisallowServiceAccountToken } from "../../../policies/workloads/pod-disallow-service-account-token.ts";
import { judge, remediate, UNKNOWN } from "../judge.ts";
import { deployment, POD_SPEC, WORKLOAD_KINDS } from "../workloads.ts";

const withSpec = (changes: object) => deployment({ ...POD_SPEC, ...changes });
const judgeSpec = (changes: object, config = {}) =>
  judge(podDisallowServiceAccountToken, withSpec(changes), { config });
const withToken = (serviceAccountToken: unknown) => ({
  volumes: [
    { name: "tmp", emptyDir: {} },
    { name: "token", projected: { sources: [{ configMap: { name: "ca" } }, { serviceAccountToken }] } },
  ],
});
const MOUNTED = { automountServiceAccountToken: true };
const ALLOWED = { serviceAccounts: ["operator", "default"] };

describe("pod-disallow-service-account-token", () => {
  it.each(WORKLOAD_KINDS)("allows a $kind without token", async ({ build }) => {
    const judgement = await judge(podDisallowServiceAccountToken, build(POD_SPEC));
    expect(judgement).toEqual({ violations: [], undecided: undefined });
    expect(await remediate(podDisallowServiceAccountToken, build(POD_SPEC))).toBeUndefined();
  });

  it.each(WORKLOAD_KINDS)("refuses and repairs a $kind with a token (fault 22)", async ({ build }) => {
    const object = build({ ...POD_SPEC, ...MOUNTED });
    expect((await judge(podDisallowServiceAccountToken, object)).violations).toEqual([
      expect.stringContaining("automountServiceAccountToken is true."),
    ]);
    expect(await remediate(podDisallowServiceAccountToken, object)).toEqual(build(POD_SPEC));
  });

  it.each([
    [undefined, "is not set, which means true."],
    [null, "is not set, which means true."],
    ["false", 'is "false".'],
    [0, "is 0."],
  ])("refuses and repairs %j", async (automountServiceAccountToken, words) => {
    const changes = { automountServiceAccountToken };
    expect((await judgeSpec(changes)).violations).toEqual([expect.stringContaining(words)]);
    expect(await remediate(podDisallowServiceAccountToken, withSpec(changes))).toEqual(withSpec({}));
  });

  it.each([
    ["without audience", { path: "token" }, "a token without audience"],
    ["with an audience that is null", { audience: null, path: "token" }, "a token without audience"],
    ["with an empty audience", { audience: "", path: "token" }, 'with the audience ""'],
    [
      "for the API server",
      { audience: "https://kubernetes.default.svc", path: "t" },
      "kubernetes.default.svc",
    ],
    [
      "for its whole name",
      { audience: "https://kubernetes.default.svc.cluster.local/", path: "t" },
      "local/",
    ],
    ["for its short name", { audience: "kubernetes.default", path: "t" }, "kubernetes.default"],
    ...[
      "https://kubernetes.default.svc.example.com",
      "http://kubernetes.default.svc.example-domain.com/",
      "https://kubernetes.default.svc:443",
      "https://kubernetes.default.svc.cluster.local:6443/",
      "kubernetes",
    ].map((audience): [string, object, string] => [`for ${audience}`, { audience, path: "t" }, audience]),
    ["with an audience that is a list", { audience: ["vault"], path: "t" }, '["vault"]'],
  ])("refuses a volume with a token %s, and does not repair it", async (_, token, words) => {
    const { violations } = await judgeSpec(withToken(token));
    expect(violations).toEqual([
      expect.stringContaining("volumes[1].projected.sources[1].serviceAccountToken"),
    ]);
    expect(violations[0]).toContain(words);
    expect(await remediate(podDisallowServiceAccountToken, withSpec(withToken(token)))).toBeUndefined();
  });

  it.each([
    "vault",
    "sts.amazonaws.com",
    "https://kubernetes.default.example.com",
    "https://not-kubernetes.default.svc",
    "kubernetes.io",
    "https://kubernetes.default.svc:port",
    "https://kubernetes.default.svc/vault",
  ])("allows a volume with a token for %s", async (audience) => {
    expect((await judgeSpec(withToken({ audience, path: "token" }))).violations).toEqual([]);
  });

  it.each([
    ["by its name", { serviceAccountName: "operator" }],
    ["by the older name of the setting", { serviceAccountName: null, serviceAccount: "operator" }],
    ["by the default", { serviceAccountName: undefined }],
  ])("allows and does not repair a service account of the configuration, %s", async (_, account) => {
    const changes = { ...MOUNTED, ...account };
    expect((await judgeSpec(changes, ALLOWED)).violations).toEqual([]);
    expect((await judgeSpec({ ...withToken({ path: "t" }), ...account }, ALLOWED)).violations).toEqual([]);
    const options = { config: ALLOWED };
    expect(await remediate(podDisallowServiceAccountToken, withSpec(changes), options)).toBeUndefined();
  });

  it("refuses other service accounts than those of the configuration", async () => {
    expect(
      (await judgeSpec({ ...MOUNTED, serviceAccountName: "operators" }, ALLOWED)).violations,
    ).toHaveLength(1);
    expect((await judgeSpec({ ...MOUNTED, serviceAccountName: undefined })).violations).toHaveLength(1);
  });

  it.each([
    ["the setting", { automountServiceAccountToken: UNKNOWN }, {}, ".automountServiceAccountToken;"],
    ["an audience", withToken({ audience: UNKNOWN }), {}, ".serviceAccountToken.audience;"],
    [
      "an account that may be allowed",
      { ...MOUNTED, serviceAccountName: UNKNOWN },
      ALLOWED,
      ".serviceAccountName;",
    ],
  ])("leaves %s that is not known yet undecided and as it is", async (_, changes, config, path) => {
    const { violations, undecided } = await judgeSpec(changes, config);
    expect(violations).toEqual([]);
    expect(undecided).toContain(path);
    expect(await remediate(podDisallowServiceAccountToken, withSpec(changes), { config })).toBeUndefined();
  });

  it("asks for no account where none is allowed or no token is there", async () => {
    expect((await judgeSpec({ ...MOUNTED, serviceAccountName: UNKNOWN })).violations).toHaveLength(1);
    expect((await judgeSpec({ serviceAccountName: UNKNOWN }, ALLOWED)).undecided).toBeUndefined();
  });

  it("says nothing of a Rollout whose pods are those of another workload", async () => {
    const judgeRollout = (spec: object) =>
      judge(podDisallowServiceAccountToken, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
        metadata: {},
        spec,
      });
    const workloadRef = { apiVersion: "apps/v1", kind: "Deployment", name: "agent" };
    expect((await judgeRollout({ workloadRef })).violations).toEqual([]);
    expect((await judgeRollout({})).violations).toHaveLength(1);
    expect((await judgeRollout({ workloadRef, template: { spec: {} } })).violations).toHaveLength(1);
    expect((await judgeRollout({ workloadRef: UNKNOWN })).undecided).toContain(".spec.workloadRef;");
  });
});
