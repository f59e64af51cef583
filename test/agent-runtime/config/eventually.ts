import { vi } from "vitest";

/** Waits until the check passes: a change of a file takes a moment to be noticed, on a busy machine a long one. */
export const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });
