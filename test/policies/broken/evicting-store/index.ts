import { runProgram, twist } from "../twist.ts";

twist(
  "kubernetes:core/v1:ConfigMap",
  ({ data }) => {
    for (const [file, text] of Object.entries<string>(data)) {
      data[file] = text.replace("maxmemory-policy noeviction", "maxmemory-policy allkeys-lru");
    }
  },
  "valkey",
);

export const { regions } = await runProgram();
