import { readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSecretOutputs } from "../../../local/engine/engine.ts";
import type { EngineEvent } from "../../../local/engine/event-summary.ts";
import { describeFailure } from "../../../local/engine/operation-result.ts";
import { filesWith } from "./files-with.ts";
import { createTemporaryEngine, programDir, STACK, type TemporaryEngine } from "./temporary-engine.ts";

const SECRET = "canary-4c7bd1a2-of-the-configuration";

let temporary: TemporaryEngine;
beforeEach(async () => {
  temporary = await createTemporaryEngine();
});
afterEach(() => temporary.remove());

/** When each file below a folder was written last. */
async function timesBelow(folder: string): Promise<[file: string, ms: number][]> {
  const files = await readdir(folder, { recursive: true });
  return await Promise.all(
    files.map(
      async (file): Promise<[string, number]> => [file, (await stat(path.join(folder, file))).mtimeMs],
    ),
  );
}

describe("a stack's life", () => {
  it("creates, leaves unchanged, updates by replacing, deletes single resources and destroys all of them", async () => {
    const settings = { length: 12, withPet: true };
    const engine = await temporary.open("values", { configOverrides: settings });
    const created = await engine.up();
    expect(created.changes).toEqual({ created: 5, updated: 0, replaced: 0, deleted: 0, unchanged: 0 });
    const before = await engine.outputs({ showSecrets: true });

    const unchanged = await engine.up({ preview: false });
    expect(unchanged.changes).toEqual({ created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 5 });
    expect(await engine.outputs({ showSecrets: true })).toEqual(before);

    const shorter = await temporary.open("values", { configOverrides: { ...settings, length: 10 } });
    const replaced = await shorter.up({ preview: false });
    expect(replaced.changes).toEqual({ created: 0, updated: 0, replaced: 1, deleted: 0, unchanged: 4 });
    expect((await shorter.outputs())["textResult"]).toHaveLength(10);

    const withoutPet = await temporary.open("values", { configOverrides: { length: 10 } });
    const deleted = await withoutPet.up({ preview: false });
    expect(deleted.changes).toEqual({ created: 0, updated: 0, replaced: 0, deleted: 1, unchanged: 4 });

    const refreshed = await withoutPet.refresh();
    expect(refreshed.changes).toEqual({ created: 0, updated: 0, replaced: 0, deleted: 0, unchanged: 4 });

    const destroyed = await withoutPet.destroy();
    expect(destroyed.changes).toEqual({ created: 0, updated: 0, replaced: 0, deleted: 4, unchanged: 0 });
    expect(await withoutPet.resourceCount()).toBe(0);
  });

  it("previews what would be made, with results still unknown, and makes nothing", async () => {
    const engine = await temporary.open("values");
    const result = await engine.preview();
    expect(result.outcome).toBe("succeeded");
    expect(result.changes.created).toBe(4);
    expect(result.output).toMatch(/textResult\s*: \[unknown\]/);
    expect(await engine.resourceCount()).toBe(0);
  });

  it("tells of every resource as it is made", async () => {
    const events: EngineEvent[] = [];
    const engine = await temporary.open("values", { onEvent: (event) => events.push(event) });
    await engine.up({ preview: false });
    const steps = events.filter((event) => event.kind === "resource" && event.resource === "text");
    expect(steps).toMatchObject([
      {
        phase: "started",
        operation: "create",
        type: "random:index/randomString:RandomString",
        preview: false,
      },
      { phase: "finished", operation: "create" },
    ]);
  });
});

describe("secrets", () => {
  it("are nowhere in the state folder, neither as text nor in base64", async () => {
    const engine = await temporary.open("values", { secretOverrides: { note: SECRET } });
    const result = await engine.up({ preview: false });
    await engine.refresh();
    const { passwordResult } = await engine.outputs({ showSecrets: true });
    expect(passwordResult).toHaveLength(20);
    for (const secret of [SECRET, String(passwordResult)]) {
      expect(await filesWith(temporary.stateDir, secret)).toEqual([]);
      expect(JSON.stringify(result)).not.toContain(secret);
    }
  });

  it("are read several at a time beside whoever works on the stack, as nothing is prepared or written", async () => {
    const engine = await temporary.open("values");
    await engine.up({ preview: false });
    const { passwordResult } = await engine.outputs({ showSecrets: true });
    const before = await timesBelow(path.join(temporary.stateDir, "engine", "project"));
    const read = () => readSecretOutputs({ ...temporary, stack: STACK });
    const outputs = await Promise.all([read(), read(), read(), read()]);
    expect(outputs.map((each) => each["passwordResult"])).toEqual(Array(4).fill(passwordResult));
    expect(await timesBelow(path.join(temporary.stateDir, "engine", "project"))).toEqual(before);
  });

  it("cannot be in logs of the CLI's own, since it keeps none", async () => {
    const engine = await temporary.open("values", { secretOverrides: { note: SECRET } });
    const { outcome, diagnostics } = await engine.up({ preview: false });
    expect([outcome, ...diagnostics.map(({ severity }) => severity)]).toEqual(["succeeded", "info"]);
    const files = await readdir(temporary.stateDir, { recursive: true });
    expect(files.filter((file) => file.endsWith(".log"))).toEqual([]);
  });

  it("are shown among the outputs only when asked for", async () => {
    const engine = await temporary.open("values");
    await engine.up({ preview: false });
    expect((await engine.outputs())["passwordResult"]).toBe("[secret]");
  });
});

