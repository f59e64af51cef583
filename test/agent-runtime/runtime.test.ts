import { afterEach, expect, it, vi } from "vitest";
import { EmbeddedLedger } from "../../agent-runtime/src/store/embedded/embedded-ledger.ts";
import { startGateway } from "./running-gateway.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("a gateway forgets what it counted alone while the store was away, until it is closed", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const sweep = vi.spyOn(EmbeddedLedger.prototype, "sweep");
  const gateway = await startGateway("http://127.0.0.1:9");
  const ledgersSwept = () => new Set(sweep.mock.contexts).size;
  vi.advanceTimersByTime(600_000);
  // The store's own, and the one for when it is away.
  expect(ledgersSwept()).toBe(2);
  await gateway.close();
  sweep.mockClear();
  vi.advanceTimersByTime(600_000);
  expect(ledgersSwept()).toBe(0);
});
