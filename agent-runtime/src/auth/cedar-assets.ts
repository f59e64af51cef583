import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/**
 * What the policies need beside code. `bundle.ts` replaces this module by one that holds the files, under the same names.
 */

/** Cedar, compiled to WebAssembly; all variants of its package carry the same. */
export function readCedarWasm(): Uint8Array<ArrayBuffer> {
  const variant = createRequire(import.meta.url).resolve("@cedar-policy/cedar-wasm/nodejs");
  return readFileSync(variant.replace(/\.js$/, "_bg.wasm"));
}

/** The shipped policies. */
export function readDefaultPolicies(): string {
  return readFileSync(new URL("../../data/policies/default.cedar", import.meta.url), "utf8");
}
