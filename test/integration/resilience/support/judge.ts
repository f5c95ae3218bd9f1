import { expect } from 'vitest';
import { seenBy } from './seen.ts';
import type { TalkerReport } from './talker.ts';

/** No event was lost, repeated or reordered on the way to anybody, and nobody needed a second session. */
export function expectNothingLost(reports: readonly TalkerReport[]): void {
  for (const listener of reports) {
    expect(listener.faults, listener.name).toEqual([]);
    expect(listener.failures, listener.name).toEqual([]);
    expect(listener.sessions, listener.name).toBe(1);
    for (const speaker of reports) if (speaker !== listener) expectAllOf(speaker, listener);
  }
  expectOneOrder(reports);
}

/** Everybody sees the others as the server does; what the observer itself adds is left out. */
export function expectAgreement(
  reports: readonly TalkerReport[],
  { truth, observer }: { truth: Parameters<typeof seenBy>[0]; observer: string },
): void {
  for (const { id: own, name, seen } of reports) {
    const expected = seenBy(truth.filter(({ id }) => id !== own));
    expect(
      seen.filter(({ id }) => id !== observer),
      name,
    ).toEqual(expected);
  }
}

/** How much was said and heard, for people who read the output. */
export function summaryOf(reports: readonly TalkerReport[]) {
  const sum = (count: (report: TalkerReport) => number) => reports.reduce((total, report) => total + count(report), 0);
  const reconnections = sum((report) => report.reconnections);
  const text =
    `${reconnections} reconnections; ${sum(({ confirmed }) => confirmed.length)} messages confirmed, ` +
    `${sum(({ heard }) => heard.length)} heard`;
  return { reconnections, text };
}

/** Everything that was said has come once, and in the order in which it was said. */
function expectAllOf(speaker: TalkerReport, listener: TalkerReport): void {
  const numbers = listener.heard.filter(({ sender }) => sender === speaker.name).map(({ number }) => number);
  const label = `${speaker.name} as heard by ${listener.name}`;
  expect(numbers, label).toEqual(speaker.confirmed.toSorted((a, b) => a - b));
}

/** Of what neither of them said, any two have heard the same in the same order, also where the sender knows nothing. */
function expectOneOrder(reports: readonly TalkerReport[]): void {
  const [first, ...rest] = reports;
  if (!first) return;
  for (const other of rest) {
    const strangers = ({ heard }: TalkerReport) =>
      heard
        .filter(({ sender }) => sender !== first.name && sender !== other.name)
        .map(({ sender, number }) => `${sender} ${number}`);
    expect(strangers(other), `${first.name} and ${other.name}`).toEqual(strangers(first));
  }
}
