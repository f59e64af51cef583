import type { z } from "zod";
import type { PropertyMap } from "../protocol/property-value.ts";

/** A resource of this provider: all it has is a value that is drawn once and kept. */
export interface RandomResource {
  /** The inputs, with defaults; its messages are shown to the user. */
  readonly schema: z.ZodType<PropertyMap>;
  /** Draws the value. `inputs` has passed {@link schema}. */
  draw(inputs: PropertyMap): Drawn;
  /** Names of the outputs that are unknown until the value is drawn. */
  readonly drawnOutputs: readonly string[];
  /** Outputs that stay hidden. Default: none. */
  readonly secretOutputs?: readonly string[];
  /**
   * Takes over an existing value; `undefined` for text that is no such value.
   * Absent: this resource cannot be imported.
   */
  adopt?(importId: string): Adopted | undefined;
}

interface Drawn {
  readonly id: string;
  readonly outputs: PropertyMap;
}

interface Adopted extends Drawn {
  readonly inputs: PropertyMap;
}
