/**
 * The time in milliseconds since 1970, as a clock that is never set: it starts at the machine's time and only runs
 * forwards. A wall clock set back by an hour would keep a region out of traffic for that hour.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}
