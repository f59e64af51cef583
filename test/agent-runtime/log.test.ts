import { describe, expect, it } from "vitest";
import { createLogger, describeFault } from "../../agent-runtime/src/log.ts";
import { REDACTED_FIELDS } from "../../agent-runtime/src/redaction.ts";
import { testEnv } from "./running-gateway.ts";

const CANARY = "canary-7c2e";
const SECRET = `sk-ant-api03-${CANARY}`;

function logger() {
  const lines: string[] = [];
  return { lines, log: createLogger(testEnv(), { write: (line) => void lines.push(line) }) };
}

/** How the same field may be spelled. */
const spellings = (name: string) => [
  name,
  name.toUpperCase(),
  name.split("").join("-"),
  name.split("").join("_"),
];

describe("fault 56: a secret or a prompt", () => {
  it.each(REDACTED_FIELDS)(
    "fault 56: given as %s is absent, wherever the field is and however it is spelled",
    (name) => {
      const { lines, log } = logger();
      for (const field of spellings(name)) {
        log.info({ [field]: CANARY }, "flat");
        log.info({ [field]: { deep: [CANARY] } }, "with structure");
        log.info({ req: { headers: { [field]: CANARY } } }, "nested");
        log.info({ items: [{ [field]: CANARY }] }, "in a list");
        log.child({ [field]: CANARY }).info("of a child");
        log
          .child({})
          .child({ request: { [field]: CANARY } })
          .info("of a grandchild");
        log.error({ err: Object.assign(new Error("x"), { [field]: CANARY }) }, "of an error");
      }
      expect(lines).toHaveLength(28);
      expect(lines.join("")).not.toContain(CANARY);
    },
  );

  it.each([
    "session",
    "model",
    "agentType",
    "errorType",
    "upstreamRequestId",
    "file",
    "cause",
    "detail",
    "anything",
  ])("fault 56: that has the form of a key is absent though the field %s is logged", (field) => {
    const { lines, log } = logger();
    log.info({ [field]: SECRET, kept: 1 }, "flat");
    log.info({ nested: { [field]: `Bearer ${CANARY}` }, kept: 1 }, "nested");
    log.info({ [field]: `redis://user:${CANARY}@host:6379`, kept: 1 }, "in a URL");
    log.child({ [field]: SECRET }).info({ kept: 1 }, `in the message: ${SECRET}`);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ kept: 1 });
    expect(lines.join("")).not.toContain(CANARY);
  });

  it("fault 56: that a parser quotes in its error is absent", () => {
    const { lines, log } = logger();
    const parse = () => JSON.parse(CANARY) as unknown;
    try {
      parse();
    } catch (fault) {
      log.error({ err: fault, fault: describeFault(fault) }, "broken");
      log.error({ err: new Error("outer", { cause: fault }), caught: fault }, "broken");
    }
    expect(lines).toHaveLength(2);
    expect(lines.join("")).not.toContain(CANARY);
  });

  it("fault 56: in bytes or far down is absent", () => {
    const { lines, log } = logger();
    log.info({ data: Buffer.from(CANARY) }, "bytes");
    log.info({ a: { b: { c: { d: { e: { f: { g: CANARY } } } } } } }, "deep");
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    log.info(circular, "circular");
    expect(lines.join("")).not.toContain(CANARY);
    expect(lines).toHaveLength(3);
  });
});

describe("an error in the log", () => {
  it("has its name, message, code, cause and where it happened", () => {
    const { lines, log } = logger();
    const cause = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    log.error({ err: new TypeError("it broke", { cause }) }, "failed");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      msg: "failed",
      err: {
        name: "TypeError",
        message: "it broke",
        stack: expect.stringMatching(/^\s+at .*log\.test\.ts/),
        cause: { name: "Error", message: "refused", code: "ECONNREFUSED" },
      },
    });
  });
});

describe("a field that is not on the list", () => {
  it("is logged as it is", () => {
    const { lines, log } = logger();
    const fields = {
      inputTokens: 3,
      keyId: "key_1",
      nested: { tenant: "acme", list: [1, null, "https://a:1/b"] },
    };
    log.info(fields, "request");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject(fields);
  });
});
