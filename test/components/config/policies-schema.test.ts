import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readPolicySet } from "../../../agent-runtime/src/auth/policy-set.ts";
import { errorOf, faultOf, read } from "../read-config.ts";
import { record } from "../record-stack.ts";

const permit = (id: string) => `@id("${id}")\npermit(principal, action, resource);\n`;
const policies = (files: Record<string, unknown>) => ({ policies: files });

beforeAll(async () => {
  await record(() => undefined);
});

describe("Cedar policies of a stack", () => {
  test("may be none", () => {
    expect(read().policies).toEqual({});
  });

  test("are kept to the byte", () => {
    const text = [
      '// a "comment"; permit',
      '@id("a.b-c_1") @note("semicolon; and \\"quote\\"")',
      'forbid(principal in Tenant::"acme", action, resource)',
      '  when { context.agent == "// no comment;" || context.model like "a/*" };',
      permit("second"),
      "// the end",
    ].join("\n");
    const { policies: kept } = read(policies({ "acme.cedar": text, "b.cedar": permit("b") }));
    expect(kept).toEqual({ "acme.cedar": text, "b.cedar": permit("b") });
    expect(readPolicySet([{ name: "acme.cedar", text }], true).forbids).toEqual(new Set(["a.b-c_1"]));
  });

  test.each([
    "acme",
    "Acme.cedar",
    "../x.cedar",
    ".cedar",
    "a b.cedar",
    "gateway.yaml",
    `${"a".repeat(64)}.cedar`,
  ])("may not be in a file called %j", (name) => {
    expect(faultOf(policies({ [name]: permit("a") }))).toMatchObject({
      path: "policies",
      allowed: expect.stringContaining("that ends in .cedar"),
    });
  });

  test.each([
    ["without an @id", "permit(principal, action, resource);"],
    ["with the @id in a comment", `// @id("a")\npermit(principal, action, resource);`],
    ["with an empty @id", permit("")],
    ["with an @id that no header could show", permit("a b")],
    ["without an effect", '@id("a") allow(principal, action, resource);'],
    ["without its semicolon", '@id("a") permit(principal, action, resource)'],
    ["of which the second has no @id", `${permit("a")}permit(principal, action, resource);`],
  ])("are refused %s", (_, text) => {
    expect(faultOf(policies({ "acme.cedar": text }))).toMatchObject({
      path: "policies.acme.cedar",
      got: expect.stringMatching(/^policy [12] of acme\.cedar, which has no usable @id/),
      fix: expect.stringContaining("@id"),
    });
  });

  test.each([
    ["are empty", " \n"],
    ["are larger than 64 KiB", `${permit("a")}// ${"x".repeat(65_536)}`],
    ["are no text", 7],
  ])("are refused when they %s", (_, text) => {
    const { path, allowed } = faultOf(policies({ "acme.cedar": text }));
    expect([path, allowed]).toEqual(["policies.acme.cedar", "the text of a Cedar file of at most 64 KiB"]);
  });

  test("have each id once, over all files", () => {
    expect(faultOf(policies({ "a.cedar": permit("x"), "b.cedar": permit("y") + permit("x") }))).toMatchObject(
      {
        path: "policies.b.cedar",
        got: 'policy 2 of b.cedar with @id("x"), which policy 1 of a.cedar has too',
      },
    );
  });

  test("fit into a ConfigMap together", () => {
    const comment = `// ${"x".repeat(65_000)}`;
    const files = Array.from({ length: 9 }, (_, index) => [`f${index}.cedar`, permit(`p${index}`) + comment]);
    expect(faultOf(policies(Object.fromEntries(files)))).toMatchObject({
      path: "policies",
      got: "572 KiB in all",
    });
  });

  test("hold no API key, which is not shown", () => {
    const text = `// sk-ant-api03-canary\n${permit("a")}`;
    const { faults, message } = errorOf(policies({ "acme.cedar": text }));
    expect(faults).toMatchObject([
      { path: "policies.acme.cedar", got: "a secret in plain text (not shown)" },
    ]);
    expect(message).not.toContain("canary");
  });
});

test("the example in the stack file of prod is one that both stack and runtime take", () => {
  const lines = readFileSync("Pulumi.prod.yaml", "utf8").split("\n");
  const commented = lines
    .flatMap((line) => /^ {2}# (claude-agents:\S+:| .*)$/.exec(line)?.[1] ?? [])
    .join("\n");
  const example = parse(commented);
  const files: Record<string, string> = example["claude-agents:policies"];
  const telemetry = example["claude-agents:telemetry"];
  expect(() =>
    read({ policies: files, telemetry, networkPolicy: { telemetryCidrs: ["10.0.0.0/8"] } }),
  ).not.toThrow();
  const mounted = Object.entries(files).map(([name, text]) => ({ name, text }));
  expect([...readPolicySet(mounted, true).forbids]).toEqual(["acme-support-uses-haiku-alone"]);
});

describe("the endpoint of traces", () => {
  const networkPolicy = { telemetryCidrs: ["10.1.0.0/16"] };

  test.each([
    "http://collector:4318",
    "http://otlp.example.com:4318",
    "http://u:p@c.monitoring.svc",
    "https://u:p@otlp.example",
    "https://otlp.example/?key=x",
    "grpc://c.monitoring.svc:4317",
    "collector.monitoring.svc:4318",
  ])("may not be %s", (otlpEndpoint) => {
    expect(faultOf({ telemetry: { otlpEndpoint }, networkPolicy })).toMatchObject({
      path: "telemetry.otlpEndpoint",
      allowed: expect.stringMatching(/^an https address, or within the cluster http:/),
    });
  });

  test("needs the address ranges of its host", () => {
    const telemetry = { otlpEndpoint: "http://collector.monitoring.svc:4318" };
    expect(faultOf({ telemetry })).toMatchObject({
      path: "networkPolicy.telemetryCidrs",
      got: "no ranges, although traces go to collector.monitoring.svc:4318",
    });
  });
});
