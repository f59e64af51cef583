import { describe, expect, it } from "vitest";
import { isSecured, weakModeOf } from "../../../policies/data/postgres-settings.ts";

describe("settings of PostgreSQL", () => {
  it.each(["on", "ON", "true", "yes", "1"])("ssl = %s switches TLS on", (ssl) => {
    expect(isSecured(ssl)).toBe(true);
  });

  it.each(["off", "none", "button", "once", "11"])("ssl = %s does not switch TLS on", (ssl) => {
    expect(isSecured(ssl)).toBe(false);
  });

  it("an indented comment states nothing", () => {
    expect(weakModeOf("  # sslmode=disable")).toBeUndefined();
  });

  it("a # in the middle of a line begins no comment", () => {
    expect(weakModeOf("host=a#b sslmode=disable")).toBe("sslmode=disable");
    expect(weakModeOf("a#b sslmode=disable")).toBe("sslmode=disable");
  });
});