describe("the program", () => {
  it("runs in the clone, which stays as it was, and sees none of the user's own credentials", async () => {
    const filesBefore = await readdir(programDir("values"));
    process.env["AWS_SECRET_ACCESS_KEY"] = "of the user";
    try {
      const engine = await temporary.open("values", { env: { ADDED_BY_CALLER: "yes" } });
      const result = await engine.up({ preview: false });
      expect(messages(result.diagnostics)).toContain(`the program runs in ${programDir("values")}`);
      const { environment } = await engine.outputs();
      expect(environment).toContain("ADDED_BY_CALLER");
      expect(environment).not.toContain("AWS_SECRET_ACCESS_KEY");
    } finally {
      delete process.env["AWS_SECRET_ACCESS_KEY"];
    }
    expect(await readdir(programDir("values"))).toEqual(filesBefore);
  });

  it.each([
    ["throws an error", "throws", "TypeError: the program stumbled"],
    ["gives up by itself", "bails", "the program gave up"],
    ["ends with an exit code", "exits", "the program ended with exit code 7"],
  ])("that %s fails the update with its message", async (_what, mishap, message) => {
    const engine = await temporary.open("mishaps", { configOverrides: { mishap } });
    const result = await engine.up({ preview: false });
    expect(result.outcome).toBe("failed");
    expect(result.diagnostics.filter(({ severity }) => severity === "error")).toMatchObject([
      { message: expect.stringContaining(message) },
    ]);
  });
});

describe("a failure midway", () => {
  it("keeps what was made, and the next update goes on from there", async () => {
    const failing = await temporary.open("mishaps", { configOverrides: { mishap: "refused" } });
    const failed = await failing.up({ preview: false });
    expect(failed.outcome).toBe("failed");
    expect(describeFailure(failed)).toContain(
      "length is 3; it must be at least 4, the sum of minUpper, minLower, minNumeric and minSpecial.",
    );
    expect(await failing.resourceCount()).toBeGreaterThan(1);

    const corrected = await temporary.open("mishaps");
    const result = await corrected.up({ preview: false });
    expect(result.changes).toEqual({ created: 1, updated: 0, replaced: 0, deleted: 0, unchanged: 2 });
  });
});

describe("policies", () => {
  const policyPackDirs = [path.join(import.meta.dirname, "policy-pack")];

  it("fail the preview when a mandatory one is violated, with its name, the resource and the reason", async () => {
    const engine = await temporary.open("values", { policyPackDirs, configOverrides: { length: 8 } });
    const result = await engine.preview();
    expect(result.outcome).toBe("failed");
    expect(result.policyViolations).toContainEqual({
      pack: "test-policies",
      policy: "string-require-length",
      enforcement: "mandatory",
      resource: "text",
      urn: expect.stringMatching(/^urn:pulumi:test::.*::text$/),
      message: expect.stringContaining("length 8 is below 10: raise it"),
    });
    expect(describeFailure(result)).toMatch(/^text: policy string-require-length: .*length 8 is below 10/s);
  });

  it("let an update pass that only departs from an advisory one", async () => {
    const engine = await temporary.open("values", { policyPackDirs });
    const result = await engine.up({ preview: false });
    expect(result.outcome).toBe("succeeded");
    expect(result.policyViolations.map(({ policy, enforcement }) => [policy, enforcement])).toEqual([
      ["string-prefer-letters", "advisory"],
    ]);
  });

  it("say what they have judged", async () => {
    const engine = await temporary.open("values", { policyPackDirs });
    const { policyCoverage } = await engine.preview();
    expect(policyCoverage.policies).toEqual(["string-prefer-letters", "string-require-length"]);
    expect(policyCoverage.resources).toBeGreaterThan(0);
  });
});

describe("the configuration of policies", () => {
  const policyPackDirs = [path.join(import.meta.dirname, "policy-pack")];

  async function previewWith(config: unknown) {
    const file = path.join(temporary.stateDir, "policy-config.json");
    await writeFile(file, JSON.stringify(config));
    const options = { policyPackDirs, policyPackConfigs: [file], configOverrides: { length: 8 } };
    return await (await temporary.open("values", options)).preview();
  }

  it("decides how strict a policy is", async () => {
    const result = await previewWith({ "string-require-length": { enforcementLevel: "advisory" } });
    expect(result.outcome).toBe("succeeded");
    expect(result.policyViolations.map(({ policy, enforcement }) => [policy, enforcement])).toContainEqual([
      "string-require-length",
      "advisory",
    ]);
  });

  it("switches a policy off, which then judges nothing", async () => {
    const { policyCoverage } = await previewWith({
      "string-require-length": { enforcementLevel: "disabled" },
    });
    expect(policyCoverage.policies).toEqual(["string-prefer-letters"]);
  });

  it.each([
    ["a schema for editors, which it takes for a level", { $schema: "./schema.json" }, '"$schema"'],
    ["a level that does not exist", { "string-require-length": "strict" }, '"strict"'],
    [
      "a parameter of the wrong type",
      { "string-require-length": { minimum: "9" } },
      "validating policy config",
    ],
  ])("is refused by the engine for %s", async (_, config, reason) => {
    const result = await previewWith(config);
    expect(result.outcome).toBe("failed");
    expect(describeFailure(result)).toContain(reason);
  });

  it("sets a parameter, whose default holds where it says nothing", async () => {
    const messages = async (config: unknown) =>
      (await previewWith(config)).policyViolations.map(({ message }) => message).join("\n");
    expect(await messages({ "string-require-length": { minimum: 9 } })).toContain("length 8 is below 9");
    expect(await messages({})).toContain("length 8 is below 10");
  });

  it("that names a policy which does not exist is passed over by the engine", async () => {
    const result = await previewWith({ "string-require-lenght": { enforcementLevel: "disabled" } });
    expect(result.policyViolations.map(({ policy }) => policy)).toContain("string-require-length");
  });
});

function messages(diagnostics: readonly { readonly message: string }[]): string[] {
  return diagnostics.map(({ message }) => message);
}
