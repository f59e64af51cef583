/** A mutant that no test can or needs to tell from the code, and why. */
export interface AcceptedMutant {
  /** Below `policies/`. */
  readonly file: string;
  readonly original: string;
  readonly replacement: string;
  readonly reason: string;
}

/** A survivor that is not in this list fails `npm run test:mutation`; so does an entry that survives no more. */
export const ACCEPTED: readonly AcceptedMutant[] = [];
