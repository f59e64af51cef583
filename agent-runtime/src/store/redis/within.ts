import { StoreUnavailableError } from "../contract.ts";

/** @throws {StoreUnavailableError} when the answer takes longer than `limitMs`; it may still come, unheard. */
export function within<T>(
  answer: Promise<T>,
  limitMs: number,
  message = `The store did not answer within ${limitMs} ms.`,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onTimeout = () => reject(new StoreUnavailableError(message));
    const timer = setTimeout(onTimeout, limitMs);
    answer.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (fault) => {
        clearTimeout(timer);
        reject(fault);
      },
    );
  });
}
