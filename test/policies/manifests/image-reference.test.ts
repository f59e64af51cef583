import { describe, expect, it } from "vitest";
import { parseImageReference } from "../../../policies/manifests/image-reference.ts";

const SHA256 = `sha256:${"0123456789abcdef".repeat(4)}`;
const SHA512 = `sha512:${"0123456789abcdef".repeat(8)}`;

describe("an image reference (fault 26)", () => {
  it.each([
    ["agent", "agent", undefined],
    ["agent:1.0", "agent", "1.0"],
    ["team/agent:1.0", "team/agent", "1.0"],
    ["registry.example.com:5000/agent", "registry.example.com:5000/agent", undefined],
    ["registry.example.com:5000/team/agent:1.0", "registry.example.com:5000/team/agent", "1.0"],
    ["a:1", "a", "1"],
    ["h/a:1", "h/a", "1"],
    ["h/:1", "h/", "1"],
    ["agent:", "agent", ""],
    ["registry.example.com:/agent", "registry.example.com:/agent", undefined],
  ])("%s is not pinned", (reference, repository, tag) => {
    expect(parseImageReference(reference)).toEqual({ type: "unpinned", repository, tag });
  });

  it.each([
    [`agent@${SHA256}`, "agent", SHA256],
    [`agent@${SHA512}`, "agent", SHA512],
    [`agent:1.0@${SHA256}`, "agent", SHA256],
    [`localhost:5000/agent:1.0@${SHA256}`, "localhost:5000/agent", SHA256],
  ])("%s is pinned", (reference, repository, digest) => {
    expect(parseImageReference(reference)).toEqual({ type: "pinned", repository, digest });
  });

  it.each([
    ["", "it is empty or holds white space"],
    [`@${SHA256}`, "it is empty or holds white space"],
    ["a gent", "it is empty or holds white space"],
    [" agent", "it is empty or holds white space"],
    [`agent@${SHA256}\n`, "it is empty or holds white space"],
    [":1.0", "it names no repository"],
    [`:1.0@${SHA256}`, "it names no repository"],
    [`agent@${SHA256}@${SHA256}`, "it holds more than one @"],
    ["agent@", 'its digest "" is not of the form'],
    ["agent@sha1:0123", 'its digest "sha1:0123" is not of the form'],
    [`agent@${SHA256}:x`, "is not of the form"],
    ["agent@sha256", "its sha256 digest has 0 characters in place of 64"],
    [`agent@${SHA256}0`, "its sha256 digest has 65 characters in place of 64"],
    [`agent@${SHA256.slice(0, -1)}`, "its sha256 digest has 63 characters in place of 64"],
    [`agent@sha512:${"a".repeat(64)}`, "its sha512 digest has 64 characters in place of 128"],
    [`agent@${SHA256.slice(0, -1)}g`, "holds other characters than 0-9 and a-f"],
    [`agent@sha256:g${"0".repeat(63)}`, "holds other characters than 0-9 and a-f"],
    [`agent@sha256:${"A".repeat(64)}`, "holds other characters than 0-9 and a-f"],
  ])("%j is malformed", (reference, problem) => {
    expect(parseImageReference(reference)).toEqual({
      type: "malformed",
      problem: expect.stringContaining(problem),
    });
  });
});
