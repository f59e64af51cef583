import { expect, test } from "vitest";
import { parsePushTarget } from "../../../local/images/push-target.ts";

test.each([
  "registry.example.com/claude-agents/agent-runtime",
  "registry.example.com:5000/agent-runtime",
  "123456789012.dkr.ecr.eu-central-1.amazonaws.com/agents/agent_runtime",
  "localhost/agent-runtime",
  "localhost:5000/agent-runtime",
  "127.0.0.1:5000/a/b/c",
  "[::1]:5000/agent-runtime",
  "registry:5000/agent-runtime",
])("%s can be pushed to", (text) => {
  expect(parsePushTarget(text, false)).toEqual({ repository: text, plainHttp: false });
});

test.each([
  "",
  "agent-runtime",
  "claude-agents/agent-runtime",
  "https://registry.example.com/agent-runtime",
  "registry.example.com",
  "registry.example.com/",
  "registry.example.com/Agent",
  "registry.example.com//agent",
  "registry.example.com/agent:1.0",
  `registry.example.com/agent@sha256:${"0".repeat(64)}`,
  "registry.example.com/agent runtime",
  "--recursive",
])("%j is refused with what is allowed", (text) => {
  expect(() => parsePushTarget(text, false)).toThrow(
    `The repository to push to is ${JSON.stringify(text)}; allowed is host[:port]/path in lower case`,
  );
});

test.each(["localhost:5000/a", "127.0.0.1:5000/a", "127.77.0.1:5000/a", "[::1]:5000/a"])(
  "plain HTTP may be spoken with this machine: %s",
  (text) => {
    expect(parsePushTarget(text, true)).toEqual({ repository: text, plainHttp: true });
  },
);

test.each([
  "registry.example.com/a",
  "10.0.0.1:5000/a",
  "127.0.0.1.example.com/a",
  "localhost.example.com/a",
])("plain HTTP to another machine is refused: %s", (text) => {
  expect(() => parsePushTarget(text, true)).toThrow(
    "--plain-http would send credentials and image unprotected",
  );
});
