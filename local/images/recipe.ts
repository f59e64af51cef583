/**
 * What goes into one layer, by absolute path in the image. Everything belongs to root and carries the time stamp 0; folders
 * on the way to a path are made with mode 0755.
 */
export interface LayerRecipe {
  /** Files of this machine to copy, links followed. Executable ones get mode 0755, others 0644. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files by their text, mode 0644. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Folders that may stand empty, mode 0755; `/tmp` has 1777. */
  readonly directories?: readonly string[];
}

/** All that decides the bytes of an image. */
export interface ImageRecipe {
  /** Last part of the repository, such as `agent-runtime`. */
  readonly name: string;
  /** From the lowest to the highest. What changes often belongs into a high and small one. */
  readonly layers: readonly LayerRecipe[];
  readonly entrypoint: readonly string[];
  /** Default: none. */
  readonly cmd?: readonly string[];
  /** Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /** A number, so that `runAsNonRoot` can be checked. Default: root. */
  readonly user?: string;
  /** Default: `/`. */
  readonly workingDir?: string;
  /** Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
}
