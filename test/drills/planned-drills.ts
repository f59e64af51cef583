/** A drill as its file announces it. */
export interface PlannedDrill {
  readonly number: number;
  /** Name of the file. */
  readonly file: string;
  /** What the file is called, in words; the title of a drill that has not run. */
  readonly topic: string;
}

const FILE_NAME = /^(?<number>\d{2})-(?<slug>.+)\.drill\.ts$/;

/** The drills among the files of a folder, in the order of their numbers. */
export function findDrills(fileNames: readonly string[]): PlannedDrill[] {
  return fileNames
    .flatMap((file) => {
      const { number, slug } = FILE_NAME.exec(file)?.groups ?? {};
      if (number === undefined || slug === undefined) return [];
      const words = slug.replaceAll("-", " ");
      return [{ number: Number(number), file, topic: words.charAt(0).toUpperCase() + words.slice(1) }];
    })
    .sort((one, other) => one.number - other.number);
}

/**
 * The drills that `--only` names, as `1,3`.
 *
 * @throws Error that names what is no drill's number, and the numbers that there are
 */
export function selectDrills(drills: readonly PlannedDrill[], only: string): PlannedDrill[] {
  const wanted = only.split(",").map((text) => text.trim());
  const numbers = drills.map(({ number }) => String(number));
  const unknown = wanted.filter((text) => !numbers.includes(text));
  if (unknown.length > 0) {
    throw new Error(`--only got ${JSON.stringify(unknown.join(","))}; the drills are ${numbers.join(", ")}`);
  }
  return drills.filter(({ number }) => wanted.includes(String(number)));
}
