import { describeFault, type Logger } from "../../log.ts";
import type { OperationSender } from "./operation-sender.ts";
import type { StoreLink } from "./store-link.ts";
import type { StoreSession } from "./store-session.ts";
import type { RedisTimings } from "./timings.ts";
import { within } from "./within.ts";

interface GroupCommitOptions {
  readonly link: StoreLink;
  readonly operations: OperationSender;
  readonly timings: RedisTimings;
  readonly log: Logger;
}

/**
 * Has a replica confirm the operations of this process, many at once and never on a request's way. Until then the journal
 * keeps them, so that a failover loses only what a process did that ends with it.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #reportedGivenUp = 0;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.now(), options.timings.commitMs).unref();
  }

  /** Confirms what there is. Never throws: what is not confirmed stays in the journal. */
  async now(): Promise<void> {
    this.#running ??= this.#commit().finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  /** A sign of life. @throws {StoreUnavailableError} */
  async beat(session: StoreSession): Promise<void> {
    const { operations, timings } = this.#options;
    const beat = session.confirming.send(session.run("beat", operations.process));
    await within(beat, timings.confirmMs + timings.commandMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #commit(): Promise<void> {
    const { link, operations, log } = this.#options;
    const { journal } = operations;
    const { session } = link;
    if (session === undefined || !journal.hasUnconfirmed) return;
    // Whoever has no replicas has nothing to wait for.
    if (!session.hasReplicas) return journal.confirmed(journal.lastAnswered);
    try {
      if (await this.#confirm(session)) return;
      this.#reportGivenUp();
      // A master that no replica answers may have been cut off and replaced.
      await link.checkMaster();
    } catch (fault) {
      log.debug({ fault: describeFault(fault) }, "operations were not confirmed by a replica");
    }
  }

  /** The server itself says up to where it has come: it may be another one than that of the operations. */
  async #confirm(session: StoreSession): Promise<boolean> {
    const { operations, timings } = this.#options;
    const { confirming } = session;
    const answers = Promise.all([
      confirming.send(session.run("beat", operations.process)),
      confirming.send(["WAIT", "1", String(timings.confirmMs)]),
    ]);
    const [applied, replicas] = await within(answers, timings.confirmMs + timings.commandMs);
    if (Number(replicas) < 1) return false;
    operations.journal.confirmed(Number(applied));
    return true;
  }

  #reportGivenUp(): void {
    const { givenUp } = this.#options.operations.journal;
    if (givenUp === this.#reportedGivenUp) return;
    this.#reportedGivenUp = givenUp;
    this.#options.log.error({ givenUp }, "no replica confirms; operations are no longer kept for a failover");
  }
}
