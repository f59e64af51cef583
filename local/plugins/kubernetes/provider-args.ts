import { z } from "zod";
import type { PropertyMap } from "../protocol/property-value.ts";

/** Booleans of the provider resource arrive as JSON text. */
const flag = z
  .union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")])
  .default(false);
const text = z.string().optional();
/**
 * Accepted, without effect here: they tune the official provider's client, its Helm support or its warnings.
 */
const withoutEffect = z.unknown().optional();

const providerArgs = z.strictObject({
  kubeconfig: text,
  context: text,
  cluster: text,
  clusterIdentifier: text,
  namespace: text,
  deleteUnreachable: flag,
  enableConfigMapMutable: flag,
  enableSecretMutable: flag,
  upsertExistingObjects: flag,
  enableServerSideApply: flag.default(true).refine((on) => on, {
    error: "false is not supported: the embedded provider knows server-side apply only; leave it out",
  }),
  alwaysRender: flag.refine((on) => !on, {
    error: "is not supported by the embedded provider; leave it out",
  }),
  renderYamlToDirectory: text.refine((folder) => folder === undefined, {
    error: "is not supported by the embedded provider; leave it out",
  }),
  skipUpdateUnreachable: flag.refine((on) => !on, {
    error:
      "is not supported by the embedded provider; leave it out, or set deleteUnreachable to forget a lost cluster",
  }),
  enablePatchForce: withoutEffect,
  helmReleaseSettings: withoutEffect,
  kubeClientSettings: withoutEffect,
  suppressDeprecationWarnings: withoutEffect,
  suppressHelmHookWarnings: withoutEffect,
  version: withoutEffect,
  pluginDownloadURL: withoutEffect,
});

export type ProviderArgs = z.infer<typeof providerArgs>;

/**
 * The provider resource's arguments. Throws one error that names every argument the embedded provider cannot
 * honour.
 */
export function parseProviderArgs(args: PropertyMap): ProviderArgs {
  const given = Object.fromEntries(
    Object.entries(args).filter(([, value]) => value !== null && value !== ""),
  );
  const result = providerArgs.safeParse(given);
  if (result.success) return result.data;
  throw new Error(`kubernetes provider arguments:\n${z.prettifyError(result.error)}`);
}
