import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test, vi } from "vitest";
import { ensureProgram } from "../setup/apt.ts";
import { freePort, RunningServer } from "./postgres/running-server.ts";

const FIRST = "canaryFirstPassword1";
const SECOND = "canarySecondPassword2";
const EXPORTER = "canaryExporterPassword3";
const START_MS = 30_000;

let server: RunningServer;

async function started(running: RunningServer, tls?: string): Promise<void> {
  running.start(tls);
  await vi.waitFor(async () => expect(await running.isReady()).toBe(true), {
    timeout: START_MS,
    interval: 50,
  });
}

/** Rolls the pod with these passwords. */
async function rolled(passwords: Record<number, string>, tls?: string): Promise<void> {
  await server.stop();
  server.setPasswords(passwords, EXPORTER);
  await started(server, tls);
}

const urlOf = (user: string, password: string, parameters: string) =>
  `postgresql://${user}:${password}@localhost:${server.port}/app?${parameters}`;

beforeAll(async () => {
  await ensureProgram("pg_ctlcluster", "postgresql");
  server = new RunningServer(await freePort());
  server.setPasswords({ 1: FIRST }, EXPORTER);
  await started(server);
});

beforeEach(() => {
  onTestFailed(() => console.error(server.log));
});

afterAll(async () => {
  await server.stop();
  server.remove();
});

describe("a single server on its first start", () => {
  test("lets the application in by the URL that it is given, as the role that owns everything", async () => {
    const made = await server.ask(
      1,
      FIRST,
      "CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept')",
    );
    expect(made).toEqual({ succeeded: true, text: "" });
    const facts =
      "SELECT session_user, current_user, tableowner, datcollate FROM pg_tables, pg_database WHERE tablename = 'notes' AND datname = 'app'";
    expect((await server.ask(1, FIRST, facts)).text).toBe("app_1|app|app|C.UTF-8");
  });

  test("acts as that role for clients with a URL of their own, too", async () => {
    const answer = await server.psql(urlOf("app_1", FIRST, "sslmode=require"), "SELECT current_user");
    expect(answer).toEqual({ succeeded: true, text: "app" });
  });

  test("encrypts, and keeps no password that could be used elsewhere", async () => {
    const facts =
      "SET ROLE app_1; SELECT ssl, version >= 'TLSv1.2', current_setting('password_encryption') FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    expect((await server.ask(1, FIRST, facts)).text).toBe("t|t|scram-sha-256");
  });

  test("refuses connections that are not encrypted", async () => {
    const answer = await server.psql(urlOf("app_1", FIRST, "sslmode=disable"), "SELECT 1");
    expect(answer).toMatchObject({ succeeded: false, text: expect.stringContaining("no encryption") });
  });

  test("refuses a wrong password, the owning role and the superuser", async () => {
    const messages = await Promise.all(
      ["app_1", "app", "postgres"].map(
        async (user) => (await server.psql(urlOf(user, "wrong", "sslmode=require"), "SELECT 1")).text,
      ),
    );
    expect(messages).toEqual([
      expect.stringContaining('password authentication failed for user "app_1"'),
      expect.stringContaining("authentication failed"),
      expect.stringContaining("no pg_hba.conf entry"),
    ]);
  });

  test("refuses the databases that are the server's own", async () => {
    const url = urlOf("app_1", FIRST, "sslmode=require").replace("/app?", "/postgres?");
    expect((await server.psql(url, "SELECT 1")).text).toContain("no pg_hba.conf entry");
  });

  test("lets the exporter read what the server does, and nothing of the application", async () => {
    const url = urlOf("exporter", EXPORTER, "sslmode=require").replace("localhost", "127.0.0.1");
    const watched = await server.psql(
      url,
      "SELECT count(*) > 0 FROM pg_stat_activity WHERE query IS NOT NULL",
    );
    expect(watched).toEqual({ succeeded: true, text: "t" });
    expect((await server.psql(url, "SELECT * FROM notes")).text).toContain(
      "permission denied for table notes",
    );
  });

  test("holds the lock of its volume, so that no second server starts on it", () => {
    expect(() => execFileSync("flock", ["-n", server.pathOf("volume/lock"), "true"])).toThrow();
  });
});

describe("a password that is replaced in three steps", () => {
  test("fault 67: is joined by the next one, replaced and shut out, and the data stays", async () => {
    await rolled({ 1: FIRST, 2: SECOND });
    const read = "SELECT text FROM notes";
    expect(await server.ask(1, FIRST, read)).toEqual({ succeeded: true, text: "kept" });
    expect(await server.ask(2, SECOND, read)).toEqual({ succeeded: true, text: "kept" });
    await server.ask(1, FIRST, "CREATE TABLE late (text text)");

    await rolled({ 2: SECOND });
    expect((await server.ask(1, FIRST, read)).text).toContain("authentication failed");
    expect(await server.ask(2, SECOND, read)).toEqual({ succeeded: true, text: "kept" });
    expect(await server.ask(2, SECOND, "DROP TABLE late")).toEqual({ succeeded: true, text: "" });
  });

  test("takes a generation back that was shut out before", async () => {
    await rolled({ 1: FIRST, 2: SECOND });
    expect((await server.ask(1, FIRST, "SELECT current_user")).text).toBe("app");
  });
});

test("a certificate that is given proves who the server is", async () => {
  const files = ["-keyout", server.pathOf("tls/tls.key"), "-out", server.pathOf("tls/tls.crt")];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...names, ...files], {
    stdio: "pipe",
  });
  await rolled({ 1: FIRST }, server.pathOf("tls"));
  const parameters = `sslmode=verify-full&sslrootcert=${server.pathOf("tls/tls.crt")}`;
  expect((await server.psql(urlOf("app_1", FIRST, parameters), "SELECT 1")).text).toBe("1");
});

describe("a server that is killed", () => {
  test("has every write that it confirmed when it starts again", async () => {
    await server.ask(1, FIRST, "INSERT INTO notes VALUES ('confirmed')");
    await server.kill();
    await started(server);
    expect((await server.ask(1, FIRST, "SELECT text FROM notes")).text).toBe("kept\nconfirmed");
  });

  test("while it makes its database starts over", async () => {
    const fresh = new RunningServer(await freePort());
    onTestFailed(() => console.error(fresh.log));
    fresh.setPasswords({ 1: FIRST });
    fresh.start();
    await vi.waitFor(() => expect(existsSync(fresh.pathOf("volume/data.new/base"))).toBe(true), {
      timeout: START_MS,
      interval: 5,
    });
    await fresh.kill();
    expect(existsSync(fresh.pathOf("volume/data"))).toBe(false);
    await started(fresh);
    expect((await fresh.ask(1, FIRST, "SELECT current_user")).text).toBe("app");
    await fresh.kill();
    fresh.remove();
  });

  test("while it makes its roles starts over", async () => {
    await server.stop();
    server.start();
    await vi.waitFor(() => expect(existsSync(server.pathOf("run/roles.sql"))).toBe(true), {
      timeout: START_MS,
      interval: 2,
    });
    await server.kill();
    await started(server);
    expect((await server.ask(1, FIRST, "SELECT text FROM notes")).text).toBe("kept\nconfirmed");
  });
});

test("fault 9: no password is in the log or in a file of the run folder", () => {
  const files = readdirSync(server.pathOf("run"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, "utf8"));
  expect(files.length).toBeGreaterThan(2);
  for (const text of [server.log, ...files]) expect(text).not.toMatch(/canary/);
});
