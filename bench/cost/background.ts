import { type Prices, priceOf } from './prices';

/**
 * Lambda asks an SQS queue for messages by five long polls at a time, of 20 seconds each, whether there are any or not
 * (Lambda's documentation, "Using Lambda with Amazon SQS"; they are charged as any request).
 */
const POLLS_A_MINUTE = (5 * 60) / 20;
const MINUTES_A_MONTH = 730 * 60;
/** Those of `lib/alarms.ts`. */
const ALARMS = 8;

/** What a deployment costs in a month in which nobody comes, in US dollars, storage apart. */
export function background(prices: Prices) {
  const polls = POLLS_A_MINUTE * MINUTES_A_MONTH;
  return {
    polls,
    alarms: priceOf(ALARMS, prices.alarmMonth),
    /** Within the requests that every account has free of charge. */
    polling: priceOf(Math.max(0, polls - prices.freeSqsRequestsPerMonth.count), prices.holdfast.sqsRequests),
    /** Where others of the account use those up. */
    pollingAtMost: priceOf(polls, prices.holdfast.sqsRequests),
  };
}
