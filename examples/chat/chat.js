import { Holdfast } from 'holdfast/client';

// A room is a queue, and what is said in it its log.
const ROOM = 'chat lobby';

const status = document.querySelector('[role=status]');
const list = document.querySelector('ol');
const form = document.querySelector('form');

// Not connect(), which would wait for the first connection: the page is of use without one. What is said meanwhile
// waits in IndexedDB, and so outlives the page.
const holdfast = new Holdfast(document.querySelector('meta[name=queue]').content, { bufferStore: 'indexeddb' });

holdfast.on('state', ({ state }) => {
  status.textContent = state;
});

/** The lines of what was said here and has not come back from the queue. */
const waiting = new Map();

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const said = { name: form.elements.name.value, text: form.elements.text.value };
  form.elements.text.value = '';
  const id = crypto.randomUUID();
  const line = lineOf(said);
  line.className = 'waiting';
  waiting.set(id, line);
  list.append(line);
  try {
    await holdfast.publish(ROOM, 'said', said, { id });
  } catch (error) {
    line.append(` (not sent: ${error.message})`);
  }
});

function lineOf({ name, text }) {
  const line = document.createElement('li');
  line.textContent = `${name}: ${text}`;
  return line;
}

// Without a client id the subscription ends with the page, and a new one begins where the log does.
for await (const { id, payload } of holdfast.subscribe(ROOM, { events: ['said'], from: 'earliest' })) {
  waiting.get(id)?.remove();
  waiting.delete(id);
  list.insertBefore(lineOf(payload), waiting.values().next().value ?? null);
}
