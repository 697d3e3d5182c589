import { addressOf } from '../../../client/token';

it('names the client in the URL, whatever else that has', () => {
  expect(addressOf('wss://example.org/prod?a=1', 'billing@eu', undefined)).toEqual({
    url: 'wss://example.org/prod?a=1&clientId=billing%40eu',
    protocols: [],
  });
  expect(addressOf('ws://127.0.0.1:8080', undefined, undefined).url).toBe('ws://127.0.0.1:8080/');
});

it('sends a token as a subprotocol, which no log of URLs shows', () => {
  expect(addressOf('ws://127.0.0.1', 'billing', 'aa.bb-c_c.dd')).toEqual({
    url: 'ws://127.0.0.1/?clientId=billing',
    protocols: ['holdfast.v1', 'token.aa.bb-c_c.dd'],
  });
});

it('sends a token that can be no subprotocol in the URL', () => {
  expect(addressOf('ws://127.0.0.1', undefined, 'a b/c=')).toEqual({
    url: 'ws://127.0.0.1/?token=a+b%2Fc%3D',
    protocols: [],
  });
});
