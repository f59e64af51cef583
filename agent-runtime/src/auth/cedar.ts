import * as engine from "@cedar-policy/cedar-wasm/web";
import { readCedarWasm } from "./cedar-assets.ts";

let isCompiled = false;

/** Cedar's functions. The first call compiles its 4 MB of WebAssembly, which takes some 20 ms. */
export function cedar(): Omit<typeof engine, "default" | "initSync"> {
  if (!isCompiled) engine.initSync({ module: readCedarWasm() });
  isCompiled = true;
  return engine;
}
