import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPolicyConfig } from "../../../local/policy/config.ts";
import { listConfigFiles, policyConfigFile } from "../../../local/policy/config-file.ts";
import type { Policy } from "../../../policies/pack/policy.ts";
import { POLICIES } from "../../../policies/policies.ts";
import { SOME_POLICIES } from "./some-policies.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "policy-config-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(content: unknown, policies: readonly Policy[] = SOME_POLICIES) {
  const file = path.join(folder, "config.json");
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return await readPolicyConfig(file, policies);
}

describe("a configuration of the pack", () => {
  it("is taken as it stands, without what it leaves out", async () => {
    const config = {
      "object-limit-size": {
        enforcementLevel: "advisory",
        maximum: 3,
        notChecked: [{ resource: "a*", path: ".b", reason: "Known to be ours." }],
      },
      "object-require-label": { enforcementLevel: "remediate" },
    };
    expect(await read(config)).toEqual(config);
    expect(await read({ "object-limit-size": {} })).toEqual({ "object-limit-size": {} });
  });

  it.each([
    [
      "an unknown policy, with the name that was meant",
      { "object-limit-sise": {} },
      "object-limit-sise is no policy; allowed are the names that `npm run policy:explain` lists. Write object-limit-size, or remove it.",
    ],
    [
      "an unknown policy that resembles none",
      { $schema: "./schema.json" },
      "$schema is no policy; allowed are the names that `npm run policy:explain` lists. Remove it.",
    ],
    [
      "an unknown setting",
      { "object-limit-size": { maximun: 3 } },
      "object-limit-size.maximun does not exist; allowed here are enforcementLevel, maximum, notChecked. Write maximum, or remove it.",
    ],
    [
      "a value of the wrong type",
      { "object-limit-size": { maximum: "3" } },
      'object-limit-size.maximum is "3"; allowed is a whole number, at least 1. Correct it, or remove it: its default is 10.',
    ],
    [
      "a value out of bounds",
      { "object-limit-size": { maximum: 0 } },
      "object-limit-size.maximum is 0; allowed is a whole number, at least 1. Correct it, or remove it: its default is 10.",
    ],
    [
      "a level that does not exist",
      { "object-limit-size": { enforcementLevel: "strict" } },
      'object-limit-size.enforcementLevel is "strict"; allowed is "advisory", "mandatory", "disabled". `mandatory` fails a preview, `advisory` only reports, `disabled` does not look. Correct it, or remove it: its default is "mandatory".',
    ],
    [
      "repair by a policy that cannot repair",
      { "object-limit-size": { enforcementLevel: "remediate" } },
      'object-limit-size.enforcementLevel is "remediate"; allowed is "advisory", "mandatory", "disabled". `mandatory` fails a preview, `advisory` only reports, `disabled` does not look. Correct it, or remove it: its default is "mandatory".',
    ],
    [
      "the engine's short form, which has no place for settings",
      { "object-limit-size": "advisory" },
      'object-limit-size is "advisory"; allowed is an object. Correct it.',
    ],
    [
      "an accepted value without reason",
      { "object-limit-size": { notChecked: [{ resource: "a", path: ".b" }] } },
      "object-limit-size.notChecked[0].reason is missing; allowed is text, not empty. Add it.",
    ],
    [
      "an accepted value with more than there is",
      { "object-limit-size": { notChecked: [{ resource: "a", path: ".b", reason: "c", until: "d" }] } },
      "object-limit-size.notChecked[0].until does not exist; allowed here are resource, path, reason. Remove it.",
    ],
    [
      "the engine's word for all policies, which would reach those that cannot be disabled",
      { all: "disabled" },
      "all is no policy; allowed are the names that `npm run policy:explain` lists. Remove it.",
    ],
    ["a list", [], "it is []; allowed is an object. Correct it."],
  ])("is refused for %s", async (_, content, fault) => {
    await expect(read(content)).rejects.toThrow(
      `config.json is no configuration of the policies:\n- ${fault}`,
    );
  });

  it("is refused where it would hide the exceptions, with the reason", async () => {
    const content = { "exception-require-notice": { enforcementLevel: "disabled" } };
    await expect(read(content, POLICIES)).rejects.toThrow(
      'exception-require-notice.enforcementLevel is "disabled"; allowed is "advisory", "mandatory". `mandatory` fails a ' +
        "preview, `advisory` only reports. It cannot be disabled: reports would list no exceptions, as if there were none. " +
        'Correct it, or remove it: its default is "advisory".',
    );
  });

  it("is refused with all faults at once, and the file", async () => {
    const content = { "object-limit-size": { maximum: null, enforcementLevel: 1 }, other: {} };
    const error: Error = await read(content).then(
      () => new Error("accepted"),
      (cause) => cause,
    );
    expect(error.message.split("\n")).toHaveLength(4);
    expect(error.message).toMatch(/^.*config\.json is no configuration of the policies:\n- /);
  });

  it("shortens what it repeats", async () => {
    await expect(read({ "object-limit-size": { maximum: "x".repeat(200) } })).rejects.toThrow(
      `is "${"x".repeat(76)}...; allowed`,
    );
    await expect(read({ "object-limit-size": { maximum: "x".repeat(78) } })).rejects.toThrow(
      `is "${"x".repeat(78)}"; allowed`,
    );
  });

  it("that is no JSON or is not there is refused with its name", async () => {
    await expect(read("{")).rejects.toThrow(/config\.json is no JSON: Expected property name/);
    await expect(readPolicyConfig(path.join(folder, "none.json"), SOME_POLICIES)).rejects.toThrow(
      /none\.json cannot be read: ENOENT.* Name a readable file, or leave --config out for the one of the stack's/,
    );
  });
});

describe("the configurations of this repository", () => {
  it("are one for each environment, without the schema", async () => {
    const names = (await listConfigFiles()).map((file) => path.basename(file));
    expect(names).toEqual(expect.arrayContaining(["production.json", "staging.json"]));
    expect(names).toEqual(names.toSorted());
    expect(names).not.toContain("schema.json");
  });

  it("are faultless", async () => {
    for (const file of await listConfigFiles()) {
      expect(await readPolicyConfig(file, POLICIES)).toBeTypeOf("object");
    }
  });
});

describe("the configuration of a stack", () => {
  it.each([
    ["config:\n  claude-agents:environment: production\n", "production.json"],
    ["config:\n  claude-agents:environment: staging\n", "staging.json"],
    ["config:\n  claude-agents:environment: local\n", "local.json"],
    ["config:\n  claude-agents:environment: test\n", "staging.json"],
    ["config:\n  claude-agents:environment: schema\n", "staging.json"],
    ["config:\n  claude-agents:environment: ../config/production\n", "staging.json"],
    ["config:\n  claude-agents:environment: 5\n", "staging.json"],
    ["config:\n", "staging.json"],
    ["", "staging.json"],
  ])("is by its environment, not by its name: %j", async (text, name) => {
    await writeFile(path.join(folder, "Pulumi.prod.yaml"), text);
    const file = await policyConfigFile(folder, "prod");
    expect(path.relative(path.join(import.meta.dirname, "../../.."), file)).toBe(
      path.join("policies", "config", name),
    );
  });

  it("of a stack that does not exist is an error", async () => {
    await expect(policyConfigFile(folder, "nowhere")).rejects.toThrow(
      'There is no stack "nowhere": Pulumi.nowhere.yaml does not exist. There are prod.',
    );
    await expect(policyConfigFile(path.join(folder, "none"), "a")).rejects.toThrow(/none has no stack\.$/);
  });
});
