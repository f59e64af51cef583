import { beforeEach, describe, expect, it, vi } from "vitest";
import { createAwsRecorder } from "../../../../local/plugins/aws/recorder.ts";
import { RESOURCE_TYPES } from "../../../../local/plugins/aws/resource-types.ts";
import { type PropertyMap, UNKNOWN } from "../../../../local/plugins/protocol/property-value.ts";
import type { ProviderPlugin } from "../../../../local/plugins/protocol/provider-plugin.ts";

const warning = vi.fn();
let recorder: ProviderPlugin;
beforeEach(async () => {
  warning.mockReset();
  recorder = createAwsRecorder({ warning, progress: vi.fn() });
  await recorder.configure({ region: "eu-west-1" });
});

function identity(type: string, name = "it") {
  return { urn: `urn:pulumi:test::test::${type}::${name}`, type, name };
}

/** Check, then Create, as the engine does. */
async function make(type: string, inputs: PropertyMap, { name = "it", preview = false } = {}) {
  const checked = await recorder.check({ ...identity(type, name), oldInputs: {}, inputs });
  return recorder.create({ ...identity(type, name), inputs: checked.inputs, preview, timeoutSeconds: 0 });
}

describe("inventions", () => {
  it.each([
    [
      "aws:route53/zone:Zone",
      { name: "a.example" },
      /^Z[0-9A-Z]{20}$/,
      /^arn:aws:route53:::hostedzone\/Z[0-9A-Z]{20}$/,
    ],
    [
      "aws:route53/healthCheck:HealthCheck",
      { type: "HTTPS" },
      UUID(),
      /^arn:aws:route53:::healthcheck\/[0-9a-f-]{36}$/,
    ],
    [
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      { name: "hot" },
      /^hot$/,
      /^arn:aws:cloudwatch:eu-west-1:0{12}:alarm:hot$/,
    ],
    ["aws:s3/bucket:Bucket", { bucket: "b" }, /^b$/, /^arn:aws:s3:::b$/],
    ["aws:kms/key:Key", {}, UUID(), /^arn:aws:kms:eu-west-1:0{12}:key\/[0-9a-f-]{36}$/],
    ["aws:kms/key:Key", { multiRegion: true }, /^mrk-[0-9a-f]{32}$/, /key\/mrk-[0-9a-f]{32}$/],
    [
      "aws:kms/alias:Alias",
      { name: "alias/a", targetKeyId: "k" },
      /^alias\/a$/,
      /^arn:aws:kms:eu-west-1:0{12}:alias\/a$/,
    ],
    ["aws:iam/role:Role", { name: "r" }, /^r$/, /^arn:aws:iam::0{12}:role\/r$/],
    [
      "aws:iam/policy:Policy",
      { name: "p", path: "/x/" },
      /^arn:aws:iam::0{12}:policy\/x\/p$/,
      /policy\/x\/p$/,
    ],
    [
      "aws:secretsmanager/secret:Secret",
      { name: "s" },
      /secret:s-[0-9a-f]{6}$/,
      /^arn:aws:secretsmanager:eu-west-1:/,
    ],
    ["aws:sns/topic:Topic", { name: "t" }, /^arn:aws:sns:eu-west-1:0{12}:t$/, /:t$/],
  ])("for %s with %j look like those of AWS", async (type, inputs, id, arn) => {
    const made = await make(type, inputs);
    expect(made.id).toMatch(id);
    expect(made.outputs["arn"]).toMatch(arn);
  });

  it.each(Object.keys(RESOURCE_TYPES))("for %s are the same in every run", async (type) => {
    const inputs = { bucket: "b", role: "r", zoneId: "Z1", name: undefined };
    const [one, again] = [await make(type, inputs), await make(type, inputs)];
    expect(one).toEqual(again);
    expect(one.id).not.toBe("");
  });

  it("name a resource that the program gives no name", async () => {
    const { id } = await make("aws:s3/bucket:Bucket", {}, { name: "Backups" });
    expect(id).toMatch(/^backups-[0-9a-f]{7}$/);
  });

  it("name aliases of keys as AWS wants them", async () => {
    const { id } = await make("aws:kms/alias:Alias", { targetKeyId: "k" }, { name: "main" });
    expect(id).toMatch(/^alias\/main-[0-9a-f]{7}$/);
  });

  it("are unknown in a preview, while the inputs are known", async () => {
    const { id, outputs } = await make("aws:s3/bucket:Bucket", { bucket: "b" }, { preview: true });
    expect(id).toBe("");
    expect(outputs).toMatchObject({
      bucket: "b",
      region: "eu-west-1",
      arn: UNKNOWN,
      bucketDomainName: UNKNOWN,
    });
  });

  it("follow the region of the resource where it has one", async () => {
    const { outputs } = await make("aws:sns/topic:Topic", { name: "t", region: "us-west-2" });
    expect(outputs["arn"]).toBe("arn:aws:sns:us-west-2:000000000000:t");
  });
});

describe("the recorder", () => {
  it("says once that nothing was made in any cloud", async () => {
    await make("aws:sns/topic:Topic", { name: "a" });
    await make("aws:sns/topic:Topic", { name: "b" });
    expect(warning).toHaveBeenCalledExactlyOnceWith(
      identity("aws:sns/topic:Topic").urn,
      "The aws provider is the embedded recorder: it wrote down what was asked for and invented ids and ARNs. " +
        "Nothing was made or looked at in any cloud.",
    );
  });

  it("refuses a type that the stack does not use", async () => {
    await expect(make("aws:ec2/instance:Instance", {})).rejects.toThrow(
      "aws:ec2/instance:Instance is not known to the embedded aws recorder, which covers only what this stack uses. " +
        "Preview this program with the official aws provider.",
    );
  });

  it.each([
    ["aws:s3/bucket:Bucket", { bucket: "a" }, { bucket: "b" }, true],
    ["aws:s3/bucket:Bucket", { bucket: "a" }, { bucket: "a", tags: { x: "y" } }, false],
    ["aws:sns/topic:Topic", { name: "a" }, { name: "a", region: "us-west-2" }, true],
  ])("tells for %s from %j to %j whether it must be replaced", async (type, oldInputs, inputs, replace) => {
    const request = { ...identity(type), id: "old", oldInputs, oldOutputs: {}, inputs, ignoreChanges: [] };
    const { changes } = await recorder.diff(request);
    expect(changes.map((change) => change.replace)).toEqual([replace]);
  });

  it("reads back what the state holds", async () => {
    const state = { oldInputs: { name: "t" }, oldOutputs: { name: "t", arn: "x" } };
    const read = await recorder.read({ ...identity("aws:sns/topic:Topic"), id: "x", ...state });
    expect(read).toEqual({ inputs: state.oldInputs, outputs: state.oldOutputs });
  });

  it("refuses to import, because it reaches no cloud", async () => {
    const request = { ...identity("aws:sns/topic:Topic"), id: "x", oldInputs: {}, oldOutputs: {} };
    await expect(async () => recorder.read(request)).rejects.toThrow("reaches no cloud");
  });
});

function UUID(): RegExp {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;
}
