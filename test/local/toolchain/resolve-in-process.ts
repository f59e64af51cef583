import { resolveSpec } from "../../../local/toolchain/resolve.ts";
import { gadget, gadgetModule } from "./gadget.ts";

/**
 * Resolves the gadget in a process of its own; prints each step, then the source.
 *
 * Usage: node resolve-in-process.ts <module folder> <cache folder> <search path>
 */
const [moduleDir = "", cacheDir = "", searchPath = ""] = process.argv.slice(2);

const tool = await resolveSpec(
  { ...gadget, goModule: gadgetModule(moduleDir) },
  { cacheDir, searchPath, onProgress: ({ phase }) => console.log(phase) },
);
console.log(`source ${tool.source}`);
