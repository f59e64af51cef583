import path from "node:path";
import { styleText } from "node:util";
import { Argument, Command } from "commander";
import runtimePackage from "../agent-runtime/package.json" with { type: "json" };
import { runCommand } from "./cli/command.ts";
import { createProgress } from "./cli/progress.ts";
import { type PushedImage, pushRelease } from "./images/push.ts";
import { parsePushTarget } from "./images/push-target.ts";
import { composeRelease, RELEASE_FOLDER, type ReleaseImage } from "./images/release.ts";
import { defaultCacheDir } from "./toolchain/cache.ts";
import { resolveTool } from "./toolchain/resolve.ts";

interface ImageOptions {
  readonly plainHttp?: boolean;
}

const command = new Command("npm run image --")
  .description(
    "Composes the image of the agent runtime, with its bill of materials, into one OCI layout; no container engine is " +
      "needed. With push it is sent to a registry too.",
  )
  .addArgument(new Argument("[action]", "push, to send the image to a registry").choices(["push"]))
  .argument("[repository]", "where to push, such as registry.example.com/claude-agents/agent-runtime")
  .option("--plain-http", "push by HTTP, for a registry on this machine");

await runCommand<ImageOptions>(command, async ({ options, args, signal }) => {
  const [action, repository = ""] = args;
  const target = action === "push" ? parsePushTarget(repository, options.plainHttp ?? false) : undefined;
  const progress = createProgress(options);
  const release = await progress.step({
    title: "Compose the image",
    run: () => composeRelease(RELEASE_FOLDER, signal),
    describe: ({ bytes }) => formatMiB(bytes),
  });
  if (target === undefined) {
    console.log(options.json ? JSON.stringify(release, null, 2) : renderRelease(release));
    return;
  }
  const oras = await progress.step({
    title: "Obtain oras",
    run: (say) =>
      resolveTool("oras", {
        cacheDir: defaultCacheDir(),
        signal,
        onProgress: ({ message }) => say(message),
      }),
    describe: ({ version }) => version,
  });
  const pushed = await progress.step({
    title: `Push to ${repository}`,
    run: () =>
      pushRelease(release, target, {
        oras: oras.path,
        version: runtimePackage.version,
        signal,
      }),
  });
  console.log(
    options.json
      ? JSON.stringify({ ...release, pushed }, null, 2)
      : `${renderRelease(release)}\n${renderPushed(pushed)}`,
  );
});

function renderRelease(release: ReleaseImage): string {
  const { reference, archive, bytes, layers, sbom } = release;
  const show = (file: string) => path.relative(process.cwd(), file);
  return [
    "",
    styleText("bold", reference),
    `  Archive   ${show(archive)}, ${formatMiB(bytes)}`,
    ...layers.map(({ digest, size }, index) => `  Layer ${index + 1}   ${digest}, ${formatMiB(size)}`),
    `  SBOM      ${show(sbom.file)}, ${sbom.components} components`,
  ].join("\n");
}

function renderPushed({ reference, tag, sbom }: PushedImage): string {
  return [
    `  Tag       ${tag}`,
    `  SBOM at   ${sbom}`,
    "",
    styleText("bold", "Put this into the stack's configuration"),
    `  claude-agents:image: ${reference}`,
  ].join("\n");
}

function formatMiB(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
