/** 0 to 99, evenly, the same for all of a conversation (FNV-1a); without a conversation, of the request alone. */
export function diceOf(session: string | undefined, requestId: string): number {
  let hash = 0x811c9dc5;
  for (const character of session ?? requestId) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0) % 100;
}
