import { mkdir, mkdtemp, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of configuration files, plain or mounted as the kubelet mounts a ConfigMap. */
export async function createConfigFolder(files: Record<string, string> = {}) {
  const path = await mkdtemp(join(tmpdir(), "config-"));
  const write = (name: string, text: string | Buffer) => writeFile(join(path, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  return {
    path,
    write,
    delete: (name: string) => rm(join(path, name)),
    remove: () => rm(path, { recursive: true }),
  };
}

/**
 * A mounted ConfigMap: its files are links into `..data`, itself a link to a folder of one version. An update writes a
 * folder beside it and renames a link over `..data`, so that all files change at once.
 */
export async function mountConfigMap(files: Record<string, string>) {
  const folder = await createConfigFolder();
  const at = (name: string) => join(folder.path, name);
  let version = 0;

  async function swapIn(next: Record<string, string>): Promise<void> {
    version += 1;
    const name = `..2026_11_25_${version}`;
    await mkdir(at(name));
    for (const [file, text] of Object.entries(next)) await writeFile(join(at(name), file), text);
    await symlink(name, at("..data_tmp"));
    const previous = await readlink(at("..data")).catch(() => undefined);
    await rename(at("..data_tmp"), at("..data"));
    if (previous !== undefined) await rm(at(previous), { recursive: true });
  }

  await swapIn(files);
  for (const file of Object.keys(files)) await symlink(join("..data", file), at(file));
  return { path: folder.path, update: swapIn, remove: folder.remove };
}
