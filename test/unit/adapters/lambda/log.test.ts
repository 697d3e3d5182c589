import { logged, reporter } from '../../../../adapters/lambda/log';
import { captureOutput } from './output';

const output = captureOutput();

/** As the SDK throws them. */
const failure = () =>
  Object.assign(new Error('the condition was not met', { cause: new TypeError('deeper') }), {
    name: 'ConditionalCheckFailedException',
    $metadata: { requestId: 'R1', httpStatusCode: 400 },
    Item: { payload: { S: 'secret' } },
    $response: { body: 'secret' },
  });

it('tells of an error what it is, and nothing of the items that are attached to it', () => {
  reporter.warn('a request failed', { code: 'internal', error: failure() });
  expect(output.lines()).toMatchObject([
    {
      level: 'warn',
      msg: 'a request failed',
      code: 'internal',
      err: {
        type: 'ConditionalCheckFailedException',
        message: 'the condition was not met',
        requestId: 'R1',
        stack: expect.any(String),
        cause: { type: 'TypeError', message: 'deeper' },
      },
    },
  ]);
  expect(output.text()).not.toContain('secret');
});

it('leaves a line of an invocation that failed, too', async () => {
  await expect(logged('publish', () => Promise.reject(failure()))).rejects.toThrow('the condition was not met');
  expect(output.lines()).toMatchObject([
    { level: 'error', msg: 'publish', ms: expect.any(Number), err: { type: 'ConditionalCheckFailedException' } },
  ]);
});

it('tells of what was thrown and is no error', () => {
  reporter.warn('odd', { error: 'text' });
  expect(output.lines()).toMatchObject([{ err: { type: 'string', message: 'text' } }]);
});
