import { changedMembers } from "../../../../local/plugins/protocol/property-change.ts";
import { InitializationError } from "../../../../local/plugins/protocol/provider-plugin.ts";
import { serveProvider } from "../../../../local/plugins/protocol/provider-server.ts";

/** A provider whose resources are their inputs; inputs with `fail` make Create leave a half-made resource. */
await serveProvider(
  {
    configure: () => undefined,
    check: ({ inputs }) => ({
      inputs,
      failures: "bad" in inputs ? [{ property: "bad", reason: "bad is not allowed" }] : [],
    }),
    diff: ({ oldInputs, inputs }) => ({ changes: changedMembers(oldInputs, inputs) }),
    create({ inputs, preview }) {
      if ("fail" in inputs)
        throw new InitializationError("half made", { id: "half", inputs, outputs: inputs });
      if ("refuse" in inputs) throw new Error("refused");
      return { id: preview ? "" : "made", outputs: inputs };
    },
    update: ({ inputs }) => ({ outputs: inputs }),
    read: ({ id, oldInputs, oldOutputs }) =>
      id === "gone" ? undefined : { inputs: oldInputs, outputs: oldOutputs },
    delete: () => undefined,
    cancel: () => undefined,
  },
  { name: "echo", version: "1.2.3" },
);
