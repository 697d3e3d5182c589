import { publish } from './frames';
import { QUEUE, type Wire, type World } from './world';

/** A world with a message in flight to `billing`. */
export async function oneInFlight(world: World, settings = {}): Promise<{ billing: Wire; shop: Wire }> {
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE, ...settings });
  await shop.request(publish(1));
  billing.take();
  return { billing, shop };
}

/** The dead letters of `billing`, as it or another lists them. */
export const letters = async (wire: Wire) => {
  const reply = await wire.request({ action: 'list', what: 'deadLetters', queue: QUEUE, clientId: 'billing' });
  return reply?.type === 'list' ? reply.items : reply;
};
