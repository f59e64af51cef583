import { InvalidArgumentError } from "commander";

/** Reads a number of an option. @returns a parser for commander. */
export function numberBetween(min: number, max: number, unit = "") {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Allowed are numbers from ${min} to ${max}${unit}.`);
  };
}

/** The same for numbers without a fraction. */
export function wholeBetween(min: number, max: number, unit = "") {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Allowed are whole numbers from ${min} to ${max}${unit}.`);
  };
}

/** Collects an option that may be given several times, or with commas. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",").map((each) => each.trim())].filter((each) => each !== "");
}
