import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installCrds } from "../../local/region/crds.ts";
import { defaultCacheDir } from "../../local/toolchain/cache.ts";
import { LOCAL_CRDS } from "../../local/toolchain/crd-releases.ts";
import { obtainCrds } from "../../local/toolchain/crds.ts";
import { startTemporaryRegions, type TemporaryRegions } from "../local/region/temporary-regions.ts";
import { type CommandResult, createTestEnvironment, type TestEnvironment } from "./environment.ts";

let theirs: TemporaryRegions;
let environment: TestEnvironment;
let up: CommandResult;

beforeAll(async () => {
  theirs = await startTemporaryRegions("theirs");
  const crds = await obtainCrds(LOCAL_CRDS, { cacheDir: defaultCacheDir() });
  await installCrds(Object.values(crds), theirs.kubectl("theirs"));
  environment = await createTestEnvironment({ KUBECONFIG: theirs.place.kubeconfig });
  up = await environment.command("up", "--json", "--context", "theirs");
});

afterAll(async () => {
  await environment.command("down");
  environment.remove();
  await theirs.stop();
});

describe("npm run up -- --context", () => {
  it("deploys one region to the user's cluster and answers through it", () => {
    expect({ exitCode: up.exitCode, stdout: up.stdout }).toMatchObject({ exitCode: 0 });
    expect(up.json.regions).toMatchObject([{ name: "region-a", role: "primary", context: "theirs" }]);
    expect(up.json.sample.region).toBe("region-a");
  });

  it("refuses to move an environment to other clusters", async () => {
    const { exitCode, json } = await environment.command("up", "--json");
    expect(exitCode).toBe(1);
    expect(json.error.message).toMatch(/was brought up on theirs .*Take it down first/);
  });

  it("names the contexts there are when it is given another one, and leaves nothing behind", async () => {
    const other = await createTestEnvironment({ KUBECONFIG: theirs.place.kubeconfig });
    const { exitCode, json } = await other.command("up", "--json", "--context", "nobody");
    const status = await other.command("status", "--json");
    other.remove();
    expect(exitCode).toBe(1);
    expect(json.error.message).toMatch(/There is no context "nobody" .* It has theirs/);
    expect(status.json.error.message).toMatch(/no embedded environment/);
  });

  it("refuses more contexts than the stack has regions", async () => {
    const { exitCode, json } = await environment.command(
      "up",
      "--json",
      "--context",
      "theirs",
      "theirs",
      "theirs",
    );
    expect(exitCode).toBe(1);
    expect(json.error.message).toMatch(/--context was given 3 times .* allowed are 1 to 2/);
  });

  it("is undone by down, which leaves the cluster running and nothing of the platform in it", async () => {
    expect((await environment.command("down")).exitCode).toBe(0);
    const namespaces = await theirs.kubectl("theirs").listJson("namespaces");
    expect(namespaces.map(({ metadata }) => metadata.name)).not.toContain("ai-agents");
  });
});
