import sarifSchema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { z } from "zod";

/**
 * The schema of SARIF 2.1.0 as it was published, in a package of matchers for tests. A file below the repository's root is
 * a reference, which zod takes for a whole URL.
 */
export const officialSarif = z.fromJSONSchema(
  JSON.parse(
    JSON.stringify(sarifSchema, (key, value) =>
      key === "format" && value === "uri-reference" ? undefined : value,
    ),
  ),
);
