/** A deliberate bug: one place in one file, changed. */
export interface Mutant {
  /** What is wrong with it, in a sentence. */
  readonly bug: string;
  readonly file: string;
  /** Occurs once in the file. */
  readonly search: string;
  readonly replacement: string;
}

/** Bugs that a queue like this may have, or had. Each has to be found. */
export const MUTANTS: readonly Mutant[] = [
  {
    bug: 'A subscription is stored over whatever is there, without compare-and-set.',
    file: 'adapters/dynamodb/subscriptionItem.ts',
    search: "const SAME = '#version = :version AND #createdAt = :createdAt';",
    replacement: "const SAME = '#version <> :version OR #createdAt <> :createdAt OR #version = :version';",
  },
  {
    bug: 'A save that another was quicker than is taken for done.',
    file: 'adapters/dynamodb/subscriptions.ts',
    search: 'if (saved.done || !saved.retried) return saved.done;',
    replacement: 'if (saved.done || !saved.retried) return true;',
  },
  {
    bug: 'What is decided is pushed before it is stored.',
    file: 'broker/usecases/deliver.ts',
    search: '    if (!(await ports.subscriptions.save(saved, now))) {',
    replacement:
      '    await push(ports, current, saved, step, round);\n    if (!(await ports.subscriptions.save(saved, now))) {',
  },
  {
    bug: 'The cursor passes a hole, as if it had expired.',
    file: 'broker/decide/advance.ts',
    search: 'if (entry.previousUntil <= now) {',
    replacement: 'if (entry.previousUntil - entry.expiresAt + entry.publishedAt <= now) {',
  },
  {
    bug: 'A number is given up before its publisher cannot write any more.',
    file: 'broker/decide/advance.ts',
    search: '(before === undefined || fillsAll ? PUBLISHER_LIFETIME_MS : UNFILLED_MS)',
    replacement: '(fillsAll ? 0 : 1)',
  },
  {
    bug: 'A hole before one that was filled is taken for expired.',
    file: 'broker/decide/advance.ts',
    search: 'tombstones(first, entry, until > now && fillsAll ? until : EXPIRED)',
    replacement: 'tombstones(first, entry, EXPIRED)',
  },
  {
    bug: 'What stands before a hole is looked for at one number only, which may be a hole itself.',
    file: 'broker/usecases/holes.ts',
    search: 'let from = Math.max(1, next - PAGE);',
    replacement: 'let from = Math.max(1, next - 1);',
  },
  {
    bug: 'What was read of a log is remembered although a number is missing in it.',
    file: 'adapters/dynamodb/recentLog.ts',
    search: 'return end < 0 ? entries : entries.slice(0, end);',
    replacement: 'return end < 0 ? entries.slice(0, end) : entries;',
  },
  {
    bug: 'What was read of a log passes for read as far as it was asked for, and not as far as it came.',
    file: 'broker/usecases/stretches.ts',
    search: 'stretch.through = more ? (entries.at(-1)?.seq ?? 0) + 1 : Infinity;',
    replacement: 'stretch.through = Infinity;',
  },
  {
    bug: 'No timer is armed before what counts on it is stored.',
    file: 'broker/usecases/round.ts',
    search: 'if (at >= this.armedFor) return;',
    replacement: 'if (at >= now || at >= this.armedFor) return;',
  },
  {
    bug: 'The timer is armed for the last deadline in place of the earliest.',
    file: 'broker/model/census.ts',
    search: 'if (flight.dueAt < dueWithDead) dueWithDead = flight.dueAt;',
    replacement: 'if (dueWithDead === Infinity || flight.dueAt > dueWithDead) dueWithDead = flight.dueAt;',
  },
  {
    bug: 'A nack arms no timer.',
    file: 'broker/usecases/settle.ts',
    search: "if (after === before || (action === 'ack' && censusOf(after.inFlight).acked === 0)) return undefined;",
    replacement: "if (after === before || action !== 'extend') return undefined;",
  },
  {
    bug: 'A timer that has gone off is still taken for pending.',
    file: 'adapters/sqs/timers.ts',
    search: '    await this.record.clear(shard, firesAt);\n',
    replacement: '',
  },
  {
    bug: 'A timer is recorded as pending before it is sent.',
    file: 'adapters/sqs/timers.ts',
    search:
      "    await this.wakeUps.send({ kind: 'timer', shard, firesAt }, seconds * SECOND);\n    if (seconds === 0) return;\n    await this.record.record(shard, firesAt);",
    replacement:
      "    await this.record.record(shard, firesAt);\n    await this.wakeUps.send({ kind: 'timer', shard, firesAt }, seconds * SECOND);",
  },
  {
    bug: 'A delivery that was refused counts as an attempt.',
    file: 'broker/decide/giveBack.ts',
    search: 'attempt: flight.attempt - 1, dueAt: now',
    replacement: 'attempt: flight.attempt, dueAt: now',
  },
  {
    bug: 'What nobody took is not given back: the cursor stays behind it.',
    file: 'broker/usecases/release.ts',
    search: 'const left = refused ? giveBack(kept, refused, at) : kept;',
    replacement: 'const left = refused && at < 0 ? giveBack(kept, refused, at) : kept;',
  },
  {
    bug: 'A push that API Gateway throttled counts as an attempt.',
    file: 'broker/usecases/release.ts',
    search: 'throttled.length > 0 ? uncount(left, throttled) : left',
    replacement: 'throttled.length < 0 ? uncount(left, throttled) : left',
  },
  {
    bug: 'The cursor goes back although something of it was settled.',
    file: 'broker/decide/giveBack.ts',
    search: 'return refused.seqs.every((seq) => seq < back.next || first.has(seq));',
    replacement: 'return refused.seqs.length >= 0 || first.size > 0;',
  },
  {
    bug: 'The cursor goes back although something of it was delivered again since.',
    file: 'broker/decide/giveBack.ts',
    search: 'const first = new Set(inFlight.filter(isFirst)',
    replacement: 'const first = new Set(inFlight.filter((flight) => !flight.dead)',
  },
  {
    bug: 'An ack settles all that is in flight, whatever it names.',
    file: 'broker/decide/settle.ts',
    search: 'const next = isOwed && isNamed(flight) ? become(flight) : flight;',
    replacement: 'const next = isOwed ? become(flight) : flight;',
  },
  {
    bug: 'An ack of one message settles all before it.',
    file: 'broker/usecases/settle.ts',
    search: 'request.upTo === undefined ? { seqs: request.seqs ?? [] } : { upTo: request.upTo },',
    replacement: '{ upTo: request.upTo ?? Math.max(...(request.seqs ?? [0])) },',
  },
  {
    bug: 'A wake-up that failed is not tried again.',
    file: 'adapters/lambda/deliverHandler.ts',
    search: 'if (!(await triedApart(ports, retriesOf, one))) failed.push(...one.ids);',
    replacement: 'await triedApart(ports, retriesOf, one);',
  },
  {
    bug: 'A subscriber of a shard that could not be served is not tried again.',
    file: 'broker/usecases/eachApart.ts',
    search: '        failures.push({ one, error });',
    replacement: "        ports.reporter.warn('not served', { error });",
  },
  {
    bug: 'Subscriptions and logs are read with eventual consistency.',
    file: 'adapters/dynamodb/database.ts',
    search: 'new QueryCommand({ ConsistentRead: true, ...input })',
    replacement: 'new QueryCommand({ ...input, ConsistentRead: false })',
  },
  {
    bug: 'Who is connected is read with eventual consistency.',
    file: 'adapters/dynamodb/subscriptions.ts',
    search: '      IndexName: CONNECTED_INDEX.name,\n',
    replacement: '      IndexName: CONNECTED_INDEX.name,\n      ConsistentRead: false,\n',
  },
  {
    bug: 'Single items are read with eventual consistency.',
    file: 'adapters/dynamodb/database.ts',
    search: 'Key: key, ConsistentRead: true',
    replacement: 'Key: key, ConsistentRead: false',
  },
  {
    bug: 'A message is put over what stands at its number.',
    file: 'adapters/dynamodb/messageItem.ts',
    search: "    ConditionExpression: 'attribute_not_exists(#seq)',",
    replacement: "    ConditionExpression: 'attribute_not_exists(#seq) OR attribute_exists(#seq)',",
  },
  {
    bug: 'A chosen id is not claimed, so that repeating a publish stores it twice.',
    file: 'adapters/dynamodb/append.ts',
    search: 'return !one.draft.idempotent || (await this.claim(one, dead));',
    replacement: 'return dead === undefined || !one.draft.idempotent || (await this.claim(one, dead));',
  },
  {
    bug: 'A message is thrown away when it dies, before its dead letter is stored.',
    file: 'broker/usecases/bury.ts',
    search: 'if (message) await ports.deadLetters.put(subscription, letterOf(ports, message, flight, now));',
    replacement:
      'if (message && flight.attempt < 0) await ports.deadLetters.put(subscription, letterOf(ports, message, flight, now));',
  },
  {
    bug: 'One delivery more than was allowed is made.',
    file: 'broker/decide/advance.ts',
    search: 'settings.maxDeliveries > 0 && flight.attempt >= settings.maxDeliveries',
    replacement: 'settings.maxDeliveries > 0 && flight.attempt > settings.maxDeliveries',
  },
  {
    bug: 'One more is in flight than was asked for.',
    file: 'broker/decide/window.ts',
    search: 'const free = settings.maxInFlight - delivered;',
    replacement: 'const free = settings.maxInFlight + 1 - delivered;',
  },
  {
    bug: 'An event name that is added brings its past along.',
    file: 'broker/usecases/subscribe.ts',
    search: 'grown(stored, request, head + 1);',
    replacement: 'grown(stored, request, 1);',
  },
  {
    bug: 'A new subscription begins one message late.',
    file: 'broker/usecases/position.ts',
    search: 'const end = (queue?.head ?? 0) + 1;',
    replacement: 'const end = (queue?.head ?? 0) + 2;',
  },
  {
    bug: 'A new subscription does not look for connections that its client has.',
    file: 'broker/usecases/subscribe.ts',
    search: 'const attached = await attachAll(ports, subscription);',
    replacement: 'const attached = subscription.version > 0 ? subscription : await attachAll(ports, subscription);',
  },
  {
    bug: 'A connection that is welcomed is noted in the directory only after the subscriptions were read.',
    file: 'broker/usecases/welcome.ts',
    search:
      '  const { subscriptions } = await ports.clients.get(connection.client, ports.clock.now());\n  const attached',
    replacement: '  const { subscriptions } = client;\n  const attached',
  },
  {
    bug: 'The subscriptions of an anonymous client outlive its connection.',
    file: 'broker/usecases/farewell.ts',
    search: 'const ends = isAnonymous(connection.client) && client.connections.length === 0;',
    replacement: 'const ends = client.connections.length < 0;',
  },
  {
    bug: 'A subscription of an anonymous client ends unless a connection is attached to it at once.',
    file: 'broker/usecases/subscribe.ts',
    search: 'expiresAt: expiryFrom(ports, noted, now + ports.settings.connectionLifetime),',
    replacement: 'expiresAt: expiryFrom(ports, noted, now),',
  },
  {
    bug: 'A greeting that was not taken is not repeated.',
    file: 'broker/usecases/welcome.ts',
    search: "if (outcome !== 'sent') return retry(ports, connection);",
    replacement: "if (outcome === 'gone') return retry(ports, connection);",
  },
  {
    bug: 'A connection that seems gone is let go of before it is closed, so that it may stay open and get nothing.',
    file: 'broker/usecases/release.ts',
    search: '  const ended = await letGoOfAll(ports, client, toEnd);\n',
    replacement:
      '  for (const connection of toEnd)\n    await change(ports, { queue, shard, client }, (state, at) => ({ subscription: detach(state, connection.connection, expiryFrom(ports, state, at)) }));\n  const ended = await letGoOfAll(ports, client, toEnd);\n',
  },
  {
    bug: 'A frame begins at the cursor, and not where the frame before it ended.',
    file: 'broker/decide/advance.ts',
    search: '{ from: subscription.covered, next: cursor, deliveries }',
    replacement: '{ from: next, next: cursor, deliveries }',
  },
  {
    bug: 'What waits for its retry after a nack is delivered at the next opportunity.',
    file: 'broker/decide/advance.ts',
    search: '(flight) => flight.dueAt <= now && !flight.dead && !isAhead(flight, next));',
    replacement:
      '(flight) => (flight.dueAt <= now || flight.waiting === true) && !flight.dead && !isAhead(flight, next));',
  },
  {
    bug: 'What was redriven takes the place that the cursor needs to come to it.',
    file: 'broker/decide/window.ts',
    search: 'waiting - countAhead(inFlight, next) - settings.maxInFlight',
    replacement: 'waiting - settings.maxInFlight',
  },
  {
    bug: 'What is missing counts as gone only once what comes after it is gone too.',
    file: 'broker/decide/advance.ts',
    search: 'if (entry.previousUntil <= now) {',
    replacement: 'if (entry.expiresAt <= now) {',
  },
  {
    bug: 'Only the first shard of a queue is woken.',
    file: 'broker/usecases/wake.ts',
    search: '{ length: shards - 1 }',
    replacement: '{ length: Math.min(0, shards) }',
  },
  {
    bug: 'A message that retention took is passed over without a word.',
    file: 'broker/decide/advance.ts',
    search: '        gaps.push({ from: cursor, to: entry.seq - 1 });\n',
    replacement: '',
  },
];
