import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import runtimePackage from "../../agent-runtime/package.json" with { type: "json" };
import type { SbomPart } from "./sbom.ts";

const ROOT = path.join(import.meta.dirname, "../..");

const listingSchema = z.object({
  components: z.array(
    z.object({
      "bom-ref": z.string(),
      name: z.string(),
      version: z.string(),
      purl: z.string(),
      licenses: z.array(z.unknown()).exactOptional(),
      hashes: z.array(z.unknown()).exactOptional(),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

/** What is read of npm's own bill of materials. */
export type NpmListing = z.infer<typeof listingSchema>;

/** What is read of a package's manifest. */
export type PackageManifest = Pick<typeof runtimePackage, "name" | "version"> & {
  readonly dependencies: Readonly<Record<string, string>>;
};

/**
 * Packages that `package-lock.json` gives the runtime in production. The bundle leaves out what is never called: it holds
 * no more than these.
 *
 * @throws Error when npm cannot list them.
 */
export async function npmPackages(signal: AbortSignal): Promise<SbomPart> {
  // Not with `--omit=dev`: npm 11 then leaves out what the root of the repository needs too, such as fastify and zod.
  const args = ["sbom", "--sbom-format=cyclonedx", "--workspace=agent-runtime", "--package-lock-only"];
  const listing = await execa("npm", args, {
    cwd: ROOT,
    cancelSignal: signal,
    reject: false,
    stdin: "ignore",
  });
  signal.throwIfAborted();
  if (listing.failed) {
    const said = listing.stderr?.trim() || listing.shortMessage;
    throw new Error(`npm cannot list the packages of agent-runtime: ${said}. npm 10.2 or newer is needed.`);
  }
  return productionPart(listingSchema.parse(JSON.parse(listing.stdout)), runtimePackage);
}

/** What the manifest's production dependencies need, and nothing else. */
export function productionPart(listing: NpmListing, manifest: PackageManifest): SbomPart {
  const dependsOn = new Map(listing.dependencies.map((entry) => [entry.ref, entry.dependsOn]));
  const names = new Map(listing.components.map((component) => [component["bom-ref"], component.name]));
  const roots = (dependsOn.get(`${manifest.name}@${manifest.version}`) ?? []).filter((ref) =>
    Object.hasOwn(manifest.dependencies, names.get(ref) ?? ""),
  );
  const reached = new Set<string>();
  const visit = (ref: string): void => {
    if (reached.has(ref)) return;
    reached.add(ref);
    for (const next of dependsOn.get(ref) ?? []) visit(next);
  };
  for (const root of roots) visit(root);
  return {
    components: listing.components
      .filter((component) => reached.has(component["bom-ref"]))
      .map((component) => ({ ...component, type: "library" })),
    dependencies: listing.dependencies.filter((entry) => reached.has(entry.ref)),
  };
}
