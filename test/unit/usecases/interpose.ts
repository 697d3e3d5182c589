/** Called before a method does what it does, with its arguments; what it throws is thrown by the method. */
type Hook = (...args: unknown[]) => Promise<void> | void;

function interpose<Port extends object>(
  port: Port,
  method: keyof Port & string,
  around: (proceed: () => Promise<unknown>, args: unknown[]) => Promise<unknown>,
): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (name !== method) return member.bind(target);
      return (...args: unknown[]) => around(async () => member.apply(target, args), args);
    },
  });
}

/** A port of which something happens before one method. */
export const beforehand = <Port extends object>(port: Port, method: keyof Port & string, hook: Hook): Port =>
  interpose(port, method, async (proceed, args) => {
    await hook(...args);
    return proceed();
  });

/** A port of which something happens after one method did what it does, and before its caller hears of it. */
export const afterwards = <Port extends object>(port: Port, method: keyof Port & string, hook: Hook): Port =>
  interpose(port, method, async (proceed, args) => {
    const result = await proceed();
    await hook(...args);
    return result;
  });

/** A port of which one method does what it does, but its caller hears something else if the hook has an answer. */
export const misheard = <Port extends object>(
  port: Port,
  method: keyof Port & string,
  hook: () => Promise<unknown> | unknown,
): Port =>
  interpose(port, method, async (proceed) => {
    const result = await proceed();
    return (await hook()) ?? result;
  });

/** A hook that does something the first time only, once it is armed. */
export function once(act: () => Promise<void> | void): Hook & { arm(): void } {
  let armed = false;
  const hook = async () => {
    if (!armed) return;
    armed = false;
    await act();
  };
  return Object.assign(hook, {
    arm: () => {
      armed = true;
    },
  });
}

/** As a process that died: whoever called the port hears nothing but this. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export const crash = (): never => {
  throw new Crash('the process died here');
};

/** A hook that holds its callers until so many of them have come, once it is armed. */
export function barrier(parties: number): Hook & { arm(): void } {
  let waiting: (() => void)[] = [];
  let armed = false;
  const hook = async () => {
    if (!armed) return;
    if (waiting.length + 1 < parties) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return;
    }
    armed = false;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  return Object.assign(hook, {
    arm: () => {
      armed = true;
    },
  });
}
