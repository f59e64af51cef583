import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleRuntime } from "../../../agent-runtime/bundle.ts";
import { createConfigFolder } from "../config/config-folder.ts";
import { startTokenIssuer } from "./token-issuer.ts";

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, "access-program.mjs");

let folder: string;
let config: Awaited<ReturnType<typeof createConfigFolder>>;
let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
  issuer = await startTokenIssuer();
  config = await createConfigFolder({
    "own.cedar":
      '@id("no-opus") forbid(principal in Tenant::"acme", action, resource == Model::"claude-opus-5-5")\n' +
      '  when { action == Action::"messages:create" };',
  });
});

afterAll(async () => {
  await issuer.close();
  await config.remove();
  await rm(folder, { recursive: true });
});

/** What the program says about an operator of tenant acme. */
async function decide(program: string): Promise<unknown> {
  const token = await issuer.token({ roles: ["operator"] });
  const options = { cwd: folder, env: {} };
  const issuerConfig = JSON.stringify(issuer.config);
  const { stdout } = await run(process.execPath, [program, config.path, token, issuerConfig], options);
  return JSON.parse(stdout);
}

const EXPECTED = {
  identity: { tenant: "acme", keyId: "jwt:acme/issuer.example/alice", roles: ["operator"], provider: "jwt" },
  decisions: [
    { allowed: false, decidedBy: "no-opus" },
    { allowed: true, decidedBy: "operator-reads" },
    { allowed: false, decidedBy: "no policy permits this" },
  ],
};

describe("policies and tokens", () => {
  it("decide from the sources", async () => {
    expect(await decide(PROGRAM)).toEqual(EXPECTED);
  });

  it("decide from one bundled file, in a folder without packages", async () => {
    const { path } = await bundleRuntime(join(folder, "access.mjs"), PROGRAM);
    expect(await decide(path)).toEqual(EXPECTED);
  });

  it("are bundled into the same bytes whenever and wherever they are", async () => {
    const first = await bundleRuntime(join(folder, "first.mjs"), PROGRAM);
    const second = await bundleRuntime(join(folder, "elsewhere", "second.mjs"), PROGRAM);
    expect(second.sha256).toBe(first.sha256);
  });
});
