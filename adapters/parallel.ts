/**
 * Runs a task for every input, at most `width` at a time. If one fails no more are begun, and the failure is thrown
 * once the tasks under way have ended, so that nothing goes on unseen.
 *
 * @returns the answers in the order of the inputs.
 */
export async function inParallel<Input, Answer>(
  inputs: readonly Input[],
  width: number,
  task: (input: Input) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const failures: unknown[] = [];
  const queue = inputs.entries();
  const work = async () => {
    for (const [index, input] of queue) {
      if (failures.length > 0) return;
      try {
        answers[index] = await task(input);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, inputs.length) }, work));
  if (failures.length > 0) throw failures[0];
  return answers;
}

/** Cuts a list into pieces of at most `size`. */
export function pieces<Input>(inputs: readonly Input[], size: number): Input[][] {
  const cut: Input[][] = [];
  for (let start = 0; start < inputs.length; start += size) cut.push(inputs.slice(start, start + size));
  return cut;
}
