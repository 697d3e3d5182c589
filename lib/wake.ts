import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FilterCriteria, FilterRule, type IFunction, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Concurrency } from './concurrency';
import { STREAM_BATCH, WAKE_UP_BATCH } from './sizes';
import type { Tables } from './tables';
import type { WakeUps } from './wakeUps';

type Pattern = Record<string, unknown>;

/**
 * What wakes `deliver`: stored messages, new and ended connections, revoked keys, timers. Each wake-up may be lost,
 * doubled or late without losing a message.
 */
export function wake(deliver: IFunction, tables: Tables, wakeUps: WakeUps, concurrency: Concurrency): void {
  const byStream = streaming(deliver, wakeUps, concurrency.shard);
  // Messages have an event. Tombstones are included, since one put by a publisher lets later messages be delivered. The
  // markers of ids, in the same table, are neither.
  const inserted = (image: Pattern): Pattern => ({
    eventName: FilterRule.isEqual('INSERT'),
    dynamodb: { NewImage: image },
  });
  byStream(
    'Messages',
    tables.messages,
    inserted({ event: { S: FilterRule.exists() } }),
    inserted({ tombstone: { BOOL: FilterRule.exists() } }),
  );
  byStream('Connections', tables.connections, {
    eventName: FilterRule.or('INSERT', 'REMOVE'),
  });
  byStream('Keys', tables.keys, {
    eventName: FilterRule.isEqual('REMOVE'),
  });
  wakeUps.queue.grantConsumeMessages(deliver);
  deliver.addEventSourceMapping('WakeUps', {
    eventSourceArn: wakeUps.queue.queueArn,
    batchSize: WAKE_UP_BATCH,
    // With it, Lambda receives no more messages than it has functions for (its developer guide, "Configuring scaling
    // behavior for SQS event source mappings"): throttled ones would count as received, and end in the dead-letter
    // queue.
    maxConcurrency: concurrency.wakeUps,
    reportBatchItemFailures: true,
  });
}

const streaming =
  (deliver: IFunction, wakeUps: WakeUps, batchesOfShard: number) =>
  (id: string, table: Table, ...patterns: Pattern[]): void => {
    const eventSourceArn = table.tableStreamArn;
    if (!eventSourceArn) throw new Error(`The table ${id} has no stream`);
    // In place of `table.grantStreamRead`, which also allows listing all streams of the account.
    deliver.addToRolePolicy(
      new PolicyStatement({
        actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((call) => `dynamodb:${call}`),
        resources: [eventSourceArn],
      }),
    );
    deliver.addEventSourceMapping(id, {
      eventSourceArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      // Without a batching window no record waits for the batch to fill.
      batchSize: STREAM_BATCH,
      // Order matters only among the records of one connection, and Lambda keeps the order within a partition key.
      parallelizationFactor: batchesOfShard,
      filters: patterns.map((pattern) => FilterCriteria.filter(pattern)),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 10,
      // After an hour, timers and reconnects have woken the same subscribers. Later records must not wait longer.
      maxRecordAge: Duration.hours(1),
      onFailure: new SqsDlq(wakeUps.failures),
    });
  };
