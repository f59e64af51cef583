import { expect, test } from "vitest";
import { hostPlatform } from "../../../local/toolchain/platform.ts";

test.each([
  ["linux", "x64", { os: "linux", arch: "amd64", nodeArch: "x64" }],
  ["darwin", "arm64", { os: "darwin", arch: "arm64", nodeArch: "arm64" }],
])("%s on %s is supported", (os, arch, platform) => {
  expect(hostPlatform(os, arch)).toEqual(platform);
});

test.each([
  ["win32", "x64"],
  ["linux", "riscv64"],
])("%s on %s is refused with what to use", (os, arch) => {
  expect(() => hostPlatform(os, arch)).toThrow(
    `This machine is ${os}/${arch}; the local environment runs on`,
  );
});
