import { type Arrival, type Known, recognize, type Verdict } from '../../../client/recognize';

const arrival = (fields: Partial<Arrival> = {}): Arrival => ({
  attempt: 1,
  fresh: false,
  cameHere: false,
  final: false,
  ...fields,
});

type Case = [what: string, known: Known, arrival: Partial<Arrival>, verdict: Verdict];

const cases: Case[] = [
  ['has what waits here already', { stage: 'held', attempt: 1 }, { attempt: 2 }, 'known'],
  ['has what is being handled already', { stage: 'running', attempt: 1 }, { attempt: 2, cameHere: true }, 'known'],
  ['acks again what comes again though it was acked', { stage: 'acked', attempt: 1 }, { attempt: 2 }, 'again'],
  ['acks again what a joining connection is shown', { stage: 'acked', attempt: 1 }, {}, 'again'],
  [
    'acks again what the server forgot in a crash, and delivers as if for the first time',
    { stage: 'acked', attempt: 1 },
    { fresh: true },
    'again',
  ],
  [
    'handles what was acked when the cursor was moved back',
    { stage: 'acked', attempt: 1 },
    { fresh: true, cameHere: true },
    'new',
  ],
  [
    'handles what was acked long before the connection was lost when it is delivered for the first time',
    { stage: 'acked', attempt: 1 },
    { fresh: true, final: true },
    'new',
  ],
  ['handles a nacked message at its next attempt', { stage: 'nacked', attempt: 1 }, { attempt: 2 }, 'new'],
  ['has nacked what another connection delivers as well', { stage: 'nacked', attempt: 1 }, {}, 'known'],
  ['handles what died of a nack and is redriven', { stage: 'nacked', attempt: 5 }, { cameHere: true }, 'new'],
  ['handles what died of a nack long ago and is redriven', { stage: 'nacked', attempt: 5 }, { final: true }, 'new'],
  ['rejects again what comes again', { stage: 'rejected', attempt: 1 }, { attempt: 2, cameHere: true }, 'again'],
  ['has rejected what another connection delivers as well', { stage: 'rejected', attempt: 1 }, {}, 'known'],
  ['handles what was rejected and is redriven', { stage: 'rejected', attempt: 2 }, { cameHere: true }, 'new'],
  [
    'handles what another connection rejected and is redriven',
    { stage: 'elsewhere', attempt: 1 },
    { cameHere: true },
    'new',
  ],
];

it.each(cases)('%s', (_what, known, fields, verdict) => {
  expect(recognize(known, arrival(fields))).toBe(verdict);
});
