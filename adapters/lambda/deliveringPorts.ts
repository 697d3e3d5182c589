import type { Ports } from '../../broker/ports';
import { ApiGatewayPusher, apiGatewayClient } from '../apigateway';
import { SqsTimers } from '../sqs';
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
