import { describe, expect, test } from "vitest";
import { parseChecksum } from "../../../local/toolchain/checksum.ts";

const digest = "0123456789abcdef".repeat(4);
const other = "f".repeat(64);

describe("a digest alone", () => {
  const single = { algorithm: "sha256", format: "single" } as const;

  test.each([
    ["bare", digest],
    ["with a line end", `${digest}\n`],
    ["with a file name", `${digest}  gadget\n`],
    ["in capitals", digest.toUpperCase()],
  ])("is read %s", (_case, text) => {
    expect(parseChecksum(text, single, "gadget")).toBe(digest);
  });

  test.each([
    ["nothing", ""],
    ["a page", "<html>Not found</html>"],
    ["too short a digest", digest.slice(1)],
    ["a digest of another algorithm", digest + digest],
  ])("is not made of %s", (_case, text) => {
    expect(parseChecksum(text, single, "gadget")).toBeUndefined();
  });
});

describe("a list of digests", () => {
  const list = { algorithm: "sha256", format: "list" } as const;

  test.each([
    ["text", `${other}  gadget.exe\n${digest}  gadget\n`],
    ["binary", `${other} *gadget.exe\n${digest} *gadget\n`],
  ])("gives the one of the file in %s mode", (_mode, text) => {
    expect(parseChecksum(text, list, "gadget")).toBe(digest);
  });

  test("gives nothing for a file that it does not name", () => {
    expect(parseChecksum(`${digest}  gadget-arm64\n`, list, "gadget")).toBeUndefined();
  });
});

describe("a release of GitHub", () => {
  const release = { algorithm: "sha256", format: "github-release" } as const;

  test("gives the digest of the asset", () => {
    const assets = [
      { name: "gadget.exe", digest: `sha256:${other}` },
      { name: "gadget", digest: `sha256:${digest}` },
    ];
    expect(parseChecksum(JSON.stringify({ assets }), release, "gadget")).toBe(digest);
  });

  test.each([
    ["an asset without digest", JSON.stringify({ assets: [{ name: "gadget", digest: null }] })],
    [
      "a digest of another algorithm",
      JSON.stringify({ assets: [{ name: "gadget", digest: `sha512:${digest}` }] }),
    ],
    ["a refusal", JSON.stringify({ message: "API rate limit exceeded" })],
    ["no JSON", "<html>"],
  ])("gives nothing for %s", (_case, text) => {
    expect(parseChecksum(text, release, "gadget")).toBeUndefined();
  });
});
