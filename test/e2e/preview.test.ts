import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestEnvironment, type TestEnvironment } from "./environment.ts";

let environment: TestEnvironment;

beforeAll(async () => {
  environment = await createTestEnvironment();
});

afterAll(() => environment.remove());

describe("npm run preview -- prod", () => {
  it("shows two regions and the policies passing, against simulated clusters that are gone afterwards", async () => {
    const { exitCode, json, stderr } = await environment.command("preview", "prod", "--json");
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(json.regions.map(({ role }: { role: string }) => role)).toEqual(["primary", "standby"]);
    expect(json).toMatchObject({
      outcome: "succeeded",
      clusters: "simulated",
      policies: { config: "policies/config/production.json", exceptions: [] },
    });
    const statuses = json.policies.policies.map(({ status }: { status: string }) => status);
    expect(new Set(statuses)).toEqual(new Set(["passed", "not checked"]));
    expect(json.changes.created).toBeGreaterThan(40);
  });

  it("names the stacks' files when there is no such stack", async () => {
    const { exitCode, json } = await environment.command("preview", "nowhere", "--json");
    expect(exitCode).toBe(1);
    expect(json.error.message).toMatch(/no stack "nowhere": Pulumi\.nowhere\.yaml does not exist/);
  });
});
