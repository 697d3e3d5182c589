import type { Ports } from '../../broker/ports';
import { ApiGatewayPusher, apiGatewayClient } from '../apigateway';
import { SqsRetries, SqsTimers, sqsClient } from '../sqs';
import { variable } from './environment';
import { lazily } from './lazily';
import { wakingPorts } from './wakingPorts';

/** For functions that deliver: everything. */
export const deliveringPorts = lazily((): Ports => {
  const { pendingTimers, ...ports } = wakingPorts();
  return {
    ...ports,
    pusher: new ApiGatewayPusher(apiGatewayClient(variable('HOLDFAST_CALLBACK_URL'))),
    timers: new SqsTimers(ports.wakeUps, pendingTimers),
  };
});

/** For the function that is woken by wake-ups. */
export const retries = lazily(() => {
  const url = variable('HOLDFAST_WAKE_UPS_URL');
  return new SqsRetries(sqsClient(url), url);
});
