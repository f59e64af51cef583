import { expect, test } from "vitest";
import { SecretsManager } from "../../../components/aws/secrets-manager.ts";
import { only, record, settled } from "../record-stack.ts";
import { HOME, KEPT, namesByType, SECOND, sampleKeys } from "./sample-cloud.ts";

const SECRET = "aws:secretsmanager/secret:Secret";

async function build(replicaRegions: readonly string[] = [SECOND]) {
  return await record(() => {
    const keys = sampleKeys("secrets", replicaRegions);
    const names = ["anthropic", "smtp"];
    const secrets = new SecretsManager("secrets", {
      environment: "prod",
      names,
      region: HOME,
      replicaRegions,
      keys,
      ...KEPT,
    });
    return { keys, secrets };
  });
}

test("each secret is encrypted and copied with the keys of its regions, and has no value", async () => {
  const { resources, result } = await build();
  expect(namesByType(resources, "secrets")).toEqual({ Secret: ["secrets-anthropic", "secrets-smtp"] });
  expect(only(resources, SECRET, "secrets-anthropic").inputs).toEqual({
    region: HOME,
    name: "claude-agents/prod/anthropic",
    description: "anthropic of the Claude agent platform prod",
    kmsKeyId: await settled(result.keys.arnIn(HOME)),
    recoveryWindowInDays: 30,
    replicas: [{ region: SECOND, kmsKeyId: await settled(result.keys.arnIn(SECOND)) }],
  });
});

test("with one region there are no copies", async () => {
  const { resources, result } = await build([]);
  expect(only(resources, SECRET, "secrets-smtp").inputs.replicas).toEqual([]);
  expect(() => result.secrets.arnsIn(SECOND)).toThrow(`there are no secrets in ${SECOND}`);
});

test("a copy has the name and the suffix of the original", async () => {
  const { result } = await build();
  const original = await Promise.all(result.secrets.arnsIn(HOME).map(settled));
  expect(original).toHaveLength(2);
  expect(original[0]).toMatch(
    /^arn:aws:secretsmanager:eu-west-1:0{12}:secret:claude-agents\/prod\/anthropic-[0-9a-f]{6}$/,
  );
  expect(await Promise.all(result.secrets.arnsIn(SECOND).map(settled))).toEqual(
    original.map((arn) => arn.replace(HOME, SECOND)),
  );
});
