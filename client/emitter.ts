/** Who listens to what. `Events` maps the name of an event to what its listeners are given. */
export class Emitter<Events> {
  private readonly listeners: { [Name in keyof Events]?: Set<(event: Events[Name]) => void> } = {};

  /** @returns stops listening. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const listeners = this.listeners[name] ?? new Set<(event: Events[Name]) => void>();
    this.listeners[name] = listeners;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** @returns whether anybody listens. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): boolean {
    const listeners = [...(this.listeners[name] ?? [])];
    for (const listener of listeners) listener(event);
    return listeners.length > 0;
  }
}
