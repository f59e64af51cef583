import { type buildConnector, errors } from "undici";

/**
 * Opens connections as `connect` does, and gives up after exactly the time given: undici's own limit counts in steps of
 * half a second, which would make 500 ms up to a whole one.
 */
export function connectWithin(
  timeoutMs: number,
  connect: buildConnector.connector,
): buildConnector.connector {
  return (options, callback) => {
    let isSettled = false;
    const settle: buildConnector.Callback = (...result) => {
      if (isSettled) return void result[1]?.destroy();
      isSettled = true;
      clearTimeout(timer);
      callback(...result);
    };
    const giveUp = () =>
      settle(new errors.ConnectTimeoutError(`no connection to ${options.host} within ${timeoutMs} ms`), null);
    // After a pause of the event loop the timer is due before a connection that was made in time has been seen.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    connect(options, settle);
  };
}
