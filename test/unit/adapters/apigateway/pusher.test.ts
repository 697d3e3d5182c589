import { ApiGatewayPusher, apiGatewayClient } from '../../../../adapters/apigateway';
import { requests } from '../../../../adapters/aws/requests';
import { type ConnectionId, Unavailable } from '../../../../broker';
import { type Answered, config, type Received, type Service, serve } from '../service';

const CONNECTION = 'L0SM9cOFvHcCIhw=' as ConnectionId;
const PATH = '/v1/@connections/L0SM9cOFvHcCIhw%3D';
const SENT = { status: 200 };
const frames = (...texts: string[]) => texts.map((text) => new TextEncoder().encode(text));

let service: Service | undefined;
afterEach(() => service?.close());

async function pusherTo(answer: (request: Received) => Answered | Promise<Answered>) {
  const gateway = await serve(answer);
  service = gateway;
  const client = apiGatewayClient(`${gateway.endpoint}/v1`, config);
  return { pusher: new ApiGatewayPusher(client), bodies: () => gateway.received.map(({ body }) => body), gateway };
}

/** Answers one after the other; the last goes on. */
function inTurn(...answers: Answered[]) {
  let turn = 0;
  return () => answers[Math.min(turn++, answers.length - 1)] ?? SENT;
}

describe('pushing', () => {
  it('sends each frame as it is, in order', async () => {
    const { pusher, gateway } = await pusherTo(() => SENT);
    expect(await pusher.push(CONNECTION, frames('{"a":1}', '{"b":"漢"}'))).toEqual({ outcome: 'sent', sent: 2 });
    expect(gateway.received).toEqual([
      { method: 'POST', path: PATH, body: '{"a":1}' },
      { method: 'POST', path: PATH, body: '{"b":"漢"}' },
    ]);
  });

  it('sends nothing where there is nothing to send', async () => {
    const { pusher, bodies } = await pusherTo(() => SENT);
    expect(await pusher.push(CONNECTION, [])).toEqual({ outcome: 'sent', sent: 0 });
    expect(bodies()).toEqual([]);
  });

  it('lets no later push to a connection overtake an earlier one', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { pusher, bodies } = await pusherTo(async ({ body }) => {
      if (body === 'a') await held;
      return SENT;
    });
    const first = pusher.push(CONNECTION, frames('a', 'b'));
    const second = pusher.push(CONNECTION, frames('c'));
    await pusher.push('other=' as ConnectionId, frames('x'));
    release();
    await Promise.all([first, second]);
    expect(bodies().filter((body) => body !== 'x')).toEqual(['a', 'b', 'c']);
  });

  it('goes on with the next push after one that failed', async () => {
    const { pusher } = await pusherTo(inTurn({ status: 403, type: 'ForbiddenException' }, SENT));
    const first = pusher.push(CONNECTION, frames('a'));
    const second = pusher.push(CONNECTION, frames('b'));
    await expect(first).rejects.toMatchObject({ name: 'ForbiddenException' });
    expect(await second).toEqual({ outcome: 'sent', sent: 1 });
  });

  it('says how many were sent before the connection was gone, and stops there', async () => {
    const { pusher, bodies } = await pusherTo(inTurn(SENT, { status: 410, type: 'GoneException' }));
    expect(await pusher.push(CONNECTION, frames('a', 'b', 'c'))).toEqual({ outcome: 'gone', sent: 1 });
    expect(bodies()).toEqual(['a', 'b']);
  });

  it.each([
    ['by its status', { status: 410 }],
    ['as what is none', { status: 400, type: 'BadRequestException', body: '{"message":"Invalid connectionId: x"}' }],
  ])('knows %s that a connection is gone', async (_what, answer) => {
    const { pusher } = await pusherTo(() => answer);
    expect(await pusher.push(CONNECTION, frames('a'))).toEqual({ outcome: 'gone', sent: 0 });
    await expect(pusher.close(CONNECTION)).resolves.toBeUndefined();
  });

  it.each([
    ['a frame too large', { status: 413, type: 'PayloadTooLargeException' }],
    ['a fault of API Gateway', { status: 500, type: 'InternalServerErrorException' }],
    ['a fault without a name', { status: 503 }],
  ])('takes %s for a slow connection', async (_what, answer) => {
    const { pusher } = await pusherTo(inTurn(SENT, answer));
    expect(await pusher.push(CONNECTION, frames('a', 'b'))).toEqual({ outcome: 'slow', sent: 1 });
  });

  it.each(['LimitExceededException', 'TooManyRequestsException'])(
    'knows by %s that the rest was not sent, and would not be at present',
    async (type) => {
      const { pusher } = await pusherTo(inTurn(SENT, { status: 429, type }));
      expect(await pusher.push(CONNECTION, frames('a', 'b'))).toEqual({ outcome: 'throttled', sent: 1 });
    },
  );

  it('takes a connection to AWS that breaks for a slow one', async () => {
    const { pusher } = await pusherTo(() => {
      throw new Error('broken');
    });
    expect(await pusher.push(CONNECTION, frames('a'))).toEqual({ outcome: 'slow', sent: 0 });
  });

  it('does not hide that a request is not understood', async () => {
    const answer = { status: 400, type: 'BadRequestException', body: '{"message":"no such stage"}' };
    const { pusher } = await pusherTo(() => answer);
    await expect(pusher.push(CONNECTION, frames('a'))).rejects.toMatchObject({ name: 'BadRequestException' });
  });

  it('does not hide that it is not permitted', async () => {
    const { pusher } = await pusherTo(() => ({ status: 403, type: 'ForbiddenException' }));
    await expect(pusher.push(CONNECTION, frames('a'))).rejects.toMatchObject({ name: 'ForbiddenException' });
  });
});

