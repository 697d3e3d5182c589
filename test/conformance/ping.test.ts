import { connect } from './wire';

it('answers pong', async () => {
  const wire = await connect();
  wire.send({ action: 'ping' });
  expect(await wire.next('pong')).toEqual({ type: 'pong' });
});

it('echoes the ref, of up to 64 characters', async () => {
  const wire = await connect();
  for (const ref of ['1', 'ñ – 漢字', 'r'.repeat(64)])
    expect(await wire.answer({ action: 'ping', ref })).toEqual({ type: 'pong', ref });
});

it('takes a frame that is written with spaces and line breaks', async () => {
  const wire = await connect();
  wire.send('\n {\t"action" :\r\n "ping" } ');
  expect(await wire.next('pong')).toEqual({ type: 'pong' });
});
