import { describe, expect, test } from "vitest";
import { serverAccessList } from "../../components/valkey/access-lists.ts";
import { build, EXPORTER, environmentOf, stringDataOf } from "./build-valkey.ts";
import { only, settled } from "./record-stack.ts";

describe("Valkey's exporter", () => {
  test("is absent unless asked for", async () => {
    const { pod, resources } = await build();
    expect(pod.containers).toHaveLength(2);
    const { spec } = only(resources, "kubernetes:core/v1:Service", "store-service").inputs;
    expect(spec.ports).toHaveLength(2);
  });

  test("tells the metrics of its server on port 9121, with no privilege", async () => {
    const { exporter, resources } = await build({ exporter: EXPORTER });
    expect(exporter).toMatchObject({
      name: "exporter",
      image: EXPORTER.image,
      ports: [{ name: "exporter", containerPort: 9121 }],
      securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      livenessProbe: { httpGet: { path: "/health", port: "exporter" } },
    });
    const { spec } = only(resources, "kubernetes:core/v1:Service", "store-service").inputs;
    expect(spec.ports).toContainEqual({ name: "exporter", port: 9121 });
  });

  test("is a user of its own that does not ask for settings", async () => {
    const { exporter } = await build({ exporter: EXPORTER });
    expect(environmentOf(exporter)).toEqual({
      REDIS_ADDR: "redis://127.0.0.1:6379",
      REDIS_USER: "exporter",
      REDIS_EXPORTER_WEB_LISTEN_ADDRESS: ":9121",
      REDIS_EXPORTER_CONFIG_COMMAND: "-",
      REDIS_EXPORTER_SET_CLIENT_NAME: "false",
    });
    expect(exporter).not.toHaveProperty("volumeMounts");
  });

  test("and the others say what they may write to the disk of the node", async () => {
    const { pod } = await build({ exporter: EXPORTER });
    for (const { name, resources } of pod.containers) {
      const storage = [resources.requests, resources.limits].map((each) => each["ephemeral-storage"]);
      expect([name, storage]).toEqual([name, ["32Mi", "256Mi"]]);
    }
  });
});

describe("Valkey with TLS", () => {
  const TLS = { tls: { secretName: "store-tls" } };

  test("gives each container the certificates that it needs, and the runtime a URL that asks for TLS", async () => {
    const { pod, server, sentinel, exporter, result } = await build({ ...TLS, exporter: EXPORTER });
    expect(pod.volumes).toContainEqual({
      name: "tls",
      secret: { secretName: "store-tls", defaultMode: 0o440 },
    });
    for (const container of [server, sentinel]) {
      expect(environmentOf(container)["VALKEY_TLS_DIR"]).toBe("/tls");
      expect(container.volumeMounts).toContainEqual({ name: "tls", mountPath: "/tls", readOnly: true });
    }
    // The authority alone, not the key.
    expect(exporter.volumeMounts).toEqual([
      { name: "tls", mountPath: "/tls/ca.crt", subPath: "ca.crt", readOnly: true },
    ]);
    expect(environmentOf(exporter)).toMatchObject({
      REDIS_ADDR: "rediss://$(POD_NAME).claude-agent-valkey.ai-agents.svc.cluster.local:6379",
      REDIS_EXPORTER_TLS_CA_CERT_FILE: "/tls/ca.crt",
    });
    expect(await settled(result.url)).toMatch(/^rediss\+sentinel:/);
  });

  test("is off unless a Secret is named", async () => {
    const { pod, server } = await build();
    expect(pod.volumes.map(({ name }: { name: string }) => name)).toEqual(["scripts", "tmp"]);
    expect(environmentOf(server)).not.toHaveProperty("VALKEY_TLS_DIR");
  });
});

describe("Valkey's passwords", () => {
  const PASSWORD = "random:index/randomPassword:RandomPassword";

  test("are generated, one for each user, safe within scripts, and secrets", async () => {
    const { resources, result } = await build();
    const passwords = resources.filter(({ type }) => type === PASSWORD);
    expect(passwords.map(({ name }) => name).sort()).toEqual([
      "store-exporter-password",
      "store-internal-password",
      "store-password",
    ]);
    for (const { inputs } of passwords) expect(inputs).toEqual({ length: 40, special: false });
    expect(only(resources, "kubernetes:core/v1:Secret", "store-secret").secretInputs).toEqual(["stringData"]);
    expect(await Reflect.get(result.password, "isSecret")).toBe(true);
  });

  test("are not in the URL, which names the runtime's user", async () => {
    const { result } = await build();
    expect(await settled(result.url)).toBe(
      "redis+sentinel://app@claude-agent-valkey.ai-agents.svc.cluster.local:26379/main",
    );
  });

  test("are all accepted and one is used while they are replaced", async () => {
    const { resources, result } = await build({ rotation: { use: 2, accept: [1, 2] } });
    const generated = resources.filter(({ type }) => type === PASSWORD).map(({ name }) => name);
    expect(generated).toHaveLength(6);
    expect(generated).toContain("store-internal-password-2");
    const data = await stringDataOf(resources);
    expect(await settled(result.password)).toContain("store-password-2");
    expect(data.password).toContain("store-internal-password-2");
    expect(data["exporter-password"]).toContain("store-exporter-password-2");
    for (const list of [data["server.acl"], data["sentinel.acl"]]) {
      expect(list).toMatch(/^user app on #[0-9a-f]{64} #[0-9a-f]{64} /m);
      expect(list).toMatch(/^user internal on #[0-9a-f]{64} #[0-9a-f]{64} /m);
    }
  });

  test("let nobody in without a user, and stand in the lists as hashes only", async () => {
    const { resources } = await build();
    const data = await stringDataOf(resources);
    for (const list of [data["server.acl"], data["sentinel.acl"]]) {
      expect(list).toMatch(/^user default off\n/);
      expect(list).not.toMatch(/store-|>|nopass/);
    }
    expect(data["sentinel.acl"]).not.toContain("exporter");
  });

  test("give the runtime nothing that harms the others", async () => {
    const list = serverAccessList({ app: ["a"], internal: ["i"], exporter: ["e"] });
    expect(list).not.toMatch(
      /\+@|allcommands|allkeys|~\*|&\*|flush|debug|shutdown|config\|set|\+acl|\+keys/i,
    );
  });
});
