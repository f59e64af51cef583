import { beforeEach, describe, expect, test } from "vitest";
import { OperationJournal } from "../../../../agent-runtime/src/store/redis/operation-journal.ts";

describe("a journal of operations", () => {
  let journal: OperationJournal;
  const append = () => journal.append("settle", (number) => `payload ${number}`);
  const numbers = () => journal.after(0).map(({ number }) => number);

  beforeEach(() => {
    journal = new OperationJournal(3);
  });

  test("numbers operations from 1 and keeps them in order", () => {
    append();
    expect(append()).toEqual({ number: 2, script: "settle", payload: "payload 2" });
    expect(numbers()).toEqual([1, 2]);
    expect(journal.after(1).map(({ number }) => number)).toEqual([2]);
  });

  test("is settled once a master has done everything", () => {
    append();
    append();
    journal.answered(1);
    expect(journal.isSettled).toBe(false);
    journal.answered(2);
    expect(journal.isSettled).toBe(true);
  });

  test("an operation that was taken back leaves nothing to wait for", () => {
    append();
    journal.remove(1);
    expect([journal.isSettled, numbers()]).toEqual([true, []]);
  });

  test("keeps what is answered until it is confirmed", () => {
    append();
    append();
    journal.answered(2);
    expect([journal.hasUnconfirmed, numbers()]).toEqual([true, [1, 2]]);
    journal.confirmed(1);
    expect([journal.hasUnconfirmed, numbers(), journal.lastConfirmed]).toEqual([true, [2], 1]);
    journal.confirmed(2);
    expect([journal.hasUnconfirmed, numbers()]).toEqual([false, []]);
  });

  test("what nobody has answered needs no confirmation yet", () => {
    append();
    expect(journal.hasUnconfirmed).toBe(false);
  });

  test("gives up the oldest that are answered when there are too many", () => {
    for (let count = 0; count < 5; count += 1) append();
    journal.answered(1);
    journal.answered(2);
    expect([numbers(), journal.givenUp]).toEqual([[3, 4, 5], 2]);
  });

  test("never gives up what no server has taken", () => {
    for (let count = 0; count < 10; count += 1) append();
    journal.answered(0);
    expect([numbers().length, journal.givenUp]).toEqual([10, 0]);
  });
});
