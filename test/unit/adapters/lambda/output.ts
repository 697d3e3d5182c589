/** The lines that functions write to standard output while a test runs, parsed; they are kept from the screen. */
export function captureOutput(): { lines(): Record<string, unknown>[]; text(): string } {
  let written: string[] = [];
  let restore = () => {};
  beforeEach(() => {
    written = [];
    const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    restore = () => spy.mockRestore();
  });
  afterEach(() => restore());
  const text = () => written.join('');
  return {
    text,
    lines: () =>
      text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