describe('a connection that does not answer', () => {
  const SILENT = 'silent' as ConnectionId;

  async function silentOne() {
    const gateway = await serve(({ path }) => (path.endsWith(SILENT) ? new Promise(() => {}) : SENT));
    service = gateway;
    const client = apiGatewayClient(gateway.endpoint, { ...config, requestHandler: requests(100, 10) });
    let now = 1_000_000;
    const pusher = new ApiGatewayPusher(client, () => now);
    const pass = (ms: number) => {
      now += ms;
    };
    return { pusher, bodies: () => gateway.received.map(({ body }) => body), pass };
  }

  it('holds nobody up who wants to push to it too, or does so right after', async () => {
    const { pusher, bodies } = await silentOne();
    const pushed = await Promise.all([...'abc'].map((text) => pusher.push(SILENT, frames(text, text))));
    // Only the first may have arrived.
    const [first, ...rest] = [...pushed, await pusher.push(SILENT, frames('d'))];
    expect(first).toEqual({ outcome: 'slow', sent: 0 });
    expect(rest).toEqual(Array(3).fill({ outcome: 'throttled', sent: 0 }));
    expect(bodies()).toEqual(['a']);
  });

  it('is asked again a second later, when what it did not get may be due', async () => {
    const { pusher, bodies, pass } = await silentOne();
    await pusher.push(SILENT, frames('a'));
    pass(1_000);
    await pusher.push(SILENT, frames('b'));
    expect(bodies()).toEqual(['a', 'b']);
  });

  it('keeps nobody else from being sent to', async () => {
    const { pusher } = await silentOne();
    await pusher.push(SILENT, frames('a'));
    expect(await pusher.push(CONNECTION, frames('b'))).toEqual({ outcome: 'sent', sent: 1 });
  });
});

describe('closing', () => {
  it('deletes the connection', async () => {
    const { pusher, gateway } = await pusherTo(() => ({ status: 204 }));
    await pusher.close(CONNECTION);
    expect(gateway.received).toEqual([{ method: 'DELETE', path: PATH, body: '' }]);
  });

  it('is done where it is gone already', async () => {
    const { pusher } = await pusherTo(() => ({ status: 410, type: 'GoneException' }));
    await expect(pusher.close(CONNECTION)).resolves.toBeUndefined();
  });

  it.each([
    ['failed', { status: 500 }],
    ['was asked too much', { status: 429, type: 'LimitExceededException' }],
  ])('is unavailable where API Gateway %s', async (_what, answer) => {
    const { pusher } = await pusherTo(() => answer);
    await expect(pusher.close(CONNECTION)).rejects.toThrow(Unavailable);
  });

  it('does not hide that it is not permitted', async () => {
    const { pusher } = await pusherTo(() => ({ status: 403, type: 'ForbiddenException' }));
    await expect(pusher.close(CONNECTION)).rejects.toMatchObject({ name: 'ForbiddenException' });
  });
});
