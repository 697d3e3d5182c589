/** The listeners of events. `Events` maps the name of an event to what its listeners are given. */
export class Emitter<Events> {
  private readonly listeners: { [Name in keyof Events]?: Set<(event: Events[Name]) => void> } = {};

  /** @returns stops listening. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const listeners = this.listeners[name] ?? new Set<(event: Events[Name]) => void>();
    this.listeners[name] = listeners;
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** An error of a listener is thrown in a microtask of its own: it is not lost, and does not affect the caller. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.listeners[name] ?? [])])
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
  }
}
