/** Waits for something that another process does. */
import { setTimeout as wait } from 'node:timers/promises'

/** Asks again every 10 ms until the answer is yes; a question that throws counts as no. Rejects after `timeoutMs`. */
export async function until(
  what: string,
  question: () => Promise<boolean> | boolean,
  timeoutMs: number = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  let failure: unknown
  while (Date.now() < deadline) {
    try {
      if (await question()) return
      failure = undefined
    } catch (error) {
      failure = error
    }
    await wait(10)
  }
  throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`, { cause: failure })
}
