/**
 * What a target may lack through no fault of the queue, and why. A run names what its target lacks in HOLDFAST_WITHOUT,
 * separated by commas; the scenarios that need it are then skipped.
 */
const CAPABILITIES = {
  binary: 'API Gateway closes a connection that sends a binary frame before any function sees it.',
  emptyFrame: 'A gateway may drop a text frame without content before any function sees it.',
  closeCodes: "API Gateway's DeleteConnection carries no close code, so that a goodbye is followed by its own.",
  frameLimit: "The limit of 32 KB a frame is API Gateway's own; an emulator may not enforce it.",
  handshakeStatus: 'An emulator may hide the status with which $connect refuses a connection.',
  subprotocol: 'An emulator may not pass on the header in which $connect names the subprotocol.',
  deepJson: 'A gateway that reads frames to route them may not manage JSON that is nested 10,000 levels deep.',
  arrivalOrder: 'In AWS two frames can overtake each other; only from and next tell their order.',
} as const;

export type Capability = keyof typeof CAPABILITIES;

const lacking = (process.env.HOLDFAST_WITHOUT ?? '').split(',').filter((name) => name !== '');
for (const name of lacking) {
  if (!(name in CAPABILITIES)) throw new Error(`HOLDFAST_WITHOUT: no capability is called ${name}`);
}

/** Declares a test that needs a capability of its target. */
export const itNeeds = (capability: Capability): jest.It => (lacking.includes(capability) ? it.skip : it);
