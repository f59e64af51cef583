/** What the drills share: one environment of real pods, brought up before the first and taken down after the last. */
export interface SharedEnvironment {
  readonly env: Readonly<Record<string, string>>;
  readonly gateway: { readonly url: string };
}

declare module "vitest" {
  export interface ProvidedContext {
    drills: SharedEnvironment;
  }
}
