import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { decodeWakeUp } from '../../../adapters/sqs';
import type { Time } from '../../../broker/model/names';
import type { WakeUp } from '../../../broker/ports';
import type { Process } from '../process';
import type { World } from '../world';

/** How long a message that was handed over and not done is kept back; as `lib/wakeUps.ts` has it. Milliseconds. */
const VISIBILITY_MS = 70_000;
const SECOND = 1_000;
/** How often a message is handed over before it is put aside. */
const MOST_RECEIVES = 15;

/** What SQS takes in no message. */
const REFUSED = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

interface Message {
  readonly id: string;
  readonly body: string;
  readonly wakeUp: WakeUp;
  /** When it is handed over, or handed over again. */
  readonly at: Time;
  readonly receives: number;
}

/** The queue of wake-ups. */
export class SimulatedWakeUpQueue {
  /** All that were sent and are not done. */
  readonly pending = new Map<string, Message>();
  /** Those that are to come back at another time than otherwise. */
  private readonly visibleAt = new Map<string, Time>();
  private sent = 0;

  constructor(private readonly world: World) {}

  clientFor(process: Process): SQSClient {
    return new Proxy(CLIENT, {
      get: (client, name) =>
        name === 'send' ? (command: object) => this.send(process, command) : Reflect.get(client, name),
    });
  }

  private async send(process: Process, command: object): Promise<object> {
    const fate = this.world.faults.firstOf(['wake-up refused', 'wake-up taken and denied']);
    await process.call(() => {
      if (fate !== 'wake-up refused') this.execute(command);
    });
    if (fate !== undefined) throw new Error('no answer in time');
    return {};
  }

  private execute(command: object): void {
    if (command instanceof SendMessageCommand) {
      const { MessageBody: body = '', DelaySeconds: delay = 0 } = command.input;
      if (REFUSED.test(body)) throw new Error('InvalidMessageContents');
      this.put(body, delay * SECOND);
    } else if (command instanceof ChangeMessageVisibilityCommand) {
      const { ReceiptHandle: id = '', VisibilityTimeout: seconds = 0 } = command.input;
      this.visibleAt.set(id, this.world.scheduler.now + seconds * SECOND);
    } else {
      throw new Error(`a command that the simulation does not know: ${command.constructor.name}`);
    }
  }

  private put(body: string, delay: number): void {
    this.sent += 1;
    const at = this.world.scheduler.now + delay;
    this.schedule({ id: `wake-up ${this.sent}`, body, wakeUp: decodeWakeUp(body), at, receives: 0 });
  }

  private schedule(message: Message): void {
    const { faults, random, scheduler } = this.world;
    this.pending.set(message.id, message);
    const late = faults.happens('wake-up late') ? random.between(1_000, 8_000) : random.between(0, 300);
    scheduler.later(message.at - scheduler.now + late, () => void this.handOver(message));
  }

  /** One at a time, as `lib/sizes.ts` has it. */
  private async handOver(message: Message): Promise<void> {
    const { faults, lambda, trace } = this.world;
    trace.note(() => `a wake-up is handed over: ${message.body}`);
    const failed = await lambda.deliver([recordOf(message)]);
    const isDone = failed !== 'died' && failed.size === 0;
    if (isDone && !faults.happens('wake-up doubled')) this.remove(message);
    else this.again(message);
  }

  private again(message: Message): void {
    const receives = message.receives + 1;
    const at = this.visibleAt.get(message.id) ?? this.world.scheduler.now + VISIBILITY_MS;
    this.visibleAt.delete(message.id);
    if (receives < MOST_RECEIVES) {
      this.schedule({ ...message, receives, at });
      return;
    }
    this.remove(message);
    this.world.tally.add('wake-up put aside');
    this.world.givenUp += 1;
  }

  private remove({ id }: Message): void {
    this.pending.delete(id);
    this.world.oracle.armed.reopen();
  }
}

const recordOf = ({ id, body, receives }: Message): SQSRecord => ({
  messageId: id,
  receiptHandle: id,
  body,
  attributes: {
    ApproximateReceiveCount: String(receives + 1),
    SentTimestamp: '0',
    SenderId: '',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: '',
  awsRegion: '',
});

const CLIENT = new SQSClient({ region: 'nowhere', credentials: { accessKeyId: '', secretAccessKey: '' } });
