import { hostPlatform, type Platform } from "../toolchain/platform.ts";
import { type ContentBlob, descriptorOf, jsonBlob } from "./blob.ts";
import { buildLayer } from "./layer.ts";
import type { ImageRecipe } from "./recipe.ts";

export const MANIFEST_MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_MEDIA_TYPE = "application/vnd.oci.image.config.v1+json";

/** Fixed, as the moment of composing is no property of the content. */
const CREATED = "1970-01-01T00:00:00Z";

/** A manifest and all that it refers to. */
export interface OciImage {
  readonly manifest: ContentBlob;
  readonly config: ContentBlob;
  readonly layers: readonly ContentBlob[];
  readonly platform: OciPlatform;
}

export interface OciPlatform {
  readonly os: "linux";
  readonly architecture: Platform["arch"];
}

/** Packs the layers and describes them as the OCI image specification 1.1 demands. */
export async function buildImage(recipe: ImageRecipe, signal?: AbortSignal): Promise<OciImage> {
  const platform = imagePlatform();
  const layers: ContentBlob[] = [];
  for (const layer of recipe.layers) layers.push(await buildLayer(layer, signal));
  const config = jsonBlob(CONFIG_MEDIA_TYPE, imageConfig(recipe, platform, layers));
  const manifest = jsonBlob(MANIFEST_MEDIA_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_MEDIA_TYPE,
    config: descriptorOf(config),
    layers: layers.map(descriptorOf),
  });
  return { manifest, config, layers, platform };
}

/** @throws Error on a system whose programs no Linux container can run. */
function imagePlatform(): OciPlatform {
  const { os, arch } = hostPlatform();
  if (os === "linux") return { os, architecture: arch };
  throw new Error(
    `Images are composed from the programs of this machine, which is ${os}; allowed is linux. ` +
      "Use a Linux machine, or build agent-runtime/Dockerfile with a container engine.",
  );
}

function imageConfig(recipe: ImageRecipe, platform: OciPlatform, layers: readonly ContentBlob[]) {
  return {
    created: CREATED,
    ...platform,
    config: {
      User: recipe.user,
      Env: Object.entries(recipe.env ?? {}).map(([name, value]) => `${name}=${value}`),
      Entrypoint: recipe.entrypoint,
      Cmd: recipe.cmd,
      WorkingDir: recipe.workingDir,
      Labels: recipe.labels,
    },
    // Layers are not compressed: what they are called by and what they unpack to is the same.
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(() => ({ created: CREATED, created_by: "claude-agents" })),
  };
}
