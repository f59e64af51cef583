import fs from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { writeWhole } from "../process/write-whole.ts";

/** Stack settings by key; keys without a namespace belong to the project. */
export type ConfigOverrides = Readonly<Record<string, unknown>>;

export interface ProjectOptions {
  /** The clone, whose `Pulumi.yaml` and `Pulumi.<stack>.yaml` are only read. */
  readonly cloneDir: string;
  /** The folder to write to. */
  readonly projectDir: string;
  readonly stack: string;
  readonly overrides: ConfigOverrides;
}

const projectSchema = z.looseObject({ name: z.string(), main: z.string().default(".") });
const stackSchema = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
  encryptionsalt: z.string().optional(),
});
type StackSettings = z.infer<typeof stackSchema>;

/**
 * Writes a project that runs the clone's program but keeps its settings, with the overrides and the salt of encryption, in
 * a folder of its own. `main` is absolute, so that the program's working folder stays the clone.
 *
 * @returns the project's name
 * @throws Error when the clone has no such project or stack, or when the stack holds values encrypted for another backend.
 */
export async function writeProject(options: ProjectOptions): Promise<string> {
  const { cloneDir, projectDir, stack } = options;
  const project = projectSchema.parse(await readYaml(path.join(cloneDir, "Pulumi.yaml")));
  const settings = await readStackSettings(path.join(cloneDir, `Pulumi.${stack}.yaml`));
  refuseEncrypted(settings, stack);
  const target = path.join(projectDir, `Pulumi.${stack}.yaml`);
  const salt = await existingSalt(target);

  await fs.mkdir(projectDir, { recursive: true });
  await writeYaml(path.join(projectDir, "Pulumi.yaml"), {
    ...project,
    main: path.resolve(cloneDir, project.main),
  });
  await writeYaml(target, {
    ...(salt === undefined ? {} : { encryptionsalt: salt }),
    config: merge(settings.config ?? {}, withNamespace(options.overrides, project.name)),
  });
  return project.name;
}

async function readStackSettings(file: string): Promise<StackSettings> {
  try {
    return stackSchema.parse(await readYaml(file));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(
      `There is no stack of this name: ${file} does not exist. Add the file or name another stack.`,
    );
  }
}

/** A new salt would make the secrets in the existing state unreadable. */
async function existingSalt(file: string): Promise<string | undefined> {
  try {
    return stackSchema.parse(await readYaml(file)).encryptionsalt;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function refuseEncrypted({ config }: StackSettings, stack: string): void {
  const encrypted = Object.entries(config ?? {}).find(([, value]) => isEncrypted(value));
  if (encrypted === undefined) return;
  throw new Error(
    `Pulumi.${stack}.yaml holds an encrypted value (${encrypted[0]}), which only the backend that encrypted it can read. ` +
      "Put a reference to a secret store there instead, or use your own backend.",
  );
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

function withNamespace(overrides: ConfigOverrides, project: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(overrides).map(([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value]),
  );
}

/** An override of a mapping changes the keys that it has and leaves the others; anything else it replaces. */
function merge(config: Record<string, unknown>, overrides: Record<string, unknown>): Record<string, unknown> {
  const merged = Object.entries(overrides).map(([key, value]) => {
    const before = config[key];
    return [key, isMapping(value) && isMapping(before) ? { ...before, ...value } : value];
  });
  return { ...config, ...Object.fromEntries(merged) };
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function readYaml(file: string): Promise<unknown> {
  return parse(await fs.readFile(file, "utf8")) ?? {};
}

/** Whole or not at all: with the salt in a part of it the secrets of the stack would be lost. */
async function writeYaml(file: string, content: unknown): Promise<void> {
  await writeWhole(file, stringify(content));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
