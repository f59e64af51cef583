/** What is wrong with a property, in the form that all refusals here have. */
export function refusal(name: string, value: unknown, allowed: string): string {
  return `${name} is ${value === undefined ? "missing" : JSON.stringify(value)}; ${allowed}.`;
}
